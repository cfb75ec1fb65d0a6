// The hot lane: it comes with the board's poll, its times count down, and on a phone it is a tab of its own.
"use strict";

(() => {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const lane = () => board.querySelector("#hot-lane");
  const parse = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;

  function replace(own, fresh, before) {
    if (own && fresh && own.innerHTML === fresh.innerHTML) return;
    const held = own?.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : null;
    const scrolled = own?.querySelector(".hot-cards")?.scrollLeft ?? 0;
    const made = fresh ? document.importNode(fresh, true) : null;
    if (own && made) own.replaceChildren(...made.childNodes); // itself it stays: it may be the page's target
    else if (own) own.remove();
    else if (made) before.before(made);
    const list = own?.querySelector(".hot-cards");
    if (list) list.scrollLeft = scrolled;
    if (held) document.querySelector(`#${held} a`)?.focus({ preventScroll: true });
  }

  board.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (target !== board || detail.requestConfig.verb !== "get" || detail.xhr.status !== 200) return;
    const fresh = parse(detail.xhr.responseText);
    if (!fresh.querySelector("[data-board]")) return;
    replace(lane(), fresh.querySelector("#hot-lane"), board.querySelector(".column"));
    replace(board.querySelector("[data-hot-tab]"), fresh.querySelector("[data-hot-tab]"), board.querySelector("[data-tab]"));
    tick();
    mark();
  });

  // «Бот напомнит через 3 мин»
  function tick() {
    for (const time of board.querySelectorAll("time[data-step]")) {
      const minutes = Math.ceil((new Date(time.dateTime) - Date.now()) / 60000);
      if (minutes > 60) continue;
      const words = lane().dataset; // said once for all
      time.textContent = minutes > 0 ? words[time.dataset.step].replace("{n}", minutes) : words.soon;
    }
  }
  setInterval(tick, 5000);
  tick();

  // The lane is shown on a phone while the address names it; another tab takes its name out again.
  function mark() {
    const tab = board.querySelector("[data-hot-tab]");
    const isShown = location.hash === "#hot-lane" && tab;
    tab?.toggleAttribute("aria-current", false);
    if (!isShown) return;
    for (const each of board.querySelectorAll("[data-tab]")) each.removeAttribute("aria-current");
    tab.setAttribute("aria-current", "page");
  }
  addEventListener("hashchange", mark);
  mark();

  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-board] [data-tab]") && document.querySelector("#hot-lane:target")) location.replace("#");
  });
})();
