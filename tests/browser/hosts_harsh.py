"""More sites: builders and shops, old scripts, odd documents, rules that reach for everything."""

from __future__ import annotations

from browser.hosts import APPEND, BY_BOT_ATTRIBUTE, PLAIN, TEXT, Site, css, js

XHTML = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="ru" lang="ru">'
    "<head><title>1</title>"
)
FRAMES = '<html lang="ru"><head><meta charset="utf-8"><title>1</title>'
OTHER_CHAT = (
    '<script data-bot="theirs" data-color="#ff0000" src="/chat/widget.js?id=5"></script>'
    "<div style='position:fixed;right:20px;bottom:20px;width:70px;height:70px;z-index:2147483647;background:#2fc6f6'></div>"
)
# Takes away whatever is added to the page, as guards against other people's scripts do.
GUARD = (
    "let taken = 0; new MutationObserver((all) => all.forEach((each) => each.addedNodes.forEach((node) => {"
    " if (node.nodeName === 'DIV' && taken++ < 12) node.remove(); }))).observe(document.documentElement, {childList: true})"
)
PROTOTYPE = (
    "Array.prototype.each = function (f) { this.forEach(f); }; Element.prototype.show = Element.prototype.hide = function () {};"
    "Array.from = function (x) { return x ? [].slice.call(x) : []; }; Function.prototype.bind = function (o) {"
    " const f = this; return function () { return f.apply(o, arguments); }; }; window.$ = (x) => document.getElementById(x)"
)
OFF_CANVAS = "html.menu{transform:translateX(280px)!important;will-change:transform}"

HARSH: dict[str, Site] = {
    # Whole pages moved, squeezed, hidden.
    "page in perspective": Site(head=css("html{perspective:800px;contain:layout}")),
    "page painted apart": Site(head=css("html{contain:strict;height:100%;overflow:auto}body{contain:paint}")),
    "page will change": Site(head=css("html{will-change:transform,filter}body{will-change:transform}")),
    "a short page transformed": Site(head=css("html{transform:scale(1)}"), body="<h1>1</h1>"),
    "transformed later": Site(head=css(OFF_CANVAS), after="document.documentElement.className = 'menu'"),
    "page filtered": Site(head=css("html{filter:invert(1) hue-rotate(180deg)!important}")),
    "page see-through": Site(head=css("html{opacity:.01!important}")),
    "page clipped": Site(head=css("html{clip-path:inset(0 200px 200px 0)}")),
    "page unseen until ready": Site(head=css("html{visibility:hidden!important;pointer-events:none!important}")),
    "tiny type": Site(head=css("html{font-size:6px!important;line-height:4px}*{letter-spacing:-1px!important}")),
    "body zoomed": Site(head=css("body{zoom:.6}")),
    "page zoomed": Site(head=css("html{zoom:.8}"), zoom=0.8),
    "page a grid": Site(head=css("html{display:grid!important;grid-template-columns:1fr 300px}html>*{position:static!important}")),
    "page in layers": Site(head=css("@layer a,b;@layer a{*,html>div{display:none!important;position:static!important;all:revert!important}body,body *{display:block!important}}")),
    "frames hidden": Site(head=css("iframe,iframe[src]{display:none!important;visibility:hidden!important}")),
    "boxes dropped": Site(head=css("html>div{display:none!important;width:0!important;opacity:0!important;left:-9999px!important}")),
    "popovers dressed": Site(head=css("[popover]{display:none!important}::backdrop{background:red!important;opacity:1!important}:popover-open{inset:0!important;width:100%!important}")),
    "everything animated": Site(head=css("*{transition:all 9s!important;animation:x 9s infinite!important}@keyframes x{to{opacity:0;transform:rotate(9deg)}}")),
    "right to left for all": Site(head=css("*{direction:rtl!important;unicode-bidi:bidi-override!important;writing-mode:vertical-rl}")),
    "vertical writing": Site(head=css("html{writing-mode:vertical-rl}")),
    "a wall over all": Site(body=TEXT + "<div style='position:fixed;inset:0;z-index:2147483647;background:#fffe'>cookies</div>"),
    "a bar at the foot": Site(body=TEXT + "<div style='position:fixed;left:0;right:0;bottom:0;height:90px;z-index:2147483647;background:#fff'>Позвонить</div>"),
    "another chat": Site(body=TEXT + OTHER_CHAT),
    "scrolled in a box": Site(head=css("html,body{height:100%;overflow:hidden;position:fixed;width:100%}main{height:100%;overflow:auto}")),
    "wider than the window": Site(head=css("html{width:2400px;transform:none}body{width:2400px}")),
    "no cursor": Site(head=css("*{cursor:none!important;user-select:none!important;touch-action:none!important}")),
    "forced to be light": Site(head='<meta name="color-scheme" content="only light">' + css("*{color-scheme:only light!important;forced-color-adjust:none}")),
    # Documents.
    "xhtml": Site(
        begin=XHTML, headers={"Content-Type": "application/xhtml+xml"}, line='<script src="{src}" async="async"></script>'
    ),
    "windows-1251": Site(begin='<html lang="ru"><head>', headers={"Content-Type": "text/html; charset=windows-1251"}, body="<h1>1</h1>"),
    "frames of old": Site(begin=FRAMES, head='<script src="{src}"></script>', body="", line="", end="<frameset cols='*'><frame src='about:blank'></frameset></html>"),
    "another base": Site(head='<base href="https://cdn.invalid/a/" target="_blank">'),
    "no head, no body": Site(begin="<!doctype html><title>1</title>"),
    "an empty language": Site(begin=PLAIN.replace('lang="ru"', 'lang=""')),
    "KZ": Site(begin=PLAIN.replace('lang="ru"', 'lang="KZ-kz"')),
    "kaz": Site(begin=PLAIN.replace('lang="ru"', 'lang="kaz-Cyrl"')),
    "zh": Site(begin=PLAIN.replace('lang="ru"', 'lang="zh-Hans-CN"')),
    # Scripts.
    "a variable called origin": Site(head=js("var origin = 'Алматы', parent = {}, frames = 3, event = 1, status = 'x', name = 'y'")),
    "constants called URL and history": Site(head=js("const URL = '/api', history = [], frame = 1, panel = 2, host = 3, open = 4, close = 5")),
    "prototype.js and mootools": Site(head=js(PROTOTYPE)),
    "toJSON on all strings": Site(head=js("String.prototype.toJSON = function () { return this + ''; }; Array.prototype.toJSON = function () { return this.join(); }")),
    "frozen natives": Site(head=js("for (const each of [Array, Object, Function, Promise, Event, Element]) { Object.freeze(each); Object.freeze(each.prototype); }")),
    "fetch and storage wrapped": Site(head=js("window.fetch = () => Promise.reject(1); Storage.prototype.getItem = Storage.prototype.setItem = () => { throw 1; }; JSON.parse = ((f) => (x) => f(x))(JSON.parse)")),
    "messages by others": Site(head=js("addEventListener('message', (e) => { e.stopPropagation(); JSON.parse(JSON.stringify(e.data)).x; }); setInterval(() => postMessage({leadbot: 'close'}, '*'), 50)")),
    "a guard that takes things away": Site(head=js(GUARD)),
    "polyfills as of old": Site(head=js("window.Symbol.for = ((f) => (x) => f(x))(Symbol.for); delete window.CSS; window.ResizeObserver = undefined")),
    "no popovers": Site(head=js("delete HTMLElement.prototype.showPopover; delete HTMLElement.prototype.popover")),
    "keys held back": Site(head=js("for (const e of ['keydown', 'keypress', 'contextmenu', 'selectstart', 'wheel']) addEventListener(e, (x) => { x.preventDefault(); x.stopPropagation(); }, true)")),
    # Ways to put us there.
    "versions put before the key": Site(line='<script src="{home}/widget.js?ver=6.4.2&bot={key}" id="leadbot-js" data-position="right" defer></script>'),
    "versions put after the key": Site(line='<script src="{src}&ver=6.4.2&amp;x" id="leadbot-js-extra"></script>'),
    "written late": Site(line="", after="setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<p>x</p>'), 10);" + APPEND),
    "by a fragment": Site(line="", after="document.body.append(document.createRange().createContextualFragment('<script src=\"{src}\"><\\/script>'))"),
    "within a shadow": Site(line="", after="const s = document.createElement('script'); s.src = '{src}'; document.body.appendChild(document.createElement('div')).attachShadow({mode: 'closed'}).append(s)"),
    "imported": Site(line='<script type="module">import("{src}")</script>'),
    "tag manager and theme": Site(line='<script src="{src}" async></script>', after=APPEND + ";" + APPEND.replace("const s", "const s2").replace("s.", "s2.").replace("(s)", "(s2)")),
    "both keys": Site(line='<script src="{src}" data-bot="{key}" async defer crossorigin></script>' + BY_BOT_ATTRIBUTE),
    "loaded and taken away": Site(line='<script>(function (d) { var s = d.createElement("script"); s.src = "{src}"; s.onload = function () { s.parentNode.removeChild(s); }; d.head.appendChild(s); })(document)</script>'),
    # Policies.
    "policy that only reports": Site(
        headers={"Content-Security-Policy-Report-Only": "default-src 'none'; frame-src 'none'; require-trusted-types-for 'script'"}, quiet=False
    ),
    "policy in the page": Site(head='<meta http-equiv="Content-Security-Policy" content="default-src \'self\'; script-src {home}; frame-src {home}; style-src \'none\'; img-src \'none\'">'),
    "policy of children": Site(headers={"Content-Security-Policy": "default-src 'none'; script-src {home}; child-src {home}; connect-src 'none'; font-src 'none'; base-uri 'none'; form-action 'none'"}),
    "nothing permitted": Site(headers={"Permissions-Policy": "microphone=(), camera=(), autoplay=(), fullscreen=(), clipboard-write=()", "X-Frame-Options": "DENY", "Origin-Agent-Cluster": "?1"}),
    "same origin only": Site(headers={"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}),
}  # fmt: skip
