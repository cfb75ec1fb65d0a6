// Conversations: a talk that is looked at is read, the list as it grows. Bubbles and sending are talk.js's, ready
// answers canned.js's.
"use strict";

(() => {
  const list = document.getElementById("talk-list");

  // ---- read: as soon as somebody looks ----

  let seen = 0;
  function read(form) {
    const seq = Number(form.elements.seq.value);
    if (document.hidden || seq <= seen || !form.isConnected) return;
    seen = seq;
    form.requestSubmit();
    document.querySelector(`[data-talk-row="${form.dataset.read}"] .unseen`)?.replaceChildren();
  }
  leadbot.bind("[data-read]", (form) => setTimeout(read, 0, form));
  document.addEventListener("visibilitychange", () => {
    const form = document.querySelector("[data-read]");
    if (form) read(form);
  });

  // ---- the list ----

  // A talk that moved up from further below stands there once.
  function once() {
    const known = new Set();
    for (const row of list.querySelectorAll("[data-talk-row]")) {
      if (known.has(row.dataset.talkRow)) row.remove();
      known.add(row.dataset.talkRow);
    }
  }

  document.querySelector("#talk-shows [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  let held = null; // the row that has the focus while the list is drawn anew
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target?.closest?.("#talk-list")) held = document.activeElement?.closest?.("[data-talk-row]")?.id;
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    if (!list) return;
    once();
    if (held && !list.contains(document.activeElement)) document.getElementById(held)?.focus({ preventScroll: true });
    held = null;
    const show = new URLSearchParams(location.search).get("show");
    const field = document.getElementById("talk-show");
    if (field) field.value = show ?? "all";
  });

  const dot = document.querySelector("[data-inbox-live]");
  let missed = 0;
  let seenAt = new Date();
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!dot || !detail.requestConfig?.elt?.matches?.("[data-live-poll]")) return;
    const isThere = detail.xhr.status >= 200 && detail.xhr.status < 400;
    missed = isThere ? 0 : missed + 1;
    if (isThere) seenAt = new Date();
    const isStale = missed >= 2;
    if (isStale === dot.classList.contains("stale")) return;
    dot.classList.toggle("stale", isStale);
    const time = seenAt.toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
    dot.textContent = isStale ? dot.dataset.stale.replace("{time}", time) : dot.dataset.online;
  });

  // ---- notes ----

  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.requestConfig?.elt;
    if (detail.successful && form?.matches?.("[data-note-form]")) form.reset();
  });
})();
