// Keeps a page up to date while a package is being read: asks for its fragment every two seconds.
"use strict";

const live = document.querySelector("[data-live]");

async function ask() {
  const answer = await fetch(live.dataset.live, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (answer?.ok) {
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    live.replaceChildren(template.content);
    if (!live.querySelector("[data-going]")) return;
  }
  setTimeout(ask, 2000);
}

if (live?.querySelector("[data-going]")) setTimeout(ask, 1500);
