"""Sites as they really are: their rules, their scripts, their headers, and the ways they put our line into a page."""

from __future__ import annotations

from dataclasses import dataclass, field

TEXT = "<main><h1>Строим дома</h1>" + "<p>Сайт компании</p>" * 60 + "</main>"
PLAIN = '<!doctype html><html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'


@dataclass(frozen=True)
class Site:
    """A page: {line} is our line of code, {home} where we live, {src} the address of the entry, {key} the widget's."""

    head: str = ""
    body: str = TEXT
    headers: dict[str, str] = field(default_factory=dict)
    begin: str = PLAIN
    line: str = '<script src="{src}" async></script>'
    end: str = "</body></html>"
    after: str = ""  # run in the page once the button is there: what the site does to it
    quiet: bool = True  # nothing of ours on the console
    zoom: float = 1  # of the whole page, ours too

    @property
    def has_line(self) -> bool:
        """Does the page itself bear our line, or does somebody put it there later?"""
        return "text/plain" not in self.line and ("src=" in self.line or "{src}" in self.line + self.head)

    def html(self, **values: str) -> str:
        page = f"{self.begin}{self.head}</head><body>{self.body}{self.line}{self.end}"
        for name, value in values.items():
            page = page.replace(f"{{{name}}}", value)
        return page


def css(rules: str) -> str:
    return f"<style>{rules}</style>"


def js(code: str) -> str:
    return f"<script>{code}</script>"


BY_BOT_ATTRIBUTE = '<script src="{home}/widget.js" data-bot="{key}" async></script>'
RESET = "*,*::before,*::after{all:unset!important}"
# What themes of WordPress and builders of sites write over buttons, frames and boxes.
ASTRA = (
    "button,.button,input[type=submit]{background:#046bd2!important;color:#fff!important;padding:15px 30px!important;"
    "border:0!important;border-radius:4px!important;width:100%!important}iframe{max-width:100%!important;height:auto!important}"
)
DIVI = (
    "#page-container{transform:translateX(0)}button,div{box-sizing:border-box!important;float:none!important}"
    "iframe{width:100%!important;max-width:100%!important;height:380px!important;position:static!important}"
)
ELEMENTOR = (
    "button{position:relative!important;display:inline-flex!important;transform:none!important;opacity:.2!important}"
    "iframe{position:absolute!important;top:0!important;left:0!important;width:100%!important;height:100%!important}"
    "body>*{max-width:1140px!important;margin:0 auto!important}"
)
OCEAN = "*{animation:none!important;transition:none!important;line-height:1!important}div:empty{display:none!important}"
GENERATE = (
    "html>*:not(head):not(body){display:none!important}button{visibility:hidden!important}svg{display:none!important}"
)
TILDA = (
    "*{-webkit-tap-highlight-color:transparent;box-sizing:border-box}.t-body{margin:0}"
    "button,iframe{z-index:1!important}#allrecords{filter:blur(0)}body{overflow-x:hidden}"
)
BITRIX = (
    "#bx-panel{position:fixed;top:0;z-index:999999}html{height:100%}body{height:100%;overflow:auto;perspective:900px}"
)
POPUP = "<div style='position:fixed;inset:0;z-index:9999;background:#0003;pointer-events:none'></div>"
TYPES = "require-trusted-types-for 'script'; trusted-types site"
REPLACE_BODY = "document.documentElement.replaceChild(Object.assign(document.createElement('body'), {innerHTML: '<h1>2</h1>'}), document.body)"
REPLACE_HEAD = "document.documentElement.replaceChild(document.createElement('head'), document.head)"
REPLACE_ROOT = (
    "const root = document.createElement('html'); root.append(document.createElement('head'), document.createElement('body'));"
    "root.lang = 'ru'; document.replaceChild(root, document.documentElement)"
)
APPEND = "const s = document.createElement('script'); s.src = '{src}'; s.async = true; document.head.appendChild(s)"
# As jQuery's .append does with a script: fetched, and run as a text without an address.
JQUERY = (
    "fetch('{src}').then((answer) => answer.text()).then((text) => {"
    "const s = document.createElement('script'); s.text = text; document.head.appendChild(s).remove(); })"
)
MORPH = (
    "setInterval(() => { for (const each of [...document.documentElement.children])"
    " if (!['HEAD', 'BODY'].includes(each.tagName) && !window.morphed) { window.morphed = 1; each.remove(); } }, 50)"
)

BOX = '<iframe sandbox="allow-scripts allow-same-origin allow-forms" src="/plain" width="600" height="800"></iframe>'
WITHIN = '<div id="place" style="height:600px"></div><script src="{src}" data-inline="#place" async></script>'

SITES: dict[str, Site] = {
    "plain": Site(),
    "data-bot": Site(line=BY_BOT_ATTRIBUTE),
    "astra": Site(head=css(ASTRA)),
    "divi": Site(head=css(DIVI), body=f"<div id='page-container'>{TEXT}</div>"),
    "elementor": Site(head=css(ELEMENTOR)),
    "oceanwp": Site(head=css(OCEAN)),
    "generatepress": Site(head=css(GENERATE)),
    "tilda": Site(head=css(TILDA), body=f"<div id='allrecords' class='t-body'>{TEXT}</div>"),
    "bitrix": Site(head=css(BITRIX), body=f"<div id='bx-panel'>panel</div>{TEXT}"),
    "wix-like": Site(body=f"<div id='SITE_CONTAINER' style='transform:scale(1);will-change:transform'>{TEXT}</div>"),
    "body transformed": Site(head=css("body{transform:translateY(0)!important;will-change:transform}")),
    "page transformed": Site(head=css("html{transform:translateZ(0)!important}")),
    "everything transformed": Site(head=css("*{transform:translateZ(0)!important}")),
    "body filtered": Site(head=css("body{filter:grayscale(1)}")),
    "body faded in": Site(head=css("body{opacity:0;animation:in .2s forwards}@keyframes in{to{opacity:1}}")),
    "all unset": Site(head=css(RESET)),
    "all hidden but main": Site(head=css("body>*:not(main){display:none!important}")),
    "frames squeezed": Site(head=css("iframe{max-width:100%!important;height:auto!important;min-height:0!important}")),
    "pseudo elements over all": Site(head=css("button::before{content:'';position:fixed!important;inset:0;background:red}")),
    "big type": Site(head=css("html{font-size:30px!important}button{font-size:40px!important;padding:50px!important}")),
    "zero type": Site(head=css("html,body{font-size:0!important;line-height:0!important}")),
    "right to left": Site(begin=PLAIN.replace('lang="ru"', 'lang="ar" dir="rtl"')),
    "dark": Site(head='<meta name="color-scheme" content="dark">' + css("html{background:#000;color:#fff}")),
    "old doctype": Site(begin='<html lang="ru"><head><meta charset="utf-8">'),
    "frameset days": Site(begin='<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN"><html><head><meta charset="utf-8">'),
    "kz": Site(begin=PLAIN.replace('lang="ru"', 'lang="kz"')),
    "kk-Latn": Site(begin=PLAIN.replace('lang="ru"', 'lang="kk-Latn-KZ"')),
    "tag manager": Site(line="", after=APPEND),
    "appended by jquery": Site(line="", after=JQUERY),
    "module": Site(line='<script type="module" src="{src}"></script>'),
    "crossorigin": Site(line='<script src="{src}" crossorigin="anonymous" async></script>'),
    "in the head": Site(head='<script src="{src}"></script>', line=""),
    "deferred": Site(line='<script src="{src}" defer></script>'),
    "optimiser delays scripts": Site(
        line='<script type="text/plain" data-later="{src}"></script>',
        after="for (const each of document.querySelectorAll('[data-later]')) { const s = document.createElement('script'); s.src = each.dataset.later; each.replaceWith(s); }",
    ),
    "optimiser joins scripts": Site(line='<script src="/joined.js"></script>'),
    "document.write": Site(line="<script>document.write('<script src=\"{src}\"><\\/script>')</script>"),
    "several inclusions": Site(line=('<script src="{src}" async></script>' + BY_BOT_ATTRIBUTE) * 2),
    "one without a key": Site(line='<script src="{home}/widget.js" async></script><script src="{src}" async></script>'),
    "an element called leadbot": Site(body=TEXT + '<div id="leadbot"></div>'),
    "a form and a frame called leadbot": Site(body=TEXT + '<form name="leadbot"></form><iframe hidden name="leadbot"></iframe>'),
    "a variable called leadbot": Site(head=js("const leadbot = {site: 1}; Object.freeze(leadbot)")),
    "a global called leadbot": Site(head=js("window.leadbot = {site: 1}")),
    "strict policy": Site(headers={"Content-Security-Policy": "default-src 'self'; script-src {home}; frame-src {home}"}),
    "policy with a nonce": Site(
        headers={"Content-Security-Policy": "default-src 'self'; script-src 'nonce-abc'; frame-src {home}; connect-src 'none'"},
        line='<script nonce="abc" src="{src}" async></script>',
    ),
    "strict-dynamic": Site(
        headers={"Content-Security-Policy": "script-src 'strict-dynamic' 'nonce-abc'; object-src 'none'; frame-src {home}"},
        line='<script nonce="abc" src="{src}" async></script>',
    ),
    "trusted types": Site(headers={"Content-Security-Policy": f"{TYPES}; script-src {{home}}"}, quiet=False),
    "isolated": Site(headers={"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Opener-Policy": "same-origin"}),
    "credentialless": Site(headers={"Cross-Origin-Embedder-Policy": "credentialless"}),
    "no referrer": Site(headers={"Referrer-Policy": "no-referrer"}),
    "react replaces body": Site(after=REPLACE_BODY),
    "next replaces the page": Site(after=REPLACE_ROOT),
    "head replaced": Site(after=REPLACE_HEAD),
    "turbo": Site(after=REPLACE_BODY + ";" + APPEND),
    "vue empties the body": Site(after="document.body.innerHTML = '<div id=app><h1>2</h1></div>'"),
    "htmx swaps the body": Site(after="document.body.outerHTML = '<body><h1>2</h1></body>'"),
    "a morph that knows only head and body": Site(after=MORPH),
    "document.open": Site(after="document.open(); document.write('<!doctype html><title>2</title><h1>2</h1>'); document.close()"),
    "a cookie banner over all": Site(body=TEXT + POPUP),
    "snapping and smooth": Site(head=css("html{scroll-behavior:smooth;scroll-snap-type:y mandatory;overflow:hidden auto}")),
    "storage forbidden": Site(head=js("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})")),
    "prototypes extended": Site(head=js("Array.prototype.last = function () {}; Object.prototype.each = function () {}")),
    "observers thrown at": Site(head=js("new MutationObserver(() => {}).observe(document, {childList: true, subtree: true})")),
}  # fmt: skip
