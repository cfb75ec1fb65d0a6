// The chat in its frame, and on a company's own page. The server draws, this sends and shows. What is written is kept in
// the browser under an id of its own until the server has it: sent twice it is taken once, and a cut line loses nothing.
// Files, voice and the link to another device are in frame_more.js, which is sent along.
"use strict";
window.leadbotChat = (() => {
  const page = document.body, base = page.dataset.base, byId = (id) => document.getElementById(id);
  const isFramed = parent !== window && page.dataset.page === undefined;
  const came = readCame();
  const hasOrigin = !/^(null|file:)/.test(came.o); // a page from a disk has none, nor one that was written into a frame
  const tell = (what, state) => {
    if (!isFramed || !came.o) return;
    try {
      parent.postMessage({ leadbot: what, state }, hasOrigin ? came.o : "*");
    } catch {}
  };
  const close = byId("close");
  if (close) {
    close.addEventListener("click", () => tell("close"));
    if (isFramed) close.hidden = Boolean(came.i);
  }
  document.addEventListener("keydown", (event) => event.key === "Escape" && tell("close"));
  if (!base || page.hasAttribute("inert")) return tell("ready");

  const log = byId("log"), form = byId("composer"), field = form.elements.text, words = byId("words").dataset;
  const trouble = byId("trouble"), below = byId("below"), who = byId("who"), consent = byId("consent");
  const PAUSES_MS = [2000, 4000, 8000, 15000, 30000, 60000], LIVE_MS = 2500, ANSWER_MS = 20000, TYPING_MS = 4000;
  const STORE = `leadbot:${page.dataset.key}`;
  const letters = new Map(); // what is on its way, by id, the oldest first: { id, text, file, name, box, bubble }
  const talk = { last: 0, seen: 0, ticket: "", isKnown: false }; // known: there may be one, nobody has said yet
  let isClosed = isFramed && !came.i, isSending = false, failures = 0, timer = 0, active = Date.now(), typed = 0;

  // What the launcher says in the address, which never leaves the browser: the site's origin, its page, its referrer.
  function readCame() {
    try {
      const said = JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}");
      return isFramed ? said : { p: location.href.split("#")[0], r: document.referrer };
    } catch {
      return isFramed ? {} : { p: location.href.split("#")[0], r: document.referrer };
    }
  }

  // ---- what the browser keeps: the token and the letters not yet sent; all tabs of a site share it ----

  // A browser that blocks all of third parties lets a frame keep nothing: then the site that framed us keeps it.
  let memory = parse(came.s);
  function parse(text) {
    try {
      return JSON.parse(text) || {};
    } catch {
      return {};
    }
  }
  function kept() {
    try {
      return parse(localStorage.getItem(STORE));
    } catch {
      return memory.key === page.dataset.key ? memory : {};
    }
  }
  function keep(change) {
    memory = { ...kept(), ...change, key: page.dataset.key };
    try {
      localStorage.setItem(STORE, JSON.stringify(memory));
    } catch {
      tell("keep", { s: JSON.stringify(memory) });
    }
  }
  const waiting = () => kept().queue || [];
  const unqueue = (id) => keep({ queue: waiting().filter((each) => each.id !== id) });
  if (!kept().token) keep({ token: page.dataset.token });

  // ---- the line to the server: whatever gets through ends the waiting of all ----

  const isShown = () => !document.hidden && !isClosed;
  const address = (path) => `${base}/${path}${path.includes("?") ? "&" : "?"}lang=${page.dataset.lang}`;

  async function ask(path, data) {
    for (let turn = 0; ; turn++) {
      const { token } = kept(), stop = new AbortController(), clock = setTimeout(() => stop.abort(), ANSWER_MS);
      let answer;
      try {
        answer = await fetch(address(path), { method: data ? "POST" : "GET", body: data, headers: { "X-Visitor": token || "" }, signal: stop.signal });
      } finally {
        clearTimeout(clock);
      }
      if (answer.status !== 401 || turn > 1) return reached(answer);
      await renew(token);
    }
  }
  function reached(answer) {
    if (answer.status >= 500) return answer;
    const wasAway = failures > 0;
    failures = 0;
    if (wasAway) setTimeout(sendAll);
    return answer;
  }
  // A token that has run out is changed for a new one without a word.
  async function renew(old) {
    if (kept().token !== old) return; // another tab has done it
    const answer = await fetch(`${base}/token`, { method: "POST", body: new URLSearchParams({ token: old || "" }) });
    if (!answer.ok) return;
    const token = await answer.text();
    keep({ token });
    if (token.split(".")[0] === (old || "").split(".")[0]) return;
    for (const line of log.querySelectorAll("[data-seq],.by,.got")) line.remove(); // we are somebody else now: another talk
    talk.last = talk.seen = 0;
  }

  // ---- showing ----

  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  function toEnd() {
    log.scrollTop = log.scrollHeight;
    below.hidden = true;
  }
  let staysAtEnd = true; // when a keyboard comes up too
  let height = log.clientHeight;
  log.addEventListener("scroll", () => {
    if (log.clientHeight !== height) return; // the end went away from us, not we from it
    staysAtEnd = isAtEnd();
    if (staysAtEnd) below.hidden = true;
  });
  const resized = () => {
    height = log.clientHeight;
    if (staysAtEnd) toEnd();
  };
  if (window.ResizeObserver) new ResizeObserver(resized).observe(log);
  else addEventListener("resize", resized);
  below.addEventListener("click", toEnd);

  const chips = () => byId("chips");
  const firstUnsent = () => {
    const unsent = log.querySelector(".bubble.unsent");
    return unsent ? unsent.parentNode : chips();
  };
  const parsed = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content.firstElementChild;

  // Lines that are there already don't come twice, whoever brings them: the answer, the poll or another tab. A letter's
  // own bubble stays, so that nobody hears it read out again.
  function draw(html, isAnswer) {
    const brought = parsed(html), wasAtEnd = isAtEnd();
    let fresh = 0, isFromManager = false, by = null;
    for (const element of [...brought.children]) {
      if (element.id === "chips") chips().replaceWith(tame(element));
      else if (element.matches(".got")) {
        const old = log.querySelector(".got"), own = log.querySelectorAll("[data-author=client][data-seq]");
        if (old) old.remove();
        if (own.length) own[own.length - 1].after(element);
      } else if (element.matches(".by")) by = element;
      else if (!log.querySelector(`[data-seq="${element.dataset.seq}"]`)) {
        const { author, id, seq } = element.dataset, sent = id && letters.get(id);
        if (sent) {
          arrived(sent, seq);
          if (!sent.file || sent.bubble.querySelector("img")) continue;
          sent.bubble.textContent = "";
          sent.bubble.append(...element.childNodes);
          load(sent.bubble);
        } else {
          if (by) firstUnsent().before(by);
          firstUnsent().before(element);
          load(element);
        }
        if (author !== "client") fresh++;
        if (author === "manager") isFromManager = true;
      }
    }
    const { last, manager, ticket } = brought.dataset;
    talk.last = Math.max(talk.last, Number(last));
    talk.ticket = ticket || talk.ticket;
    who.textContent = manager ? who.dataset.manager.replace("{}", manager) : who.dataset.bot;
    page.toggleAttribute("data-held", Boolean(manager));
    page.toggleAttribute("data-talk", talk.last > 0);
    if (fresh) {
      tell("message");
      active = Date.now();
    }
    if (isAnswer && "lead" in brought.dataset && !page.hasAttribute("data-lead")) tell("lead");
    page.toggleAttribute("data-lead", "lead" in brought.dataset);
    if (talk.last) fold();
    type();
    if (wasAtEnd || !fresh) toEnd();
    else below.hidden = false;
    see(isFromManager);
  }

  // What stands before the client's eyes he has seen; the launcher asks for what comes after it once the chat is closed,
  // and a manager sees that his words have arrived.
  function see(isFromManager) {
    if (isShown()) talk.seen = talk.last;
    if (talk.ticket) tell("keep", { n: `t=${talk.ticket}&q=${talk.seen}` });
    if (isFromManager || kept().left) report();
  }
  function report(more) {
    if (!talk.last) return;
    if (kept().left) keep({ left: 0 });
    ask("seen", new URLSearchParams({ delivered: talk.last, read: talk.seen, ...more })).catch(() => {});
  }

  // Agreed to by sending: from then on it is there for who looks for it.
  function fold() {
    if (!consent || consent.classList.contains("folded")) return;
    consent.classList.add("folded");
    consent.open = false;
  }

  function boxOf(letter) {
    const box = document.createElement("div"), by = document.createElement("span"), bubble = document.createElement("div");
    box.className = "out";
    by.className = "hidden-text by";
    by.textContent = words.you;
    bubble.className = "bubble said unsent";
    bubble.dataset.author = "client";
    bubble.dataset.id = letter.id;
    bubble.textContent = letter.text || letter.name;
    box.append(by, bubble);
    chips().before(box);
    Object.assign(letter, { box, bubble });
    return letter;
  }
  function drop(letter) {
    letters.delete(letter.id);
    unqueue(letter.id);
    letter.box.remove();
  }
  // The server has it: the same bubble, before those that are still under way.
  function arrived(letter, seq) {
    letters.delete(letter.id);
    unqueue(letter.id);
    note(letter, "");
    if (letter.forget) letter.forget();
    letter.bubble.dataset.seq = seq;
    letter.bubble.classList.remove("unsent");
    const first = firstUnsent();
    if (first !== chips() && letter.box.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_PRECEDING) first.before(letter.box);
  }

  // Under a letter that has not arrived: why, and buttons for what can be done about it.
  function note(letter, text, ...acts) {
    const old = letter.box.querySelector(".meta");
    if (old && old.firstChild && old.firstChild.data === text && old.childElementCount === acts.length) return;
    if (old) old.remove();
    if (!text) return;
    const line = document.createElement("p");
    line.className = `meta unsent ${letter.isRefused ? "failed" : ""}`;
    line.append(text);
    for (const [name, act] of acts) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      button.addEventListener("click", act);
      line.append(" ", button);
    }
    letter.box.append(line);
    toEnd();
  }

  let isManagerTyping = false;
  function type() {
    const old = log.querySelector(".typing"), isBot = isSending && !page.hasAttribute("data-held");
    if (old) old.remove();
    if (isBot || isManagerTyping) chips().before(byId("typing").content.cloneNode(true));
  }

  function complain(text) {
    trouble.textContent = text || "";
    trouble.hidden = !text;
  }

  // Pictures and sounds need the token, so they are fetched and not linked.
  async function load(line) {
    const place = line.querySelector("[data-file]");
    if (!place) return;
    const fetched = async () => URL.createObjectURL(await (await ask(`files/${line.dataset.seq}`)).blob());
    if (place.dataset.file === "audio") {
      place.addEventListener("click", async () => {
        const src = await fetched().catch(() => "");
        if (!src) return complain(words.failed);
        const sound = Object.assign(document.createElement("audio"), { controls: true, src });
        place.replaceWith(sound);
        sound.play();
      });
    } else {
      const image = new Image();
      image.alt = place.textContent.trim();
      image.onload = () => (place.textContent = "", place.append(image));
      image.src = await fetched().catch(() => "");
    }
  }

  // ---- writing ----

  // Buttons that send a form of their own where there is no script are plain buttons here.
  function tame(element) {
    for (const button of element.querySelectorAll("[form=quick]")) {
      button.type = "button";
      button.addEventListener("click", () => (button.name === "call" ? callManager() : write(button.value)));
    }
    return element;
  }

  // Not every browser that is still about makes ids of its own.
  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((part) => part.toString(16).padStart(2, "0")).join("");

  function put(letter) {
    letters.set(letter.id, boxOf(letter));
    chips().hidden = true;
    complain();
    toEnd();
    return letter;
  }
  function write(text) {
    const letter = put({ id: newId(), text });
    keep({ queue: [...waiting(), { id: letter.id, text }] });
    active = Date.now();
    sendAll();
  }
  function submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    keep({ draft: "" });
    write(text);
  }
  form.addEventListener("submit", submit);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  field.addEventListener("input", () => {
    keep({ draft: field.value });
    if (!page.hasAttribute("data-held") || Date.now() - typed < TYPING_MS) return;
    typed = Date.now();
    report({ typing: 1 });
  });

  function formOf({ id, text, file, name }) {
    const data = new FormData();
    for (const [key, value] of [["message_id", id], ["text", text], ["after", talk.last], ["page", came.p], ["referrer", came.r], ["topic", came.t]]) {
      if (value !== undefined && value !== null) data.set(key, value);
    }
    if (file) data.set("file", file, name);
    return data;
  }

  // One after the other, the oldest first; files on a way of their own, so that words never wait for them.
  async function sendAll() {
    if (chat.sendFiles) chat.sendFiles();
    if (isSending) return;
    clearTimeout(timer);
    isSending = true;
    type();
    let letter;
    while ((letter = [...letters.values()].find((each) => each.text && !each.isRefused))) {
      if ((await sendOne(letter)) !== "later") continue;
      failures++;
      break;
    }
    isSending = false;
    type();
    plan();
  }

  async function sendOne(letter) {
    try {
      return await heard(letter, await ask("messages", formOf(letter)));
    } catch {
      note(letter, words.queued);
      return "later";
    }
  }
  // What the line ate is sent again; what the server refuses is shown. `answer` is fetch's, or one like it.
  async function heard(letter, answer) {
    if (answer.ok) {
      const html = await answer.text();
      draw(html, true);
      if (letters.has(letter.id)) drop(letter); // answered without being in the talk: it was taken long ago
      return "sent";
    }
    if (answer.status >= 500 || answer.status === 409 || answer.status === 401) {
      note(letter, words.queued);
      return "later";
    }
    letter.isRefused = true;
    const said = answer.status === 404 ? words.closed : await answer.text();
    note(letter, `${words.failed}. ${said}`, [words.again, () => {
      letter.isRefused = false;
      note(letter, "");
      sendAll();
    }], [words.cancel, () => (letter.forget && letter.forget(), drop(letter))]);
    return "refused";
  }

  async function callManager() {
    try {
      const answer = await ask("call", formOf({ id: newId(), text: "" }));
      if (answer.ok) draw(await answer.text());
      else complain(await answer.text());
      if (answer.ok && page.hasAttribute("data-held")) complain(words.held);
    } catch {
      complain(words.failed);
    }
    plan();
  }

  // ---- hearing: often while somebody talks, ever more rarely while nobody does, not at all while nobody looks ----

  async function poll() {
    clearTimeout(timer);
    try {
      const answer = await ask(`lines?after=${talk.last}`);
      const isTyping = Boolean(answer.headers.get("X-Typing"));
      if (answer.status === 404) return;
      if (answer.status < 400) talk.isKnown = false;
      if (answer.status >= 500) failures++;
      if (answer.status === 200) draw(await answer.text());
      if (isTyping !== isManagerTyping) {
        isManagerTyping = isTyping;
        type();
        if (staysAtEnd) toEnd();
      }
    } catch {
      failures++;
    }
    plan();
  }
  // One patience for what is to be sent and what is to be heard.
  function plan() {
    clearTimeout(timer);
    const isWaiting = [...letters.values()].some((each) => !each.isRefused);
    if (!isWaiting && !(isShown() && (talk.last || talk.isKnown))) return;
    const pace = isManagerTyping ? LIVE_MS : Math.max(LIVE_MS, (Date.now() - active) / 5);
    const pause = failures ? PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] : pace;
    timer = setTimeout(isWaiting ? sendAll : poll, pause);
  }
  function come() {
    active = Date.now();
    if (letters.size) sendAll();
    if (isShown() && (talk.last || talk.isKnown)) poll();
  }
  for (const what of ["pointerdown", "keydown", "touchstart"]) {
    document.addEventListener(what, () => {
      const wasIdle = Date.now() - active > 15000;
      active = Date.now();
      if (wasIdle && talk.last && isShown()) poll();
    }, { passive: true });
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) || plan() : come()));
  addEventListener("online", () => {
    failures = 0;
    come();
  });
  addEventListener("storage", ({ key }) => key === STORE && !talk.last && kept().token && poll());
  addEventListener("pagehide", () => {
    if (!talk.last || !navigator.sendBeacon) return;
    const said = new FormData();
    said.set("visitor", kept().token || "");
    said.set("left", 1);
    if (navigator.sendBeacon(`${base}/seen`, said)) keep({ left: 1 });
  });

  // ---- the frame ----

  // Only the page that framed us, by its window and its very origin, if its address has one.
  const isHost = ({ source, origin }) => source === parent && isFramed && (origin === came.o || !hasOrigin);
  addEventListener("message", (event) => {
    const { data } = event;
    if (!isHost(event) || typeof data !== "object" || !data) return;
    if (data.leadbot === "open") {
      isClosed = false;
      if (!matchMedia("(pointer:coarse)").matches) field.focus();
      see();
      come();
    } else if (data.leadbot === "close") {
      isClosed = true;
      clearTimeout(timer);
      if (chat.hush) chat.hush();
      plan();
    } else if (data.leadbot === "say" && typeof data.text === "string") suggest(data.text);
  });
  // The tabulator stays in the chat, until Escape; within a page it goes on.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !isFramed || came.i) return;
    const stops = [...document.querySelectorAll("a[href],button,summary,textarea,input:not([type=hidden]),[tabindex='0']")].filter((each) => each.offsetParent && !each.disabled && !each.matches(".trap") && !each.closest("details:not([open]) > :not(summary)"));
    const first = stops[0], final = stops[stops.length - 1];
    if (document.activeElement !== (event.shiftKey ? first : final) && stops.includes(document.activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? final : first).focus();
  });
  // On a page of our own the keyboard is our own affair.
  const view = window.visualViewport;
  if (!isFramed && view) {
    view.addEventListener("resize", () => {
      page.style.height = view.height < innerHeight - 1 || page.style.height ? `${view.height}px` : "";
      scrollTo(0, 0);
    });
  }

  function suggest(text) {
    if (!field.value) field.value = text.slice(0, 4096);
  }

  // The company sees where its chat is opened, and by how many: each visitor counts once.
  async function opened() {
    const isFirst = !kept().opened;
    if (!isFirst && !(came.p && isFramed)) return;
    const said = { ...(isFramed && came.p ? { page: came.p } : {}), ...(isFirst ? { first: 1 } : {}) };
    const answer = await ask("open", new URLSearchParams(said)).catch(() => null);
    if (isFirst && answer && answer.ok) keep({ opened: 1 });
  }

  const chat = { tell, page, base, byId, words, form, field, letters, talk, came, isFramed, isHost, kept, keep, ask, address, renew, reached, put, drop, note, heard, formOf, newId, unqueue, waiting, complain, sendAll, poll, toEnd, failed: () => failures++, plan };
  tame(document);
  for (const each of waiting()) {
    if (each.text) letters.set(each.id, boxOf({ ...each }));
  }
  field.value = field.value || kept().draft || "";
  suggest(String(came.m || ""));
  setTimeout(() => {
    tell("ready");
    if (letters.size) sendAll();
    talk.isKnown = kept().token !== page.dataset.token || page.dataset.page !== undefined;
    if (talk.isKnown) poll();
    toEnd();
  });
  setTimeout(opened, 1500);
  return chat;
})();
