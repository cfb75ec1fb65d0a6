// Ready answers by list and by “/”, wherever there is a field to write to a client in.
"use strict";

(() => {
  const field = () => document.querySelector("#composer [name=text]");
  const select = () => document.querySelector("[data-canned]");
  const options = () => [...(select()?.options ?? [])].filter((option) => option.dataset.text);
  const LETTERS = Object.fromEntries([..."ёәғқңөұүһі"].map((letter, at) => [letter, "еагкноуухи"[at]]));
  const fold = (text) => text.toLowerCase().replace(/[ёәғқңөұүһі]/g, (letter) => LETTERS[letter]);

  function put(text, from, to) {
    const own = field();
    own.setRangeText(text, from, to, "end");
    own.focus();
    own.dispatchEvent(new Event("input", { bubbles: true }));
  }

  leadbot.bind("[data-canned]", (own) => {
    own.addEventListener("change", () => {
      const chosen = own.selectedOptions[0];
      own.value = "";
      const at = field();
      if (!chosen?.dataset.text || !at) return;
      const gap = at.selectionStart && !/\s$/.test(at.value.slice(0, at.selectionStart)) ? " " : "";
      put(gap + chosen.dataset.text, at.selectionStart, at.selectionEnd);
    });
  });
  leadbot.bind("[data-canned-hint]", (hint) => (hint.hidden = false));

  let popup = null;
  let active = 0;

  function close() {
    popup?.remove();
    popup = null;
    field()?.removeAttribute("aria-activedescendant");
    field()?.removeAttribute("aria-controls");
  }

  // What stands between the last “/” and the caret, where it begins a word.
  function asked() {
    const before = field().value.slice(0, field().selectionStart);
    return /(?:^|\s)\/([^/\n]{0,40})$/.exec(before)?.[1] ?? null;
  }

  function mark() {
    const rows = [...popup.children];
    active = (active + rows.length) % rows.length;
    for (const [at, row] of rows.entries()) row.setAttribute("aria-selected", String(at === active));
    rows[active].scrollIntoView({ block: "nearest" });
    field().setAttribute("aria-activedescendant", rows[active].id);
  }

  function choose() {
    const { text } = popup.children[active].dataset;
    const at = field().selectionStart;
    const from = at - asked().length - 1;
    close();
    put(text, from, at);
  }

  function row(option, at) {
    const made = document.createElement("li");
    made.id = `answer-${at}`;
    made.setAttribute("role", "option");
    made.dataset.text = option.dataset.text;
    made.append(Object.assign(document.createElement("b"), { textContent: option.textContent }));
    made.append(Object.assign(document.createElement("span"), { className: "fine", textContent: option.dataset.text }));
    made.addEventListener("mousedown", (event) => {
      event.preventDefault();
      active = at;
      choose();
    });
    return made;
  }

  document.addEventListener("input", ({ target }) => {
    if (target !== field()) return;
    close();
    const query = asked();
    if (query === null) return;
    const part = fold(query.trim());
    const place = (option) => fold(option.textContent).indexOf(part);
    const found = options().filter((option) => place(option) >= 0).sort((a, b) => Math.sign(place(a)) - Math.sign(place(b))).slice(0, 8);
    if (!found.length) return;
    popup = Object.assign(document.createElement("ul"), { className: "answers-list", id: "answers-list" });
    popup.setAttribute("role", "listbox");
    popup.setAttribute("aria-label", select().getAttribute("aria-label"));
    popup.append(...found.map(row));
    field().form.append(popup);
    field().setAttribute("aria-controls", popup.id);
    active = 0;
    mark();
  });

  document.addEventListener("keydown", (event) => {
    if (!popup || event.target !== field() || event.isComposing) return;
    const acts = {
      ArrowDown: () => { active += 1; mark(); },
      ArrowUp: () => { active -= 1; mark(); },
      Enter: choose,
      Tab: choose,
      Escape: close,
    };
    const act = !event.shiftKey && acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
  document.addEventListener("focusout", ({ target }) => target === field() && close());
})();
