// A talk: what one writes stands there at once and is sent in its turn, each message under an id of its own, so that
// one sent twice is taken once. What could not be sent goes back into the field. htmx sends and swaps.
"use strict";

(() => {
  const talk = document.querySelector("[data-talk]");
  if (!talk) return;
  const log = document.getElementById("log");
  const waiting = []; // letters on their way, the oldest first
  const unsent = { text: "", id: "" }; // the last one that failed: the same words again are the same message
  let recorded = null;

  const field = () => talk.querySelector("[name=text]");
  const isForm = (element) => element?.matches?.("form[data-say]");
  const toEnd = () => log.scrollTo({ top: log.scrollHeight });
  toEnd();

  // ---- writing ----

  talk.addEventListener("keydown", (event) => {
    if (event.target !== field() || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    field().form.requestSubmit();
  });

  // The client sees that somebody is writing to him.
  let typedAt = 0;
  talk.addEventListener("input", ({ target }) => {
    const url = target === field() && target.form.dataset.typing;
    if (!url || Date.now() - typedAt < 4000) return;
    typedAt = Date.now();
    fetch(url, { method: "POST", body: new URLSearchParams({ csrf_token: target.form.elements.csrf_token.value }) }).catch(() => {});
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!isForm(form)) return;
    const own = form.contains(field());
    const text = own ? field().value.trim() : event.submitter.value;
    const sound = own ? recorded ?? form.querySelector("[data-attach]")?.files[0] : null;
    if (!text && !sound) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const isAgain = text === unsent.text && !sound;
    waiting.push({ text, sound, id: isAgain ? unsent.id : crypto.randomUUID?.() ?? String(Math.random()), bubble: show(form, text) });
    unsent.text = "";
    recorded = null;
    if (own) field().value = "";
    type();
  }, true);

  function show(form, text) {
    const bubble = document.createElement("p");
    bubble.className = "bubble said";
    bubble.dataset.author = form.dataset.say;
    bubble.textContent = text || document.getElementById("voice-sent").content.textContent;
    log.append(bubble);
    return bubble;
  }

  // The typing sign stands last, as long as an answer is awaited.
  function type() {
    log.querySelector(".typing")?.remove();
    const sign = document.getElementById("typing");
    if (sign && waiting.length) log.append(sign.content.cloneNode(true));
    toEnd();
  }

  // ---- sending ----

  document.body.addEventListener("htmx:configRequest", ({ detail }) => {
    const letter = waiting[0];
    if (!isForm(detail.elt) || !letter) return;
    detail.formData.set("text", letter.text);
    detail.formData.set("message_id", letter.id);
    detail.formData.delete("quick");
    detail.formData.delete("audio_file");
    if (letter.sound) detail.formData.set("audio_file", letter.sound, letter.sound.name);
  });

  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!isForm(detail.requestConfig?.elt)) return;
    const letter = waiting.shift();
    if (!letter) return;
    letter.bubble.remove();
    const attached = talk.querySelector("[data-attach]");
    if (detail.successful && attached) attached.value = "";
    if (!detail.successful) giveBack(letter);
    type();
  });

  function giveBack({ text, id }) {
    if (!field()) return;
    if (field().value) field().value = `${text}\n${field().value}`;
    else {
      field().value = text;
      Object.assign(unsent, { text, id });
    }
    field().focus();
  }

  // A line that is there already does not come twice, whoever brings it: the answer or the poll.
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target?.id !== "log-end" || detail.xhr.status !== 200) return;
    const brought = Object.assign(document.createElement("template"), { innerHTML: detail.serverResponse });
    for (const line of brought.content.querySelectorAll(".bubble[id], .note[id]")) {
      if (!document.getElementById(line.id)) continue;
      if (line.nextElementSibling?.matches(".meta")) line.nextElementSibling.remove();
      line.remove();
    }
    detail.serverResponse = brought.innerHTML;
  });

  document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target?.id === "log-end") toEnd();
  });

  // ---- voice ----

  talk.querySelector("[data-attach]")?.addEventListener("change", ({ target }) => target.files.length && target.form.requestSubmit());

  const record = talk.querySelector("[data-record]");
  if (record && window.MediaRecorder && navigator.mediaDevices) {
    record.hidden = false;
    let recorder = null;
    record.addEventListener("click", async () => {
      if (recorder) return recorder.stop();
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
      if (!stream) return leadbot.say(record.dataset.refused, "danger");
      const parts = [];
      recorder = new MediaRecorder(stream);
      recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
      recorder.addEventListener("stop", () => {
        for (const track of stream.getTracks()) track.stop();
        recorded = new File(parts, "voice", { type: recorder.mimeType });
        recorder = null;
        record.setAttribute("aria-pressed", "false");
        record.form.requestSubmit();
      });
      recorder.start();
      record.setAttribute("aria-pressed", "true");
      return null;
    });
  }
})();
