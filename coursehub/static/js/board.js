// The board by keyboard: arrows go from card to card, Shift and an arrow moves the card. Without this file every card has its list and button.
const cards = () => [...document.querySelectorAll(".card[data-card]")];
const columnOf = (card) => card.closest(".board__column");
const columns = () => [...document.querySelectorAll(".board__column")];
const inColumn = (column) => [...column.querySelectorAll(".card[data-card]")];

const go = (card, dx, dy) => {
  const column = columnOf(card), at = inColumn(column).indexOf(card);
  if (dy) return inColumn(column)[at + dy]?.focus();
  const all = columns();
  for (let n = all.indexOf(column) + dx; n >= 0 && n < all.length; n += dx) {
    const there = inColumn(all[n]);
    if (there.length) return there[Math.min(at, there.length - 1)].focus();
  }
};

const shift = (card, dx) => {
  const step = dx > 0 ? card.dataset.next : card.dataset.previous;
  const form = card.querySelector("form.card__move"), choice = form?.elements.step;
  if (!step || ![...choice.options].some((option) => option.value === step)) return;
  choice.value = step;
  form.requestSubmit();
};

addEventListener("keydown", (event) => {
  const card = event.target;
  if (!card.matches?.(".card[data-card]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (way) {
    event.preventDefault();
    if (event.shiftKey && way[0]) shift(card, way[0]); else go(card, ...way);
  } else if (event.key === "Enter") card.querySelector(".card__head a").click();
  else if (event.key === " ") { event.preventDefault(); card.querySelector("[type=checkbox]").click(); }
});

document.getElementById("keyboard-help")?.removeAttribute("hidden");
const named = location.hash.startsWith("#card-") && document.getElementById(location.hash.slice(1));
if (named) named.focus();
