// The bot's settings: one part of the page at a time, questions that change places without a round trip, and what is
// typed is not left by mistake.
"use strict";

(() => {
  // data-parts: links to the parts of a page. The address names the one that is seen, the first where it names none.
  leadbot.bind("[data-parts]", (row) => {
    const links = [...row.querySelectorAll("a")];
    const named = () => document.getElementById(location.hash.slice(1));
    const partOf = (element) => element?.closest("[data-part]")?.dataset.part;
    const wrongIn = (root) => root.querySelectorAll("[data-part] [aria-invalid=true]");

    function show(part) {
      for (const each of document.querySelectorAll("[data-part]")) each.hidden = each.dataset.part !== part;
      for (const link of links) {
        const isShown = link.hash === `#${part}`;
        const wrong = [...wrongIn(document)].filter((field) => `#${partOf(field)}` === link.hash).length;
        if (isShown) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
        if (wrong) link.dataset.wrong = wrong;
        else delete link.dataset.wrong;
        if (isShown) row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
      }
      row.dataset.shown = part;
    }

    // To what the address names; a part begins with its page.
    function turn() {
      const at = named();
      if (!partOf(at)) return;
      show(partOf(at));
      if (at.matches("[data-part]")) scrollTo(0, 0);
      else at.scrollIntoView();
    }

    show(partOf(wrongIn(document)[0]) ?? links[0].hash.slice(1));
    turn();
    addEventListener("load", turn);
    addEventListener("hashchange", turn);
    // A form that comes back shows the part where something is wrong, else the one that was seen.
    leadbot.bind("#bot", (form) => {
      const part = partOf(wrongIn(form)[0]) ?? row.dataset.shown;
      if (part !== row.dataset.shown) history.replaceState(history.state, "", `#${part}`);
      show(part);
    });
  });

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
