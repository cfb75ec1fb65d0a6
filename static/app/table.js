// The table of leads: all on a page at once, and how many are chosen.
"use strict";
(() => {
  const picks = [...document.querySelectorAll("[name=pick]")];
  const all = document.querySelector("[data-pick-all]");
  const said = document.querySelector("[data-picked]");
  function count() {
    const chosen = picks.filter((pick) => pick.checked).length;
    if (said) said.textContent = chosen ? said.dataset.picked.replace("{n}", chosen) : "";
    if (all) all.checked = chosen === picks.length && chosen > 0;
  }
  document.addEventListener("change", ({ target }) => {
    if (target === all) for (const pick of picks) pick.checked = all.checked;
    if (target === all || target.name === "pick") count();
  });
  count();
})();
