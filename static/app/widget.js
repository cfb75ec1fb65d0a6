// Settings → Widget: what is typed is seen in the preview at once. The preview is the chat itself, from our own origin.
"use strict";

leadbot.bind("[data-widget-form]", (form) => {
  const preview = document.getElementById("preview");
  const text = form.elements.color;
  const swatch = Object.assign(document.createElement("input"), { type: "color", value: text.value || "#0b6b73" });
  swatch.setAttribute("aria-label", text.labels[0].textContent);
  const row = Object.assign(document.createElement("div"), { className: "row" });
  text.before(row);
  text.classList.add("grow");
  row.append(swatch, text);

  // The darker or the lighter ink, as the server chooses it.
  function inkOn(color) {
    const parts = color.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16) / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) >= 4.5 ? "#fff" : "#211e1a";
  }

  function show() {
    const inside = preview?.contentDocument;
    if (!inside?.body?.dataset.key) return;
    const style = inside.documentElement.style;
    if (/^#[0-9a-f]{6}$/i.test(text.value)) {
      style.setProperty("--brand", text.value);
      style.setProperty("--on-brand", inkOn(text.value));
    } else if (!text.value) {
      style.removeProperty("--brand");
      style.removeProperty("--on-brand");
    }
    const title = form.elements[`title_${inside.documentElement.lang}`]?.value.trim();
    const head = inside.querySelector("h1");
    head.dataset.own ??= head.textContent;
    head.textContent = title || form.dataset.company || head.dataset.own;
  }

  swatch.addEventListener("input", () => {
    text.value = swatch.value;
    show();
  });
  form.addEventListener("input", () => {
    if (/^#[0-9a-f]{6}$/i.test(text.value)) swatch.value = text.value;
    show();
  });
  preview?.addEventListener("load", show);
  show();
});
