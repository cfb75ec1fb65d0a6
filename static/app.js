// Leadbot's pages. Behaviour is bound by data-… attributes; every action works without this file, only slower.
// Rooms of their own (board, chat) are plain files in static/app/, loaded by the pages that need them.
"use strict";

const TOAST_MS = 6000;
const all = (root, selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];

// data-toast: leaves after six seconds unless it is an error or somebody is on it. What is said again is said once.
function passToast(toast) {
  for (const other of [...toast.parentElement.children]) if (other !== toast && other.textContent === toast.textContent) other.remove();
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : toast.remove());
  if (!toast.classList.contains("danger")) setTimeout(leave, TOAST_MS);
}

// A note from the browser's own side, for when the server can't be reached; with something to do it stays until it is done.
function say(text, kind = "", action = null) {
  const toast = document.createElement("div");
  toast.className = `toast ${kind}`;
  toast.setAttribute("role", kind === "danger" ? "alert" : "status");
  toast.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.label });
    button.addEventListener("click", () => {
      toast.remove();
      action.act();
    });
    toast.append(button);
  }
  document.getElementById("toasts").replaceChildren(toast);
  if (!action) setTimeout(() => toast.remove(), TOAST_MS);
}

// data-reveal: a password with an eye, which only a script can open.
function reveal(box) {
  const [input, eye] = [box.querySelector("input"), box.querySelector("button")];
  eye.hidden = false;
  eye.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    eye.setAttribute("aria-pressed", String(shown));
  });
}

// data-copy="text": to the clipboard; the icon turns to a tick for two seconds.
function copies(button) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const use = button.querySelector("use");
    const before = use?.getAttribute("href");
    use?.setAttribute("href", before.replace(/#.*/, "#check"));
    setTimeout(() => use?.setAttribute("href", before), 2000);
    say(document.body.dataset.copied);
  });
}

// data-unread: how many conversations have something new, in the tab's title too; with the leads that came (data-fresh).
function countInTitle(element) {
  if (element.dataset.unread === "") return;
  const [unread, fresh] = [element.textContent.match(/\d+\+?/)?.[0] ?? "", Number(element.dataset.fresh ?? 0)];
  const count = fresh ? `${parseInt(unread || "0", 10) + fresh}${unread.endsWith("+") ? "+" : ""}` : unread;
  document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\+?\) /, "");
}

// A row of links that scrolls sideways begins where one is.
function showCurrent(row) {
  const current = row.querySelector("[aria-current]");
  if (current) row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}

const BEHAVIOURS = { ".side-nav, .segments": showCurrent, "[data-toast]": passToast, "[data-reveal]": reveal, "[data-copy]": copies, "[data-unread]": countInTitle };

// For files in static/app/: bind(selector, what) runs for elements that are there and for those that come.
function bind(selector, what) {
  BEHAVIOURS[selector] = what;
  start(document.body, selector);
}

function start(root, only) {
  for (const [selector, what] of Object.entries(BEHAVIOURS)) {
    if (only && only !== selector) continue;
    for (const element of all(root, selector)) {
      const bound = (element.leadbotBound ??= new Set());
      if (bound.has(selector)) continue;
      bound.add(selector);
      what(element);
    }
  }
}

window.leadbot = { bind, say };
start(document.body);
document.body.addEventListener("htmx:load", (event) => start(event.detail.elt));

// data-close: closes the toast or dialog it stands in.
document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (!close) return;
  const dialog = close.closest("dialog");
  if (dialog) dialog.close();
  else close.closest("[data-toast]")?.remove();
});

// The first bad field of a form that came back has the focus.
document.body.addEventListener("htmx:afterSettle", (event) => {
  event.detail.elt.querySelector?.("[autofocus][aria-invalid=true]")?.focus();
});

// The server can't be reached: say so, keep everything as it is. Polls stay silent, their page shows its own state.
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    if (event.detail.requestConfig?.verb !== "get") say(document.body.dataset.offline, "danger");
  });
}

// Drafts: what was typed survives an answer "this page is out of date". Passwords and tokens are never kept.
const DRAFT = "leadbot-draft";
const DRAFT_MS = 3600000; // an older one would come as a surprise
const isKept = (field) => field.name && !/^(hidden|password|file|submit|button)$/.test(field.type);

const draftOf = () => JSON.parse(sessionStorage.getItem(DRAFT) ?? "null");

function keepDraft(form) {
  const { user = "" } = document.body.dataset;
  if (!user && draftOf()?.user) return; // a log-in must not take the place of what is to be sent after it
  const values = [...form.elements].filter(isKept).map((field) => [field.name, field.type.match(/checkbox|radio/) ? field.checked : field.value, field.value]);
  sessionStorage.setItem(DRAFT, JSON.stringify({ user, page: location.pathname, action: form.getAttribute("action"), values, at: Date.now(), isStale: false }));
}

function markStale() {
  const draft = draftOf();
  if (draft) sessionStorage.setItem(DRAFT, JSON.stringify({ ...draft, isStale: true }));
}

function restoreDraft() {
  const draft = draftOf();
  const { user = "" } = document.body.dataset;
  if (!draft?.isStale || (draft.user && !user)) return; // its owner is about to log in
  if (Date.now() - draft.at > DRAFT_MS || draft.user !== user) return sessionStorage.removeItem(DRAFT);
  if (![draft.page, draft.action].includes(location.pathname)) return;
  const form = [...document.forms].find((each) => each.getAttribute("action") === draft.action);
  if (!form) return;
  sessionStorage.removeItem(DRAFT);
  for (const [name, value, own] of draft.values) {
    for (const field of [...(form?.elements ?? [])].filter((each) => each.name === name && isKept(each))) {
      if (typeof value !== "boolean") field.value = value;
      else if (field.value === own) field.checked = value;
    }
  }
}

document.addEventListener("submit", (event) => event.target.matches("[method=post]:not([role=search])") && keepDraft(event.target), true);
document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 403 && xhr.getResponseHeader("HX-Refresh")) markStale();
  if (xhr.getResponseHeader("HX-Redirect")?.startsWith("/login")) markStale();
});
window.addEventListener("pageshow", () => (document.querySelector("[data-stale]") ? markStale() : restoreDraft()));
