// A lead over the board: opened from any link to a lead, at its own address, closed by Escape, the arrow, a click beside
// it or the browser's way back; the board below keeps its scroll, and the card the focus. On the lead's own page only
// what concerns a single lead works.
"use strict";

(() => {
  const LEAD = /^\/leads\/(\d+)$/;
  const ON_LEAD = /^\/leads\/\d+(\/|$)/;
  const isLead = (url) => LEAD.test(url.pathname);
  const here = () => new URL(location.href);

  // ---- on both: editing in place, anchors ----

  // Escape leaves a field as it was; typed text goes only where somebody asked for that.
  function leaveEditing(event) {
    const cancel = event.target.closest?.("[data-editing]")?.querySelector("[data-cancel]");
    if (!cancel) return false;
    event.preventDefault();
    cancel.click();
    return true;
  }

  // A click on a value opens it, unless it was to select text.
  document.addEventListener("click", ({ target }) => {
    const value = target.closest?.("[data-field], [data-own]");
    if (value && !target.closest("a, button") && !String(getSelection())) value.parentElement.querySelector("[data-edit]")?.click();
  });

  // ---- on both: what others change shows by itself, but never under somebody's hands ----

  let isPoll = false; // what is being swapped came by itself, or beside an answer to the client
  let isReply = false; // it is the answer to one
  let isBehind = false; // a part was left as it is: the next answer is to bring it again

  function isInHand(part) {
    const active = document.activeElement;
    if (part.contains(active) && (active.matches("input, select, textarea") || !active.id)) return true;
    if (part.querySelector("[data-editing]") || [...part.querySelectorAll("audio")].some((each) => !each.paused)) return true;
    const selected = getSelection();
    if (!selected.isCollapsed && part.contains(selected.anchorNode)) return true;
    return [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);
  }

  document.addEventListener("htmx:configRequest", ({ target, detail }) => {
    if (target.id === "lead-live") detail.parameters.v = isBehind ? "" : target.dataset.version;
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const asking = detail.requestConfig?.elt;
    isReply = Boolean(asking?.closest?.("#lead-reply"));
    isPoll = isReply || asking?.id === "lead-live";
    if (isPoll) isBehind = false;
  });
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    const part = detail.target;
    if (!isPoll || !part.closest("#panel, .lead-page") || part.id === "lead-live") return;
    if (part.id === "lead-reply" && (isReply || part.dataset.state === detail.fragment?.firstElementChild?.dataset.state)) {
      detail.shouldSwap = isReply;
      return;
    }
    if (isInHand(part)) {
      isBehind = true;
      detail.shouldSwap = false;
      return;
    }
    const opened = [...part.querySelectorAll("details")].map((each) => each.open);
    const [top, isAtEnd] = [part.scrollTop, part.scrollTop + part.clientHeight > part.scrollHeight - 8];
    queueMicrotask(() => {
      const fresh = document.getElementById(part.id);
      if (!fresh) return;
      [...fresh.querySelectorAll("details")].forEach((each, at) => (each.open = opened[at] ?? each.open));
      fresh.scrollTop = isAtEnd && top ? fresh.scrollHeight : top;
    });
  });

  // ---- on both: an answer to the client, sent by Enter; the field is at hand for the next one ----

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches?.("[data-reply] textarea")) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!detail.successful || !detail.requestConfig?.elt?.matches?.("[data-reply]")) return;
    document.querySelector("[data-reply] textarea")?.focus();
    const log = document.getElementById("talk");
    log?.scrollTo({ top: log.scrollHeight });
  });

  // ---- on a phone: the tab of the section that is on the screen ----

  function markSection() {
    const tabs = document.querySelector("[data-marks]");
    if (!tabs?.offsetParent) return;
    const links = [...tabs.querySelectorAll("a")];
    const below = tabs.getBoundingClientRect().bottom + 24;
    const isAtEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const passed = links.filter((link) => document.querySelector(link.hash)?.getBoundingClientRect().top <= below);
    const here = (isAtEnd && links.find((link) => link.hash === location.hash)) || passed.at(-1) || links[0];
    for (const link of links) link.toggleAttribute("aria-current", false);
    here.setAttribute("aria-current", "true");
    if (here.offsetLeft < tabs.scrollLeft || here.offsetLeft + here.offsetWidth > tabs.scrollLeft + tabs.clientWidth) tabs.scrollLeft = here.offsetLeft;
  }
  addEventListener("scroll", markSection, { passive: true });
  leadbot.bind("[data-marks]", () => requestAnimationFrame(markSection));

  if (ON_LEAD.test(location.pathname)) {
    document.addEventListener("keydown", (event) => event.key === "Escape" && leaveEditing(event));
    // A way back from here to what was a board in this very tab: its document is gone, so it is loaded anew.
    addEventListener("popstate", () => isLead(here()) || location.reload());
    return;
  }

  // ---- over the board ----

  const home = { url: location.href, title: document.title, scroll: 0 };
  const host = Object.assign(document.createElement("div"), { id: "panel" });
  document.body.append(host);
  const typed = new Map(); // what was being typed when the panel was closed: address of the form and field -> text
  let openedAt = null; // the address of the lead that is open
  let asked = 0;

  const depth = () => history.state?.panel ?? 0;
  const fields = () => [...host.querySelectorAll("form [name]:is(input:not([type=hidden]), textarea)")];
  const keyOf = (field) => `${field.form.getAttribute("action")} ${field.name}`;

  function keepTyped() {
    for (const field of fields()) {
      if (field.value !== field.defaultValue) typed.set(keyOf(field), field.value);
      else typed.delete(keyOf(field));
    }
  }

  function bringTypedBack() {
    for (const field of fields()) if (typed.has(keyOf(field))) field.value = typed.get(keyOf(field));
  }

  function coverBoard(isCovered) {
    for (const child of document.body.children) {
      if (!child.matches("#panel, #toasts, script")) child.inert = isCovered;
    }
    document.body.classList.toggle("over-board", isCovered);
  }

  async function show(path, push) {
    const mine = ++asked;
    if (!openedAt) Object.assign(home, { url: push ? location.href : home.url, title: document.title, scroll: scrollY });
    else keepTyped();
    await htmx.ajax("GET", path, { target: host, swap: "innerHTML settle:0s" });
    const panel = host.querySelector("[data-panel]");
    if (mine !== asked || !panel || panel.dataset.url !== path) return;
    if (push) history.pushState({ panel: depth() + 1 }, "", path);
    openedAt = path;
    document.title = panel.dataset.title;
    coverBoard(true);
    bringTypedBack();
    panel.focus();
    scrollTo(0, 0);
  }

  function putAway() {
    if (!openedAt) return;
    keepTyped();
    asked += 1;
    const id = openedAt.match(LEAD)[1];
    openedAt = null;
    host.replaceChildren();
    coverBoard(false);
    document.title = home.title;
    scrollTo(0, home.scroll);
    document.querySelector(`.card[data-lead-id="${id}"] h3 a`)?.focus({ preventScroll: true });
    const board = document.querySelector("[data-board]");
    if (board) htmx.trigger(board, "refresh");
  }

  function close() {
    if (depth()) return history.go(-depth());
    history.replaceState(null, "", home.url);
    return putAway();
  }

  addEventListener("popstate", () => {
    const path = location.pathname;
    if (!isLead(here())) putAway();
    else if (path !== openedAt) show(path, false);
  });

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (event.target.closest("[data-close-panel]") && openedAt) {
      event.preventDefault();
      return close();
    }
    const link = event.target.closest("a[href]");
    if (!link || link.target || link.dataset.opens || link.hasAttribute("hx-get")) return;
    if (openedAt && link.getAttribute("href").startsWith("#")) {
      event.preventDefault(); // another step back for each look at a proof would make closing a riddle
      const state = history.state;
      location.replace(link.href);
      history.replaceState(state, "", location.href);
    } else if (link.origin === location.origin && isLead(link)) {
      event.preventDefault();
      link.closest("[popover]")?.hidePopover();
      show(link.pathname, true);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !openedAt || event.defaultPrevented || leaveEditing(event)) return;
    if (document.querySelector("dialog[open], :popover-open")) return;
    event.preventDefault();
    close();
  });
})();
