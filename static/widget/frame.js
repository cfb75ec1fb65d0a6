// The chat in its frame, and on a company's own page. The server draws, this sends and shows. What is written is kept in
// the browser under an id of its own until the server has it: sent twice it is taken once, and a cut line loses nothing.
"use strict";
(() => {
  const page = document.body, base = page.dataset.base, byId = (id) => document.getElementById(id);
  const isFramed = parent !== window && page.dataset.page === undefined;
  const came = readCame();
  const tell = (what, state) => {
    if (!isFramed || !came.o) return;
    try {
      parent.postMessage({ leadbot: what, state }, came.o);
    } catch {}
  };
  const close = byId("close");
  close?.addEventListener("click", () => tell("close"));
  if (close && isFramed) close.hidden = false;
  document.addEventListener("keydown", (event) => event.key === "Escape" && tell("close"));
  if (!base || page.inert) return tell("ready");

  const log = byId("log"), form = byId("composer"), field = form.elements.text, chosen = form.elements.file, words = byId("words").dataset;
  const record = byId("record"), trouble = byId("trouble"), below = byId("below"), who = byId("who");
  const PAUSES = [2000, 4000, 8000, 15000, 30000, 60000], LIVE_MS = 2500;
  const STORE = `leadbot:${page.dataset.key}`;
  const letters = new Map(); // what is on its way, by id: { id, text, file, bubble }
  let last = 0, isSending = false, isHidden = false, failures = 0, quiet = 0, misses = 0, timer = 0, retry = 0;

  // What the launcher says in the address, which never leaves the browser: the site's origin, its page, its referrer.
  function readCame() {
    try {
      const said = JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}");
      return isFramed ? said : { p: location.href, r: document.referrer };
    } catch {
      return {};
    }
  }

  // ---- what the browser keeps: the token and the letters not yet sent; all tabs of a site share it ----

  // A browser that blocks all of third parties lets a frame keep nothing: then the site that framed us keeps it.
  let memory = parse(came.s);
  function parse(text) {
    try {
      return JSON.parse(text) ?? {};
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
      tell("keep", JSON.stringify(memory));
    }
  }
  const waiting = () => kept().queue ?? [];
  const unqueue = (id) => keep({ queue: waiting().filter((each) => each.id !== id) });
  if (!kept().token) keep({ token: page.dataset.token });

  // ---- asking the server ----

  async function ask(path, data) {
    for (let turn = 0; ; turn++) {
      const { token } = kept();
      const answer = await fetch(`${base}/${path}${path.includes("?") ? "&" : "?"}lang=${page.dataset.lang}`, {
        method: data ? "POST" : "GET",
        body: data,
        headers: { "X-Visitor": token ?? "" },
        signal: AbortSignal.timeout?.(30000),
      });
      if (answer.status !== 401 || turn > 1) return answer;
      await renew(token);
    }
  }
  // A token that has run out is changed for a new one without a word.
  async function renew(old) {
    if (kept().token !== old) return; // another tab has done it
    const answer = await fetch(`${base}/token`, { method: "POST", body: new URLSearchParams({ token: old ?? "" }) });
    if (!answer.ok) return;
    const token = await answer.text();
    keep({ token });
    if (token.split(".")[0] === old?.split(".")[0]) return;
    for (const line of log.querySelectorAll("[data-seq]")) line.remove(); // we are somebody else now: another talk
    last = 0;
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
  new ResizeObserver(() => {
    height = log.clientHeight;
    if (staysAtEnd) toEnd();
  }).observe(log);
  below.addEventListener("click", toEnd);

  // Lines that are there already don't come twice, whoever brings them: the answer, the poll or another tab.
  function draw(html, isAnswer) {
    const brought = Object.assign(document.createElement("template"), { innerHTML: html }).content.firstElementChild;
    const wasAtEnd = isAtEnd();
    let fresh = 0;
    for (const element of [...brought.children]) {
      if (element.id === "chips") byId("chips").replaceWith(tame(element));
      else if (element.matches(".meta")) {
        log.querySelector(".meta:not(.unsent,.failed)")?.remove();
        log.querySelector(`[data-seq]:nth-last-child(1 of [data-author=client][data-seq])`)?.after(element);
      } else if (!log.querySelector(`[data-seq="${element.dataset.seq}"]`)) {
        const sent = element.dataset.id && letters.get(element.dataset.id);
        if (sent) drop(sent);
        (log.querySelector(".bubble.unsent") ?? byId("chips")).before(element);
        load(element);
        if (element.dataset.author !== "client") fresh++;
      }
    }
    last = Math.max(last, Number(brought.dataset.last));
    who.textContent = brought.dataset.manager ? who.dataset.manager.replace("{}", brought.dataset.manager) : who.dataset.bot;
    page.toggleAttribute("data-held", Boolean(brought.dataset.manager));
    if (fresh) tell("message");
    if (isAnswer && "lead" in brought.dataset && !page.hasAttribute("data-lead")) tell("lead");
    page.toggleAttribute("data-lead", "lead" in brought.dataset);
    type();
    if (wasAtEnd || !fresh) toEnd();
    else below.hidden = false;
  }

  function bubbleOf({ id, text, file }) {
    const bubble = document.createElement("div");
    bubble.className = "bubble said unsent";
    bubble.dataset.author = "client";
    bubble.dataset.id = id;
    bubble.textContent = text || (file.type.startsWith("audio") ? words.voice : file.name);
    byId("chips").before(bubble);
    return bubble;
  }

  function drop(letter) {
    note(letter, "");
    letter.bubble.remove();
  }

  // Under a letter that has not arrived: why, and perhaps a button to try again.
  function note(letter, text, again) {
    const after = letter.bubble.nextElementSibling;
    if (after?.matches(".meta.unsent")) after.remove();
    if (!text) return;
    const line = Object.assign(document.createElement("p"), { className: `meta unsent ${again ? "failed" : ""}`, textContent: text });
    if (again) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: words.again });
      button.addEventListener("click", again);
      line.append(" ", button);
    }
    letter.bubble.after(line);
    toEnd();
  }

  function type() {
    log.querySelector(".typing")?.remove();
    if (isSending && !page.hasAttribute("data-held")) byId("chips").before(byId("typing").content.cloneNode(true));
  }

  function complain(text) {
    trouble.textContent = text ?? "";
    trouble.hidden = !text;
  }

  // Pictures and sounds need the token, so they are fetched and not linked.
  async function load(line) {
    const place = line.querySelector("[data-file]");
    if (!place) return;
    const fetched = async () => URL.createObjectURL(await (await ask(`files/${line.dataset.seq}`)).blob());
    if (place.dataset.file === "audio") {
      place.addEventListener("click", async () => {
        const sound = Object.assign(document.createElement("audio"), { controls: true, src: await fetched() });
        place.replaceWith(sound);
        sound.play();
      });
    } else {
      const image = new Image();
      image.alt = place.textContent.trim();
      image.onload = () => place.replaceChildren(image);
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

  function write(text, file) {
    const letter = { id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, text, file };
    letter.bubble = bubbleOf(letter);
    letters.set(letter.id, letter);
    if (!file) keep({ queue: [...waiting(), { id: letter.id, text }] });
    byId("chips").hidden = true;
    complain();
    toEnd();
    sendAll();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    keep({ draft: "" });
    write(text);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  field.addEventListener("input", () => keep({ draft: field.value }));
  chosen.addEventListener("change", () => {
    const [file] = chosen.files;
    chosen.value = "";
    if (!file) return;
    if (file.size > 10 * 1024 * 1024) complain(words.big);
    else write("", file);
  });

  function formOf({ id, text, file }) {
    const data = new FormData();
    for (const [name, value] of [["message_id", id], ["text", text], ["after", last], ["page", came.p], ["referrer", came.r], ["topic", came.t]]) {
      if (value != null) data.set(name, value);
    }
    if (file) data.set("file", file, file.name);
    return data;
  }

  // One after the other, the oldest first. What the line ate is sent again; what the server refuses is shown.
  async function sendAll() {
    if (isSending) return;
    clearTimeout(retry);
    isSending = true;
    type();
    for (const letter of [...letters.values()].filter((each) => !each.isRefused)) {
      const outcome = await sendOne(letter);
      if (outcome === "later") {
        retry = setTimeout(sendAll, PAUSES[Math.min(failures++, PAUSES.length - 1)]);
        break;
      }
      failures = 0;
    }
    isSending = false;
    type();
    const isMore = [...letters.values()].some((each) => !each.isTried && !each.isRefused);
    if (isMore && !failures) sendAll();
    wake();
  }

  async function sendOne(letter) {
    letter.isTried = true;
    let answer;
    try {
      answer = await ask("messages", formOf(letter));
      if (answer.ok) {
        const html = await answer.text();
        letters.delete(letter.id);
        unqueue(letter.id);
        if (letter.bubble.isConnected) drop(letter);
        draw(html, true);
        return "sent";
      }
    } catch {
      note(letter, words.queued);
      return "later";
    }
    if (answer.status >= 500 || answer.status === 409) {
      note(letter, words.queued);
      return "later";
    }
    letter.isRefused = true;
    unqueue(letter.id);
    const said = answer.status === 404 ? words.closed : await answer.text();
    note(letter, `${words.failed}. ${said}`, () => {
      letter.isRefused = letter.isTried = false;
      note(letter, "");
      sendAll();
    });
    return "refused";
  }

  async function callManager() {
    const data = formOf({ id: crypto.randomUUID?.() ?? String(Math.random()), text: "" });
    try {
      const answer = await ask("call", data);
      if (answer.ok) draw(await answer.text());
      else complain(await answer.text());
    } catch {
      complain(words.failed);
    }
    wake();
  }

  // ---- hearing: every two and a half seconds while somebody looks, ever more rarely while nobody does ----

  async function poll() {
    clearTimeout(timer);
    try {
      const answer = await ask(`lines?after=${last}`);
      if (answer.status === 200) {
        draw(await answer.text());
        quiet = 0;
      }
      if (answer.status === 404) return;
      misses = 0;
    } catch {
      misses++;
    }
    if (document.hidden || isHidden) quiet++;
    else quiet = 0;
    wake();
  }
  function wake() {
    clearTimeout(timer);
    const slow = quiet + misses;
    if (last) timer = setTimeout(poll, slow ? PAUSES[Math.min(slow, PAUSES.length - 1)] : LIVE_MS);
  }
  function come() {
    if (document.hidden || isHidden) return;
    quiet = failures = misses = 0;
    if (last) poll();
    if (letters.size) sendAll();
  }
  document.addEventListener("visibilitychange", come);
  addEventListener("online", come);
  addEventListener("storage", ({ key }) => key === STORE && !last && poll());

  // ---- voice ----

  // A second press sends, Escape throws away. Without a microphone a recording can be attached.
  if (window.MediaRecorder && navigator.mediaDevices) {
    const usual = [record.ariaLabel, field.placeholder], MOST_MS = 5 * 60 * 1000;
    let recorder = null, isDropped = false;
    record.hidden = false;
    const show = (isOn) => {
      record.setAttribute("aria-pressed", isOn);
      record.ariaLabel = isOn ? words.stop : usual[0];
      if (!isOn) field.placeholder = usual[1];
    };
    record.addEventListener("click", async () => {
      if (recorder) return recorder.stop();
      record.disabled = true;
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
      record.disabled = false;
      if (!stream) return complain(words.microphone);
      const parts = [], began = Date.now();
      const tick = () => {
        const seconds = Math.floor((Date.now() - began) / 1000);
        field.placeholder = words.recording.replace("{}", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
        if (seconds * 1000 >= MOST_MS) recorder?.stop();
      };
      const clock = setInterval(tick, 500);
      recorder = new MediaRecorder(stream);
      isDropped = false;
      recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
      recorder.addEventListener("stop", () => {
        for (const track of stream.getTracks()) track.stop();
        clearInterval(clock);
        const type = recorder.mimeType;
        recorder = null;
        show(false);
        if (!isDropped && parts.some((part) => part.size)) write("", new File(parts, "voice", { type }));
      });
      recorder.start();
      complain();
      show(true);
      tick();
    });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !recorder) return;
      event.stopPropagation(); // the chat itself stays open
      isDropped = true;
      recorder.stop();
    }, true);
  }

  // ---- the frame ----

  // Only the page that framed us, by its window and its very origin.
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || !isFramed || origin !== came.o || typeof data !== "object" || !data) return;
    if (data.leadbot === "open") {
      isHidden = false;
      if (!matchMedia("(pointer:coarse)").matches) field.focus();
      come();
    } else if (data.leadbot === "close") isHidden = true;
    else if (data.leadbot === "say" && typeof data.text === "string") suggest(data.text);
  });
  // The tabulator stays in the chat, until Escape.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !isFramed) return;
    const stops = [...document.querySelectorAll("a[href],button,textarea,input:not([type=hidden],.trap),[tabindex='0']")].filter((each) => each.offsetParent && !each.disabled);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge && stops.includes(document.activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  });
  // On a page of our own the keyboard is our own affair.
  const seen = window.visualViewport;
  if (!isFramed && seen) {
    seen.addEventListener("resize", () => {
      page.style.height = seen.height < innerHeight - 1 || page.style.height ? `${seen.height}px` : "";
      scrollTo(0, 0);
    });
  }

  function suggest(text) {
    if (!field.value) field.value = text.slice(0, 4096);
  }

  // The company sees where its chat is opened, and by how many: each visitor counts once.
  async function opened() {
    const isFirst = !kept().opened && !page.inert;
    if (!isFirst && !(came.p && isFramed)) return;
    const said = { ...(isFramed && came.p ? { page: came.p } : {}), ...(isFirst ? { first: 1 } : {}) };
    const answer = await ask("open", new URLSearchParams(said)).catch(() => null);
    if (isFirst && answer?.ok) keep({ opened: 1 });
  }

  tame(document);
  for (const each of waiting()) {
    letters.set(each.id, { ...each, bubble: bubbleOf(each) });
  }
  field.value ||= kept().draft ?? "";
  suggest(String(came.m ?? ""));
  tell("ready");
  if (letters.size) sendAll();
  if (kept().token !== page.dataset.token || page.dataset.page !== undefined) poll();
  toEnd();
  setTimeout(opened, 1500);
})();
