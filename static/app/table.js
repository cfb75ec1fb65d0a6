// The table of leads: one tick for the whole page.
"use strict";

document.querySelector("[data-pick-all]")?.addEventListener("change", ({ target }) => {
  for (const each of document.querySelectorAll("[name=pick]")) each.checked = target.checked;
});
