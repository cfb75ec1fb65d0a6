// What the launcher can do without until the client types, or until there is something to tell him: events for the site,
// a phone's Back and keyboard, the invitation, the answer that came while the chat was closed, the chat within the page.
// It comes again with each look for an answer, and does its work once.
(() => {
  const d = document, w = window, own = w[Symbol.for("leadbot")], root = d.documentElement;
  const { set, dom } = own, home = own.page.split("/w/")[0], knob = dom.firstChild;
  const words = {
    ru: ["Чат", "новых сообщений", "Закрыть"],
    kk: ["Чат", "жаңа хабарлама", "Жабу"],
    en: ["Chat", "new messages", "Close"],
  }[set.lang] || ["Чат", "новых сообщений", "Закрыть"];
  const state = () => {
    const [isOpen, isReady, frame, panel] = own.state();
    return { isOpen, isReady, frame, panel };
  };

  // The frame stayed empty, but this script has come: the line is there again, so it is tried once more. (Where the
  // company does not allow this site, the server takes the button away instead of sending this.) A box without an
  // origin of its own has nobody to answer: there the chat is a page.
  if (own.lost) {
    if (w.origin === "null") knob.onclick = () => w.open(own.page);
    else if (!own.isTried) own.open();
    own.isTried = 1;
  }
  if (own.news) return;

  // The site's own policy allows no frame of ours.
  d.addEventListener("securitypolicyviolation", ({ blockedURI, violatedDirective, disposition }) => {
    if (disposition === "report" || !/^(frame|child|default)-src/.test(violatedDirective) || own.page.indexOf(blockedURI.slice(0, 12))) return;
    set.hidden = "";
    own.draw();
  });

  // ---- what the site hears ----

  const tell = (what) => own.heard.forEach(([on, hear]) => on === what && hear());
  own.on("open", () => opened());
  own.on("close", () => closed());
  addEventListener("message", ({ source, data }) => {
    const { frame } = state(), what = (data || 0).leadbot;
    if (!frame || source !== frame.contentWindow) return;
    if (what === "file") file(frame, data.state);
  });

  // A photo under way, where the browser lets frames keep nothing: it lies here until it has been sent.
  function file(frame, { id, data, isGone }) {
    const name = `leadbot:${id}`;
    try {
      if (data) localStorage.setItem(name, data);
      else if (isGone) localStorage.removeItem(name);
      else frame.contentWindow.postMessage({ leadbot: "file", id, data: localStorage.getItem(name) }, home);
    } catch {}
  }

  // ---- open and closed ----

  let isPushed, place, overflow;
  const isSmall = () => innerWidth < 481 && !set.inline;
  // A phone's keyboard covers what is fixed to the page: the frame takes what is left to see.
  const fit = () => {
    const { isOpen, panel } = state(), seen = w.visualViewport;
    if (!isOpen || !panel || set.inline) return;
    own.draw();
    if (!seen || !isSmall()) return;
    panel.style.top = `${seen.offsetTop}px`;
    panel.style.height = `${seen.height}px`;
  };
  function opened() {
    const { panel } = state();
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", set.title || set[set.lang + "Title"] || words[0]);
    own.news(0);
    if (!isSmall()) return;
    overflow = overflow === undefined ? [root.style.getPropertyValue("overflow"), root.style.getPropertyPriority("overflow")] : overflow;
    root.style.setProperty("overflow", "hidden", "important");
    fit();
    if (isPushed) return;
    try {
      place = location.href;
      w.history.pushState({ ...w.history.state, leadbot: 1 }, "");
      isPushed = 1;
    } catch {}
  }
  function closed() {
    if (overflow) root.style.setProperty("overflow", ...overflow);
    overflow = undefined;
    if (isPushed && location.href === place && (w.history.state || 0).leadbot) w.history.back();
    look(5);
  }
  // Back closes the chat; what draws the site's pages need not know of it, since its page has not changed.
  addEventListener("popstate", (event) => {
    if (!isPushed || location.href !== place || (event.state || 0).leadbot) return;
    isPushed = 0;
    event.stopImmediatePropagation();
    own.close();
  }, true);
  addEventListener("keydown", ({ key }) => key === "Escape" && !set.inline && own.close());
  addEventListener("resize", fit);
  if (w.visualViewport) for (const each of ["resize", "scroll"]) w.visualViewport.addEventListener(each, fit);

  // ---- what is said beside the button ----

  let bubble, badge, count = 0, timer;
  const unsaid = () => {
    if (bubble) bubble.remove();
    bubble = 0;
  };
  const say = (text) => {
    unsaid();
    bubble = own.add("div", dom, `${own.css}12px;bottom:${+(set.offsetY || 20) + 68}px;display:flex;align-items:flex-start;max-width:280px;background:#fff;color:#211e1a;border:1px solid #e3dfd7;font:15px/1.4 system-ui,sans-serif`);
    bubble.setAttribute("role", "status");
    const [words_, close] = ["padding:12px 0 12px 14px;text-align:start;overflow-wrap:anywhere", "padding:12px;font-size:18px;line-height:1"].map((style) =>
      own.add("button", bubble, `all:unset;cursor:pointer;${style}`));
    words_.textContent = text;
    words_.onclick = () => own.open();
    close.textContent = "×";
    close.setAttribute("aria-label", words[2]);
    close.onclick = unsaid;
    for (const each of [words_, close]) each.onfocus = each.onblur = ({ type }) => (each.style.outline = type === "focus" ? "2px solid" : "");
  };

  // ---- what was said while the chat was closed ----

  // By script, since a site may forbid all other asking; ever more rarely, as the server says, and not while nobody looks.
  let isDue;
  const look = (seconds) => {
    clearTimeout(timer);
    if (seconds) timer = setTimeout(ask, seconds * 1000);
  };
  const ask = () => {
    const { n } = own.kept();
    isDue = d.hidden;
    if (!isDue && n && !state().isOpen) own.load(`${n}&more`);
  };
  d.addEventListener("visibilitychange", () => isDue && ask());
  own.news = (fresh, text, again) => {
    for (const each of d.querySelectorAll("script[src*='/site.js?t=']")) each.remove();
    look(again);
    if (fresh && state().isOpen) return;
    if (fresh > count && text) say(text), set.sound && beep();
    else if (!fresh) unsaid();
    count = fresh;
    const title = d.title.replace(/^\(\d+\) /, "");
    if (fresh || title !== d.title) d.title = fresh ? `(${fresh}) ${title}` : title;
    if (!badge || badge.parentNode !== knob) badge = own.add("span", knob, "position:absolute;top:-6px;right:-6px;min-width:22px;box-sizing:border-box;padding:0 6px;border:1px solid #fff;border-radius:11px;background:#b3261e;color:#fff;font:600 13px/20px system-ui,sans-serif");
    badge.textContent = fresh || "";
    badge.style.display = fresh ? "" : "none";
    const name = set.title || set[set.lang + "Title"] || words[0];
    knob.setAttribute("aria-label", fresh ? `${name}, ${words[1]}: ${fresh}` : name);
  };
  function beep() {
    try {
      const sound = new (w.AudioContext || w.webkitAudioContext)(), tone = sound.createOscillator(), loud = sound.createGain();
      loud.gain.value = 0.05;
      tone.connect(loud).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + 0.15);
    } catch {}
  }

  // ---- the chat within the page ----

  // `data-inline="#id"`: no button, the chat stands in that element, and comes back when the element is drawn anew.
  function embed() {
    const target = () => d.querySelector(set.inline);
    let frame;
    const put = () => {
      const inside = target();
      if (!inside || (frame && frame.isConnected)) return;
      const host = inside.appendChild(d.createElement("div"));
      host.style.cssText = "all:initial!important;display:block!important;width:100%!important;height:100%!important;min-height:480px!important";
      frame = own.add("iframe", host.attachShadow({ mode: "open" }), `display:block;width:100%;height:100%;min-height:480px;border:0;border-radius:12px;color-scheme:light dark;background:linear-gradient(${set.color || "#0b6b73"} 60px,Canvas 0)`);
      frame.title = set.title || set[set.lang + "Title"] || words[0];
      frame.allow = "microphone";
      frame.src = `${own.page}?lang=${set.lang}#` + encodeURIComponent(JSON.stringify({ ...own.kept(), o: w.origin, i: 1, t: set.topic, m: set.message }));
    };
    own.open = ({ message } = {}) => {
      frame.scrollIntoView();
      frame.focus();
      if (message) frame.contentWindow.postMessage({ leadbot: "say", text: message }, home);
    };
    addEventListener("message", ({ source, origin, data }) => {
      if (!frame || source !== frame.contentWindow || origin !== home) return;
      const what = (data || 0).leadbot;
      if (what === "keep") own.kept(data.state);
      if (what === "message" || what === "lead") tell(what);
      if (what === "file") file(frame, data.state);
    });
    new MutationObserver(put).observe(d, { childList: true, subtree: true });
    put();
  }

  // ---- to begin with ----

  const now = state(), hint = set[set.lang + "Bubble"] || set.bubble;
  if (set.inline) embed();
  else if (now.isOpen && now.isReady) opened();
  else if (hint && !now.frame && !own.kept().n) say(hint);
})();
