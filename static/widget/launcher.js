// The button on a company's site, and the frame it opens. Until then: no request, no cookie, no style sheet. What is set
// for the widget stands in the last brackets, put there by the server; attributes of the script win. All that can wait
// until the client types is in site.js.
// short: given, times, paper, mark, tag, isOpen, isReady, panel, frame, knob, home, base, named, paint, wasOpen, root, made, came, drop, mount, watch, greet, query, place, shade, make, show, more, inside, host, send, hear, opts, told, store, own, style, what, tell
((given) => {
  const d = document, w = window, paper = matchMedia("print"), mark = Symbol.for("leadbot"),
    // The one that bears our key: other houses call their scripts and attributes as we do.
    tag = d.querySelector(given.bot ? `script[src*="${given.bot}"]` : "script[data-bot][src*=widget]") || given,
    opts = { ...given, ...tag.dataset };
  if (!opts.bot || w[mark]) return;
  let panel, frame, isOpen, isReady, times = 0;
  const lang = opts.lang = (opts.lang || d.documentElement.lang || navigator.language).toLowerCase().replace(/^ka?z/, "kk").slice(0, 2),
    // What an optimiser has joined with other scripts still knows where it came from.
    home = given.home && !/bot=/.test(tag.src) ? given.home : tag.src.split("/", 3).join("/"),
    base = `${home}/w/${opts.bot}`, named = opts.title || opts[lang + "Title"] || "Чат", paint = opts.color || "#0b6b73",
    x = opts.offsetX || 20, y = opts.offsetY || 20,

    // The first page where we met the client, and what the chat asks to keep where browsers let frames keep nothing.
    store = (more) => {
      let came = { p: location.href, r: d.referrer };
      try {
        came = { ...came, ...JSON.parse(localStorage.leadbot || 0), ...more };
        localStorage.leadbot = JSON.stringify(came);
      } catch {}
      return came;
    },

    // In a shadow the site's styles don't reach us, and its policy allows styles that are set on elements.
    make = (name, inside, style) => {
      const made = inside.appendChild(d.createElement(name));
      made.style.cssText = style;
      return made;
    },
    host = d.createElement("div"), shade = make("div", host.attachShadow({ mode: "open" }), "all:initial;position:fixed"), knob = make("button", shade),
    place = `position:fixed;${opts.position === "left" ? "left" : "right"}:${x}px;bottom:${y}px;box-shadow:0 4px 20px #0004;border-radius:`,

    tell = (what) => told.map(([on, act]) => on === what && act()),
    send = (leadbot, text) => {
      if (isReady) frame.contentWindow.postMessage({ leadbot, text }, home);
      tell(leadbot);
    },
    show = () => {
      host.style.cssText = `all:initial;position:fixed;z-index:2147483000;display:${paper.matches ? "none" : "block"};`.replace(/;/g, "!important;");
      // Dark on light colours, light on dark ones, by their green, which is most of their light.
      knob.style.cssText = place + `50%;z-index:1;width:56px;height:56px;padding:0;border:2px solid transparent;cursor:pointer;background:${paint};color:${paint.slice(3, 5) > "96" ? "#211e1a" : "#fff"};display:${(isOpen ? isReady : (opts.inline || opts.hidden) != null) ? "none" : "block"}`;
      knob.setAttribute("aria-expanded", !!isOpen);
      // All of the screen on a phone, else 380 by 600.
      if (panel) panel.style.cssText = place + (innerWidth < 481 ? "0;top:0;left:0;width:100%;height:100%" : `12px;width:380px;height:600px;max-height:calc(100% - ${2 * y}px)`) + `;overflow:hidden;color-scheme:light dark;background:linear-gradient(${paint} 60px,Canvas 0);display:${isOpen ? "block" : "none"}`;
    },
    drop = () => {
      if (panel) panel.remove();
      panel = frame = isReady = isOpen = 0;
      show();
    },
    // A site that draws itself anew takes our elements away: we come back, and what was open opens from what was kept.
    mount = () => {
      const wasOpen = isOpen, root = d.documentElement;
      addEventListener("message", hear); // document.open() takes listeners away too
      knob.onclick = () => (isOpen ? close() : open());
      watch.observe(d, { childList: true });
      watch.observe(root, { childList: true });
      if (host.parentNode === root) return;
      drop();
      times++;
      root.appendChild(host);
      // In the top layer no transform of the page moves us, and nothing of it lies over us.
      shade.popover = "manual";
      if (shade.showPopover) shade.showPopover();
      if (wasOpen) open();
    },
    // Ever more slowly, where somebody takes us away each time.
    watch = new MutationObserver(() => setTimeout(mount, 9 * times)),
    more = (query) => {
      const made = make("script", d.head);
      made.nonce = tag.nonce;
      made.src = `${base}/site.js?${query || 0}`;
    },

    open = ({ message, topic } = {}) => {
      isOpen = 1;
      own.lost = 0;
      if (!frame) {
        panel = make("div", shade);
        const made = frame = make("iframe", panel, "width:100%;height:100%;border:0;visibility:hidden");
        frame.title = named;
        frame.allow = "microphone";
        frame.src = `${base}?lang=${lang}#` + encodeURIComponent(JSON.stringify({ ...store(), o: location.origin, t: topic || opts.topic, m: message || opts.message }));
        // Nobody answers: the knob is back. If site.js comes all the same, it is we who are not wanted here.
        frame.onload = () => setTimeout(() => isReady || frame !== made || (drop(), own.lost = 1, more("o=" + location.origin)), 2e3);
      } else if (message) send("say", message);
      greet();
    },
    greet = () => {
      show();
      if (!isReady || !isOpen) return;
      frame.style.visibility = "";
      frame.focus();
      send("open");
    },
    close = () => {
      if (!isOpen) return;
      isOpen = 0;
      isReady ? show() : drop();
      send("close");
      knob.focus();
    },
    hear = ({ source, origin, data }) => {
      if (!frame || source !== frame.contentWindow || origin !== home) return;
      const what = (data || 0).leadbot;
      what === "ready" ? (isReady = 1, greet(), setTimeout(more, 900)) : what === "close" ? close() : what === "keep" ? store(data.state) : tell(what);
    },
    told = [], own = w[mark] = { open, close, on: (...each) => told.push(each), heard: told, set: opts, page: base, css: place, dom: shade, add: make, draw: show, kept: store, load: more, state: () => [isOpen, isReady, frame, panel] };
  knob.id = "leadbot-launcher";
  knob.setAttribute("aria-label", named);
  make("div", knob, "width:24px;height:18px;margin:auto;border:2px solid;border-radius:6px 6px 6px 0");
  addEventListener("online", () => own.lost && open());
  paper.addListener(show);
  if (!w.hasOwnProperty("leadbot")) w.leadbot = own;
  mount();
  const { n } = store();
  if (n || opts.inline) more(n);
  else if (opts.delay) setTimeout(more, opts.delay * 1e3);
})({});
