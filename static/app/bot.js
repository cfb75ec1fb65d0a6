// The bot's settings: questions change places without a round trip, and what is typed is not left by mistake.
"use strict";

(() => {
  // data-move: the row goes a place up or down; the server does the same where this file is absent.
  leadbot.bind("[data-sortable]", (list) => {
    const rows = () => [...list.children];
    const settle = () =>
      rows().forEach((row, at, all) => {
        row.querySelector('[data-move="up"]').disabled = at === 0;
        row.querySelector('[data-move="down"]').disabled = at === all.length - 1;
      });
    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (!button) return;
      event.preventDefault();
      const row = button.closest("li");
      if (button.dataset.move === "up") row.previousElementSibling?.before(row);
      else row.nextElementSibling?.after(row);
      settle();
      (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button).focus();
      list.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });

  // data-kept: a form that was typed into asks before the page is left.
  leadbot.bind("[data-kept]", (form) => {
    let typed = false;
    form.addEventListener("input", () => (typed = true));
    form.addEventListener("submit", () => (typed = false));
    form.addEventListener("htmx:beforeRequest", () => (typed = false));
    form.addEventListener("htmx:sendError", () => (typed = true));
    window.addEventListener("beforeunload", (event) => {
      if (typed && form.isConnected) event.preventDefault();
    });
  });
})();
