// The board. A card is moved by drag, by its menu and by keyboard; each way posts the same form, the card moves at once
// and the answer settles it. What others do comes with the poll: only what differs is touched, so that scroll, focus
// and whatever is in hand stay as they are.
"use strict";

(() => {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const tools = document.getElementById("tools"); // where the menu and the dialog will be
  const menu = () => document.getElementById("card-menu");
  const dialog = () => document.getElementById("lost-dialog");
  const stages = [...board.querySelectorAll("[data-tab]")].map((tab) => tab.dataset.tab);
  const homes = new Map(); // id of a card that is under way -> where it came from
  const further = new Map(); // id -> stage it is to go to once it has arrived
  let dragged = null;
  let moves = 0; // begun and settled: an answer that was asked for before one of them is out of date

  const canMove = "canMove" in board.dataset;

  const cardOf = (id) => board.querySelector(`.card[data-lead-id="${id}"]`);
  const place = (status) => board.querySelector(`.column[data-status=${status}] [data-drop], .zone[data-status=${status}]`);
  const inHand = () => homes.size > 0 || dragged || dialog()?.open || menu()?.matches(":popover-open");

  // What the server sends, its cards with their menu button: a hundred times the same bytes don't travel.
  function parse(html) {
    const content = Object.assign(document.createElement("template"), { innerHTML: html }).content;
    for (const card of content.querySelectorAll(".card")) enhance(card);
    return content;
  }

  function enhance(card) {
    card.dataset.stage = card.closest("[data-status]")?.dataset.status ?? card.closest("[data-stage]").dataset.stage;
    greet(card);
    if (!canMove) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", ariaHasPopup: "dialog" });
    button.dataset.opens = "card-menu";
    button.setAttribute("aria-labelledby", `a n${card.dataset.leadId}`);
    card.querySelector("footer").append(button);
  }

  // WhatsApp opens with a first message in the client's language; who has no name is greeted without one.
  function greet(card) {
    const link = card.querySelector("footer [href*='wa.me']");
    const name = card.querySelector("h3").textContent;
    const words = board.getAttribute(`data-hello-${link.hreflang || document.documentElement.lang}`) ?? "";
    const text = /^[+\d]/.test(name) ? words.replace(", {name}", "") : words.replace("{name}", name);
    link.href += `?text=${encodeURIComponent(text)}`;
  }
  for (const card of board.querySelectorAll(".card")) enhance(card);
  board.dataset.ready = "";

  // ---- moving ----

  // Runs `change`, which may take the focused element out of the page and put it, or its successor, back.
  function keepingFocus(card, change) {
    const focused = card?.contains(document.activeElement) ? document.activeElement : null;
    const index = focused ? [...card.querySelectorAll("a, button")].indexOf(focused) : -1;
    const now = change() ?? card;
    if (index >= 0 && now.isConnected) now.querySelectorAll("a, button")[index]?.focus();
  }

  function bump(status, by) {
    for (const count of board.querySelectorAll(`[data-count=${status}]`)) count.textContent = Number(count.textContent) + by;
  }

  function remember(card) {
    if (!homes.has(card.dataset.leadId)) {
      homes.set(card.dataset.leadId, { card, list: card.parentElement, next: card.nextElementSibling });
    }
    return homes.get(card.dataset.leadId);
  }

  function lift(card, status) {
    const home = remember(card);
    moves += 1;
    home.to = status;
    card.classList.add("moving");
    if (!home.spot) keepingFocus(card, () => place(status)?.prepend(card));
    bump(card.dataset.stage, -1);
    bump(status, 1);
  }

  function putBack(id) {
    const home = homes.get(id);
    homes.delete(id);
    further.delete(id);
    if (!home) return;
    home.card.classList.remove("moving");
    const next = home.next?.parentElement === home.list ? home.next : null;
    keepingFocus(home.card, () => home.list.insertBefore(home.card, next));
    if (home.to) {
      bump(home.to, -1);
      bump(home.card.dataset.stage, 1);
    }
  }

  function settle(id, html) {
    moves += 1;
    const card = parse(html).querySelector(".card");
    if (!card) return putBack(id);
    card.classList.toggle("fresh", "fresh" in card.parentElement.dataset);
    const old = homes.get(id)?.card ?? cardOf(id);
    const isPut = homes.get(id)?.spot && old?.parentElement === place(card.dataset.stage);
    homes.delete(id);
    const list = place(card.dataset.stage);
    const isShown = list?.matches(".column-list");
    keepingFocus(old, () => {
      if (isPut) old.replaceWith(card);
      else old?.remove();
      if (isShown && !isPut) list.prepend(card);
      return card;
    });
    if (isShown) arrive(card);
    const onward = further.get(id);
    further.delete(id);
    if (onward && isShown) return move(card, onward);
    return htmx.trigger(board, "refresh");
  }

  function arrive(card) {
    if (card.contains(document.activeElement)) card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // `spot` is where in the column the card has been put already: {above, below}, the ids of its neighbours.
  async function move(card, status, spot = null) {
    const { leadId, version, stage } = card.dataset;
    if (card.classList.contains("moving")) return spot ? putBack(leadId) : further.set(leadId, status);
    if (status === stage && !spot) return putBack(leadId);
    const reason = status === "lost" ? await ask() : "";
    if (status === "lost" && !reason) return putBack(leadId);
    if (spot) {
      remember(card).spot = spot;
      card.classList.add("moving");
    }
    return htmx.ajax("POST", `/leads/${leadId}/move`, { source: card, swap: "none", values: { status, version, reason, ...spot } });
  }

  const idOf = (element) => (element?.matches(".card") ? element.dataset.leadId : "");
  const spotOf = (card) => ({ above: idOf(card.previousElementSibling), below: idOf(card.nextElementSibling) });

  // One place up (-1) or down (1) in its column.
  function shift(card, step) {
    const beside = step < 0 ? card.previousElementSibling : card.nextElementSibling;
    if (!idOf(beside) || card.classList.contains("moving")) return;
    remember(card);
    keepingFocus(card, () => (step < 0 ? beside.before(card) : beside.after(card)));
    move(card, card.dataset.stage, spotOf(card));
  }

  function take(card) {
    const { leadId, version } = card.dataset;
    return htmx.ajax("POST", `/leads/${leadId}/take`, { source: card, swap: "none", values: { version } });
  }

  // The reason of a loss, or "" where the dialog was closed without one.
  function ask() {
    const asking = dialog();
    if (!asking) return Promise.resolve("");
    const form = asking.querySelector("[data-lost-form]");
    form.reset();
    asking.returnValue = "";
    asking.showModal();
    return new Promise((answer) => {
      const done = () => answer(asking.returnValue === "yes" ? new FormData(form).get("reason") : "");
      asking.addEventListener("close", done, { once: true });
    });
  }

  tools?.addEventListener("click", ({ target }) => target.closest("[data-cancel]") && dialog().close(""));

  const moveOf = (config) => config?.verb === "post" && config.path.match(/^\/leads\/(\d+)\/(?:move|take)$/)?.[1];

  document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
    const id = moveOf(detail.requestConfig);
    const card = id && cardOf(id);
    if (!card) return;
    const { stage } = card.dataset;
    const to = detail.requestConfig.parameters.status ?? (stage === "new" ? "in_progress" : stage); // none: it is taken
    if (to !== stage) lift(card, to);
  });

  const settled = new WeakSet(); // htmx tells of an answer once more where the card that asked has been replaced
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    const id = moveOf(detail.requestConfig);
    if (!id || settled.has(detail.xhr)) return;
    settled.add(detail.xhr);
    if (detail.successful || detail.xhr.status === 409) settle(id, detail.xhr.responseText);
    else putBack(id);
    if (detail.xhr.status === 404) htmx.trigger(board, "refresh");
    if (detail.xhr.status >= 500) setTimeout(offerRetry, 0, detail.requestConfig);
    detail.elt.closest("[data-toast]")?.remove();
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, ({ detail }) => {
      if (moveOf(detail.requestConfig)) offerRetry(detail.requestConfig);
    });
  }

  // The same again, with the version that the card has by then.
  function offerRetry({ path, parameters }) {
    const id = path.match(/\d+/)[0];
    const again = () => {
      const card = cardOf(id);
      const values = { ...parameters, version: card?.dataset.version ?? parameters.version };
      if (card) htmx.ajax("POST", path, { source: card, swap: "none", values });
    };
    leadbot.say(board.dataset.failed, "danger", { label: board.dataset.retry, act: again });
  }

  // ---- by menu: one for all cards ----

  let chosen = null; // id of the card it is open for

  function openMenu(button) {
    const card = button.closest(".card");
    const list = menu();
    if (!list) return card.querySelector("h3 a").click(); // it has not come yet: the lead's page does the same
    chosen = card.dataset.leadId;
    list.querySelector("[data-open-card]").href = card.querySelector("h3 a").href;
    list.querySelector("[data-take]").hidden = Boolean(card.querySelector(".avatar"));
    list.querySelector("[data-remove]").hidden = !card.querySelector("footer .test");
    for (const item of list.querySelectorAll("[data-move]")) {
      item.removeAttribute("aria-current");
      if (item.dataset.move === card.dataset.stage) item.setAttribute("aria-current", "true");
    }
    list.querySelector("[data-shift='-1']").disabled = !idOf(card.previousElementSibling);
    list.querySelector("[data-shift='1']").disabled = !idOf(card.nextElementSibling);
    list.showPopover({ source: button });
    return list.querySelector("a").focus();
  }

  tools?.addEventListener("click", ({ target }) => {
    const item = target.closest("[data-move], [data-shift], [data-take], [data-remove]");
    if (!item) return;
    menu().hidePopover();
    const card = cardOf(chosen);
    if ("remove" in item.dataset) htmx.ajax("POST", `/leads/${chosen}/remove`, { source: card, swap: "none" });
    else if (card && "take" in item.dataset) take(card);
    else if (card && "shift" in item.dataset) shift(card, Number(item.dataset.shift));
    else if (card) move(card, item.dataset.move);
  });

  board.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-opens]");
    if (button) openMenu(button);
  });

  // ---- a lead written down by hand ----

  document.querySelector("[data-add]")?.addEventListener("click", (event) => {
    const adding = document.getElementById("add-dialog");
    if (!adding) return;
    event.preventDefault();
    adding.showModal();
    adding.querySelector("[name=phone]").focus();
  });

  tools?.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close-add]")) return;
    event.preventDefault();
    event.target.closest("dialog").close();
  });

  document.body.addEventListener("lead-added", () => {
    const adding = document.getElementById("add-dialog");
    adding.close();
    for (const field of adding.querySelectorAll("input:not([type=hidden])")) field.value = "";
    for (const error of adding.querySelectorAll(".error")) error.remove();
    htmx.trigger(board, "refresh");
  });

  // ---- by keyboard ----

  function neighbour(card, key) {
    if (key === "ArrowDown") return card.nextElementSibling;
    if (key === "ArrowUp") return card.previousElementSibling;
    const columns = [...board.querySelectorAll(".column")].filter((each) => each.querySelector(".card"));
    const beside = columns[columns.indexOf(card.closest(".column")) + (key === "ArrowRight" ? 1 : -1)];
    const cards = beside ? [...beside.querySelectorAll(".card")] : [];
    return cards[Math.min([...card.parentElement.children].indexOf(card), cards.length - 1)];
  }

  function stepOf(event) {
    if (event.ctrlKey || event.metaKey) return 0;
    if (event.code === "BracketRight" || (event.altKey && event.key === "ArrowRight")) return 1;
    return event.code === "BracketLeft" || (event.altKey && event.key === "ArrowLeft") ? -1 : 0;
  }

  board.addEventListener("keydown", (event) => {
    const card = event.target.closest(".card");
    if (!card) return;
    const step = stepOf(event);
    if (step && canMove) {
      event.preventDefault();
      const from = further.get(card.dataset.leadId) ?? homes.get(card.dataset.leadId)?.to ?? card.dataset.stage;
      const to = stages[stages.indexOf(from) + step];
      if (to) move(card, to);
    } else if (canMove && event.altKey && /^Arrow(Up|Down)$/.test(event.key)) {
      event.preventDefault();
      shift(card, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key.startsWith("Arrow") && !event.altKey) {
      event.preventDefault();
      neighbour(card, event.key)?.querySelector?.("h3 a")?.focus();
    }
  });

  // ---- by drag: on wide screens, where the whole card is the handle; on touch after a long press ----

  const wide = matchMedia("(min-width: 45.01em)");

  function mark(element) {
    for (const over of board.querySelectorAll(".over")) over.classList.remove("over");
    element?.closest("[data-status]")?.classList.add("over");
  }

  function under(event) {
    const { clientX, clientY } = event.changedTouches?.[0] ?? event;
    const element = Number.isFinite(clientX) ? document.elementFromPoint(clientX, clientY) : null;
    return element?.closest(".board [data-status]");
  }

  function dropped({ item, to, originalEvent }) {
    mark(null);
    dragged = null;
    const target = under(originalEvent) ?? to.closest("[data-status]");
    const { status } = target.dataset;
    const home = homes.get(item.dataset.leadId);
    if (target !== item.closest("[data-status]") || !target.matches(".column")) return move(item, status);
    if (home.list === item.parentElement && home.next === item.nextElementSibling) return putBack(item.dataset.leadId);
    return move(item, status, spotOf(item));
  }

  function makeSortable(list) {
    return new Sortable(list, {
      group: "cards", draggable: ".card", filter: "footer a, footer button, .moving", preventOnFilter: false,
      forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4, fallbackClass: "dragging", ghostClass: "moving-from",
      delay: 300, delayOnTouchOnly: true, touchStartThreshold: 5,
      onStart: ({ item, oldIndex }) => {
        dragged = item;
        homes.set(item.dataset.leadId, { card: item, list, next: list.children[oldIndex + 1] ?? null, spot: null });
      },
      onMove: ({ to }) => mark(to),
      onEnd: dropped,
    });
  }

  let sortables = [];
  function setUpDrag() {
    for (const each of sortables) each.destroy();
    sortables = wide.matches && canMove ? [...board.querySelectorAll("[data-drop]")].map(makeSortable) : [];
  }
  wide.addEventListener("change", setUpDrag);
  setUpDrag();

  // ---- live ----

  function takeOver(html, isMore) {
    const fresh = parse(html).querySelector("[data-board]");
    if (!fresh || inHand()) return; // the next poll brings it again
    board.dataset.version = fresh.dataset.version;
    for (const count of fresh.querySelectorAll("[data-count]")) {
      for (const own of board.querySelectorAll(`[data-count=${count.dataset.count}]`)) own.textContent = count.textContent;
    }
    for (const name of fresh.querySelectorAll("[data-name]")) {
      for (const own of board.querySelectorAll(`[data-name=${name.dataset.name}]`)) own.textContent = name.textContent;
    }
    const active = document.activeElement;
    const held = active?.closest(".card")?.dataset.leadId;
    const index = held ? [...cardOf(held).querySelectorAll("a, button")].indexOf(active) : -1;
    const known = new Map([...board.querySelectorAll(".card")].map((card) => [card.dataset.leadId, card]));
    for (const link of fresh.querySelectorAll(".tabs [data-tab], a.zone")) {
      const key = link.dataset.tab ? `[data-tab=${link.dataset.tab}]` : `.zone[data-status=${link.dataset.status}]`;
      board.querySelector(key).href = link.href;
    }
    for (const column of fresh.querySelectorAll(".column")) fill(place(column.dataset.status), column, known, isMore);
    if (held && document.activeElement !== active) cardOf(held)?.querySelectorAll("a, button")[index]?.focus({ preventScroll: true });
    awaitEnds();
  }

  // Who scrolls to the end of a column gets more of it; the link is for those who come to it by keyboard.
  const ends = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting && target.isConnected) target.click();
  });
  function awaitEnds() {
    ends.disconnect(); // what is in sight is told of once more: an answer may have been passed over
    for (const link of board.querySelectorAll("[data-more]")) ends.observe(link);
  }
  awaitEnds();

  // Puts what the server shows into a list, keeping every card that is the same.
  function fill(list, column, known, isMore) {
    const wanted = [...column.querySelector(".column-list").children].map((child) => {
      const own = known.get(child.dataset.leadId);
      if (!own || !isSame(own, child)) {
        if (child.matches(".card") && !isMore) child.classList.add("fresh");
        return document.importNode(child, true);
      }
      return own;
    });
    let at = list.firstElementChild;
    for (const child of wanted) {
      if (child === at) at = at.nextElementSibling;
      else list.insertBefore(child, at);
    }
    while (at) {
      const gone = at;
      at = at.nextElementSibling;
      gone.remove();
    }
  }

  function isSame(own, child) {
    own.querySelector("time").textContent = child.querySelector("time").textContent;
    const [waits, now] = [own, child].map((card) => card.querySelector(".badges>.clock"));
    if (waits && now) waits.textContent = now.textContent;
    return own.dataset.version === child.dataset.version && own.innerHTML === child.innerHTML;
  }

  const dot = document.querySelector("[data-live-dot]");
  let missed = 0;
  let seenAt = new Date();

  function heard(isThere) {
    missed = isThere ? 0 : missed + 1;
    if (isThere) seenAt = new Date();
    const isStale = missed >= 2;
    if (isStale === dot.classList.contains("stale")) return;
    dot.classList.toggle("stale", isStale);
    const time = seenAt.toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
    dot.textContent = isStale ? dot.dataset.stale.replace("{time}", time) : dot.dataset.online;
  }

  let isMore = false;
  board.addEventListener("htmx:configRequest", ({ target, detail }) => {
    if (target !== board) return;
    const asked = { v: isMore ? "" : board.dataset.version, stage: board.dataset.stage };
    Object.assign(detail.parameters, Object.fromEntries(chosenFilters()), asked);
    for (const list of board.querySelectorAll("[data-shown]")) {
      if (list.dataset.shown > Number(board.dataset.first)) detail.parameters[list.closest(".column").dataset.status] = list.dataset.shown;
    }
  });

  document.addEventListener("htmx:beforeRequest", ({ target, detail }) => {
    if (target === board || target === filters) Object.assign(detail.requestConfig, { moves });
  });

  board.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (target !== board || detail.requestConfig.verb !== "get") return;
    const { status, responseText } = detail.xhr;
    if (!status) return; // not sent: see below
    heard(status < 400);
    if (status !== 200) return;
    if (detail.requestConfig.moves !== moves) return htmx.trigger(board, "refresh");
    takeOver(responseText, isMore);
    isMore = false;
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    board.addEventListener(name, ({ target, detail }) => target === board && detail.requestConfig.verb === "get" && heard(false));
  }

  // ---- search and filters: the address says what is shown, so that it can be sent on; words are veiled by the server ----

  const filters = document.querySelector("[data-filters]");
  let typing = 0;
  let veiled = filters?.elements.q.value.trim() ?? ""; // the words that `find` stands for

  function chosenFilters() {
    const all = filters ? [...new FormData(filters)] : [];
    return all.filter(([name, value]) => value.trim() && !/^(q|to|stage|csrf_token)$/.test(name));
  }

  function applyFilters() {
    clearTimeout(typing);
    htmx.trigger(filters, "htmx:abort");
    const words = filters.elements.q.value.trim();
    if (words && words !== veiled) {
      const values = { to: filters.dataset.live, stage: board.dataset.stage };
      return htmx.ajax("POST", filters.getAttribute("action"), { source: filters, swap: "none", values });
    }
    veil(words, words ? filters.elements.find.value : "");
    isMore = true;
    return htmx.trigger(board, "refresh");
  }

  filters?.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { xhr, requestConfig } = detail;
    if (xhr.status !== 200) return;
    veil(requestConfig.parameters.q.trim(), new URL(xhr.responseURL).searchParams.get("find") ?? "");
    if (requestConfig.moves === moves) takeOver(xhr.responseText, true);
    else isMore = true;
    moves += 1; // a poll that is under way was asked before
    if (isMore) htmx.trigger(board, "refresh");
  });

  function veil(words, find) {
    veiled = words;
    filters.elements.find.value = find;
    const query = new URLSearchParams(chosenFilters());
    document.querySelector("[data-table]").search = query;
    if (board.dataset.stage !== "new") query.set("stage", board.dataset.stage);
    history.replaceState(history.state, "", query.size ? `?${query}` : location.pathname);
    filters.querySelector("[data-clear]").hidden = !chosenFilters().length;
    for (const pick of filters.querySelectorAll(".pick")) pick.classList.toggle("on", pick.firstElementChild.value !== "");
    for (const list of board.querySelectorAll("[data-shown]")) list.dataset.shown = board.dataset.first;
  }

  filters?.addEventListener("input", ({ target }) => {
    clearTimeout(typing);
    typing = setTimeout(applyFilters, target.type === "search" ? 250 : 0);
  });
  filters?.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return; // to another page, with the filter as it stands
    event.preventDefault();
    document.getElementById("days").hidePopover();
    applyFilters();
  });

  document.addEventListener("click", (event) => {
    if (!filters || !event.target.closest("[data-clear]")) return;
    event.preventDefault();
    for (const field of filters.querySelectorAll("[name]:not([type=hidden])")) {
      if (field.type === "checkbox") field.checked = false;
      else field.value = "";
    }
    filters.elements.q.focus();
    applyFilters();
  });

  board.addEventListener("click", (event) => {
    const more = event.target.closest("[data-more]");
    if (more) {
      event.preventDefault();
      more.parentElement.dataset.shown = Number(more.parentElement.dataset.shown) + Number(more.dataset.more);
      isMore = true;
      htmx.trigger(board, "refresh");
    }
    const tab = event.target.closest("[data-tab]");
    if (tab && place(tab.dataset.tab)?.matches(".column-list")) {
      event.preventDefault();
      show(tab);
    }
  });

  // A phone shows one column at a time.
  function show(tab) {
    for (const column of board.querySelectorAll(".column")) column.toggleAttribute("data-current", column.dataset.status === tab.dataset.tab);
    for (const each of board.querySelectorAll("[data-tab]")) each.removeAttribute("aria-current");
    tab.setAttribute("aria-current", "page");
    tab.scrollIntoView({ block: "nearest", inline: "center" });
    board.dataset.stage = tab.dataset.tab;
    history.replaceState(null, "", tab.href);
  }
  board.querySelector("[data-tab][aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  function tick() {
    for (const time of board.querySelectorAll(".card>time")) {
      const minutes = Math.floor((Date.now() - new Date(time.dateTime)) / 60000);
      if (minutes < 1) time.textContent = board.dataset.justNow;
      else if (minutes < 60) time.textContent = board.dataset.minutes.replace("{n}", minutes);
      else if (minutes < 120) time.textContent = board.dataset.hours.replace("{n}", 1);
    }
  }
  setInterval(tick, 30000);

  document.addEventListener("visibilitychange", () => document.hidden || htmx.trigger(board, "refresh"));
})();
