// Small comforts. Every page works without this file.
const one = (selector, from = document) => from.querySelector(selector);

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = one("main [type=search]") ?? one("[data-search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  if (event.key === "Escape") {
    const open = event.target.closest?.("details.menu[open]");
    if (open) { open.open = false; one("summary", open).focus(); }
  }
});

addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;

  const opener = event.target.closest("[data-opens-dialog]");
  if (opener) { event.preventDefault(); document.getElementById(opener.dataset.opensDialog).showModal(); }
  const closer = event.target.closest("dialog [data-closes-dialog]");
  if (closer) { event.preventDefault(); closer.closest("dialog").close(); }

  const copier = event.target.closest("[data-copies]");
  if (copier) navigator.clipboard.writeText(copier.dataset.copies).then(() => {
    const word = one("[aria-live]", copier), before = word.textContent;
    word.textContent = copier.dataset.copied;
    setTimeout(() => { word.textContent = before; }, 2000);
  });
});

if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;
one("[data-takes-focus]")?.focus();

// A wide screen shows the outline and the filters open; a phone closes them until asked.
for (const details of document.querySelectorAll("details[data-open-when-wide]")) details.open = matchMedia("(min-width: 900px)").matches;

for (const drop of document.querySelectorAll("[data-file-drop]")) {
  const input = one("input[type=file]", drop);
  for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.toggleAttribute("data-over", over);
    if (name === "drop" && event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}
