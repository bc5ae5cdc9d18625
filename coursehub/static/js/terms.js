// What a draft would do is worked out anew while somebody writes it. Without this file a button does it.
"use strict";

const beside = document.querySelector("[data-weighs]");
const form = document.getElementById(beside.dataset.weighs);
let waiting = 0, asked = 0;

const weigh = async () => {
  const draft = new FormData(form), mine = ++asked;
  draft.set("act", "weigh");
  beside.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action, { method: "POST", body: draft, headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (mine !== asked) return;
  beside.removeAttribute("aria-busy");
  if (!answer || answer.redirected || ![200, 422].includes(answer.status)) return;
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  if (mine === asked) beside.replaceChildren(template.content);
};

form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(weigh, 500); });
for (const button of document.querySelectorAll("[data-weigh-again]")) button.hidden = true;
