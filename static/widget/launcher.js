// The button on a company's site, and the frame it opens. Until then: no request, no cookie, no style sheet.
(() => {
  const d = document, script = d.currentScript || d.querySelector("script[data-bot]");
  if (!script || window.leadbot) return;
  const set = script.dataset, home = new URL(script.src).origin, heard = {};
  const side = set.position === "left" ? "left" : "right", color = set.color || "#0b6b73";
  const lang = (set.lang || d.documentElement.lang || navigator.language).slice(0, 2);
  let frame, bubble, isOpen, isReady;

  // The first page where we met the client, and what the chat asks to keep where browsers let frames keep nothing.
  let came = { p: location.href, r: d.referrer };
  const keep = (more) => {
    try {
      came = { ...came, ...JSON.parse(localStorage.leadbot || 0), ...more };
      localStorage.leadbot = JSON.stringify(came);
    } catch {}
  };
  keep();

  // Styles are set on the elements: the site's own don't reach them, and its policy allows it.
  const make = (name, style) => {
    const made = d.createElement(name);
    made.style.cssText = `all:revert;position:fixed;z-index:2147483000;border:0;padding:0;${side}:20px;bottom:20px;box-shadow:0 4px 20px #0004;` + style;
    return made;
  };
  const tell = (what) => (heard[what] || []).forEach((hear) => hear());
  const send = (leadbot, text) => isReady && frame.contentWindow.postMessage({ leadbot, text }, home);
  const button = make("button", `width:56px;height:56px;border-radius:50%;cursor:pointer;background:${color}`);
  button.id = "leadbot-launcher";
  button.type = "button";
  button.ariaLabel = set.title || { kk: "Чатты ашу", en: "Open chat" }[lang] || "Открыть чат";
  // Dark on light colours, light on dark ones.
  const [r, g, b] = (color.match(/\w\w/g) || []).map((part) => parseInt(part, 16));
  try {
    button.innerHTML = `<svg viewBox="0 0 20 20" width="28" height="56" fill="none" stroke="${r * 3 + g * 6 + b > 1500 ? "#211e1a" : "#fff"}"><path d="M3 5a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H9l-4 3v-3a2 2 0 0 1-2-2z"/></svg>`;
  } catch {}

  const show = () => {
    button.style.display = set.hidden != null || isOpen ? "none" : "block";
    if (frame) frame.style.display = isOpen ? "block" : "none";
    if (bubble && isOpen) bubble = bubble.remove();
  };
  // A phone's keyboard covers what is fixed to the page: the frame takes what is left to see.
  const seen = window.visualViewport;
  const fit = () => {
    if (isOpen && innerWidth < 481) frame.style.height = seen.height + "px", frame.style.top = seen.offsetTop + "px";
  };
  const open = ({ message, topic } = {}) => {
    isOpen = 1;
    if (!frame) {
      keep();
      // All of the screen on a phone, else 380 by 600.
      const gap = "clamp(0px,(100vw - 480px)*99,20px)", most = (px) => `max(${px}px,(481px - 100vw)*99)`;
      frame = make("iframe", `visibility:hidden;${side}:${gap};bottom:${gap};width:min(100vw,${most(380)});height:min(100vh - 2*${gap},${most(600)});border-radius:calc(${gap}*.6);color-scheme:light dark`);
      frame.title = set.title || (lang === "en" ? "Chat" : "Чат");
      frame.allow = "microphone";
      frame.src = home + "/w/" + set.bot + `?lang=${lang}#` + encodeURIComponent(JSON.stringify({ ...came, o: location.origin, t: topic || set.topic, m: message || set.message }));
      // Nobody answers: as if we had never been here.
      frame.onload = () => setTimeout(() => isReady || (frame = frame.remove(), isOpen = 0, set.hidden = "", show()), 3000);
      mount();
    } else if (message) send("say", message);
    show();
    if (seen) fit();
    greet();
  };
  const greet = () => isReady && isOpen && (frame.style.visibility = "visible", frame.focus(), send("open"), tell("open"));
  const close = () => {
    if (!isOpen) return;
    isOpen = 0;
    show();
    send("close");
    button.focus();
    tell("close");
  };
  button.onclick = () => open();
  addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== home) return;
    const what = (data || 0).leadbot;
    if (what === "ready") isReady = 1, greet();
    else if (what === "close") close();
    else if (what === "keep") keep({ s: data.state });
    else tell(what);
  });
  if (seen) for (const each of ["resize", "scroll"]) seen.addEventListener(each, fit);

  // Pages that draw themselves anew take our elements away: we come back.
  const watch = new MutationObserver(() => mount());
  const mount = () => [button, frame, bubble].forEach((each) => {
    if (each && each.parentNode !== d.body) d.body.append(each), watch.observe(d.body, { childList: true });
  });
  const start = () => {
    mount();
    watch.observe(d.documentElement, { childList: true });
    show();
    const hint = set[lang + "Bubble"] || set.bubble;
    if (hint) setTimeout(() => {
      if (frame) return;
      bubble = make("button", "bottom:88px;max-width:240px;padding:12px;border-radius:12px;background:#fff;color:#211e1a;font:15px system-ui");
      bubble.textContent = hint;
      bubble.onclick = button.onclick;
      mount();
    }, set.delay * 1000);
  };
  window.leadbot = { open, close, on: (what, hear) => (heard[what] ||= []).push(hear) };
  d.body ? start() : d.addEventListener("DOMContentLoaded", start);
})();
