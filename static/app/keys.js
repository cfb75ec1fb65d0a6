// Keys that work on every page: “/” its search, Ctrl+K the quick one, n a new lead, ? the list of keys. None of them
// while somebody types; by their place on the keyboard, so that they work in any layout.
"use strict";

(() => {
  const opener = document.querySelector("[data-quick]");
  if (!opener) return;
  const host = document.body.appendChild(Object.assign(document.createElement("div"), { id: "quick" }));
  const isTyping = (element) => element.closest("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
  const isFree = (element) => element && !element.closest("[inert], [hidden]") && element.getClientRects().length > 0;
  const links = () => [...document.querySelectorAll("#quick-found a")];

  async function open(id) {
    const above = document.querySelector("dialog[open]");
    if (above) return above.id === id && above.close();
    for (const each of document.querySelectorAll("#card-menu:popover-open")) each.hidePopover();
    if (id === "quick-dialog" || !document.getElementById(id)) await htmx.ajax("GET", `${opener.getAttribute("href")}?dialog`, { target: host, swap: "innerHTML settle:0s" });
    document.getElementById(id)?.showModal();
    return document.querySelector(`#${id} input`)?.focus();
  }

  function search() {
    const field = document.querySelector(".bar input[type=search]");
    if (!isFree(field)) return open("quick-dialog");
    field.focus();
    return field.select();
  }

  function add() {
    const button = document.querySelector("[data-add]");
    if (isFree(button)) button.click();
    else if (opener.dataset.new && !document.querySelector("[inert] [data-add]")) location.assign(opener.dataset.new);
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const hasControl = event.ctrlKey || event.metaKey;
    if (hasControl && event.code === "KeyK" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      open("quick-dialog");
      return;
    }
    if (hasControl || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const isQuestion = event.key === "?" || (event.code === "Slash" && event.shiftKey);
    const act = isQuestion ? () => open("keys-dialog") : event.key === "/" || event.code === "Slash" ? search : event.code === "KeyN" && !event.shiftKey ? add : null;
    if (!act) return;
    event.preventDefault();
    act();
  });

  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open("quick-dialog");
  });

  // In the dialog: arrows go through what is found, Enter opens the first.
  host.addEventListener("keydown", (event) => {
    const found = links();
    const at = found.indexOf(document.activeElement);
    if (event.key === "ArrowDown") (found[at + 1] ?? found[0])?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? found[at - 1] : host.querySelector("input")).focus();
    else if (event.key === "Enter" && at < 0 && event.target.matches("#quick-dialog input")) found[0]?.click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", ({ target }) => {
    if (target.matches("#quick-dialog, #keys-dialog") || target.closest("#quick-found a")) target.closest("dialog")?.close();
  }, true);
})();
