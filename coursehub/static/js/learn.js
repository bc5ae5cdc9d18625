// Comfort on lesson pages. Everything here also works without this file.
"use strict";

const send = (url, fields, token, keepalive = false) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  if (token) body.append("csrf_token", token);
  return fetch(url, { method: "POST", body, keepalive, credentials: "same-origin" });
};

// Arrow keys turn the page, unless they are needed where the focus is.
const turnPages = (lesson) => {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const at = document.activeElement;
    if (at && at.closest("input, textarea, select, video, audio, summary, [role=tab], [tabindex='0'], .ordering")) return;
    const url = event.key === "ArrowRight" ? lesson.dataset.next : event.key === "ArrowLeft" ? lesson.dataset.previous : null;
    if (url) window.location.assign(url);
  });
};

// A video goes on where one stopped, and says where it is.
const followVideo = (video) => {
  const url = video.dataset.positionUrl;
  if (!url) return;
  const begin = Number(video.dataset.position || 0);
  let told = begin;
  video.addEventListener("loadedmetadata", () => {
    if (begin > 5 && begin < video.duration - 5) video.currentTime = begin;
  }, { once: true });
  const tell = async (leaving = false) => {
    const seconds = Math.floor(video.currentTime);
    if (seconds === told || Number.isNaN(video.duration)) return;
    told = seconds;
    const answer = await send(url, { seconds, duration: Math.floor(video.duration) }, video.dataset.csrf, leaving).catch(() => null);
    if (leaving || !answer || !answer.ok) return;
    const { done } = await answer.json();
    if (done && document.querySelector("[data-watched]") && (video.ended || video.paused)) window.location.reload();
  };
  video.addEventListener("timeupdate", () => { if (Math.abs(video.currentTime - told) >= 10) tell(); });
  for (const name of ["pause", "ended"]) video.addEventListener(name, () => tell());
  window.addEventListener("pagehide", () => tell(true));
};

// The editor: Tab indents, Enter keeps the indentation, Esc then Tab leaves; what is typed is kept.
const equipEditor = (editor) => {
  if (editor.readOnly) return;
  const keys = document.querySelector("[data-editor-keys]");
  if (keys) keys.hidden = false;
  const unit = editor.dataset.editor === "shell" ? "  " : "    ";
  const put = (text) => { if (!document.execCommand("insertText", false, text)) editor.setRangeText(text, editor.selectionStart, editor.selectionEnd, "end"); };
  let leaving = false;
  editor.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { leaving = true; return; }
    if (event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      shiftLines(editor, unit, event.shiftKey, put);
    } else if (event.key === "Enter" && !event.isComposing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const line = editor.value.slice(0, editor.selectionStart).split("\n").pop();
      put("\n" + line.match(/^\s*/)[0] + (/:\s*$/.test(line) && editor.dataset.editor === "python" ? unit : ""));
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      editor.form.querySelector("[name=purpose][value=check]")?.click();
    }
    if (event.key !== "Shift") leaving = false;
  });
  keepDraft(editor);
};

const shiftLines = (editor, unit, back, put) => {
  const { selectionStart: from, selectionEnd: to, value } = editor;
  if (from === to && !back) { put(unit); return; }
  const start = value.lastIndexOf("\n", from - 1) + 1;
  const lines = value.slice(start, to).split("\n");
  const moved = lines.map((line) => back ? line.replace(new RegExp(`^ {1,${unit.length}}|^\\t`), "") : unit + line);
  editor.setSelectionRange(start, to);
  put(moved.join("\n"));
  editor.setSelectionRange(start, start + moved.join("\n").length);
};

const keepDraft = (editor) => {
  const url = editor.dataset.draftUrl;
  const token = editor.form?.querySelector("[name=csrf_token]")?.value;
  if (!url || !token) return;
  let kept = editor.value, timer = 0;
  const keep = (leaving) => {
    clearTimeout(timer);
    if (editor.value === kept) return;
    kept = editor.value;
    send(url, { source: kept }, token, leaving).catch(() => {});
  };
  editor.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => keep(false), 1500); });
  window.addEventListener("pagehide", () => keep(true));
  editor.form.addEventListener("submit", () => { kept = editor.value; clearTimeout(timer); });
};

// While code is being judged, ask now and then; the page comes back with the verdict.
const waitForVerdict = (waiting) => {
  let pause = 700;
  const ask = async () => {
    const answer = await fetch(waiting.dataset.waiting, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    const text = answer && answer.ok ? await answer.text() : "data-waiting";
    if (!text.includes("data-waiting")) { window.location.replace(waiting.dataset.then); window.location.reload(); return; }
    pause = Math.min(pause * 1.4, 5000);
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
};

// Ordering: a place that is taken moves its owner away; lines can be dragged too.
const equipOrdering = (list) => {
  const items = () => [...list.querySelectorAll("li")];
  const pick = (item) => item.querySelector("select");
  if (items().some((item) => pick(item).disabled)) return;
  const number = () => items().forEach((item, at) => { pick(item).value = String(at + 1); });
  list.addEventListener("change", (event) => {
    const item = event.target.closest("li");
    const place = Number(event.target.value);
    if (!item || !place || items().some((each) => !pick(each).value)) return;
    const others = items().filter((each) => each !== item).sort((a, b) => pick(a).value - pick(b).value);
    others.splice(place - 1, 0, item);
    others.forEach((each, at) => { list.append(each); pick(each).value = String(at + 1); });
    event.target.focus();
  });
  let held = null;
  for (const item of items()) {
    item.draggable = true;
    item.addEventListener("dragstart", (event) => { held = item; item.classList.add("is-held"); event.dataTransfer.effectAllowed = "move"; });
    item.addEventListener("dragend", () => { item.classList.remove("is-held"); held = null; number(); });
    item.addEventListener("dragover", (event) => {
      if (!held || held === item) return;
      event.preventDefault();
      const box = item.getBoundingClientRect();
      item[event.clientY > box.top + box.height / 2 ? "after" : "before"](held);
    });
  }
};

// One visit per course, page and day and browser; only a number is kept.
const countVisit = (element) => {
  const key = `visit ${element.dataset.visit} ${element.dataset.what || "course"} ${new Date().toISOString().slice(0, 10)}`;
  try {
    if (localStorage.getItem(key)) return;
    for (const old of Object.keys(localStorage)) if (old.startsWith("visit ") && !old.endsWith(key.slice(-10))) localStorage.removeItem(old);
    localStorage.setItem(key, "1");
  } catch { return; }
  send(element.dataset.visit, { what: element.dataset.what || "course" }, "", true).catch(() => {});
};

// Where a pass opened the course, say once a minute that somebody reads: only while the page is seen and used.
const stayActive = (lesson) => {
  let touched = Date.now();
  for (const what of ["pointerdown", "pointermove", "keydown", "scroll"]) document.addEventListener(what, () => { touched = Date.now(); }, { passive: true });
  const isUsed = () => Date.now() - touched < 180000 || [...document.querySelectorAll("video")].some((video) => !video.paused);
  setInterval(() => {
    if (document.visibilityState === "visible" && isUsed()) send(lesson.dataset.active, {}, lesson.dataset.token).catch(() => {});
  }, 60000);
};

document.querySelectorAll(".lesson__main").forEach(turnPages);
document.querySelectorAll("[data-active]").forEach(stayActive);
document.querySelectorAll("video").forEach(followVideo);
document.querySelectorAll("textarea[data-editor]").forEach(equipEditor);
document.querySelectorAll("[data-waiting]").forEach(waitForVerdict);
document.querySelectorAll("[data-ordering]").forEach(equipOrdering);
document.querySelectorAll("[data-visit]").forEach(countVisit);
document.querySelector(".outline [data-state=now]")?.scrollIntoView?.({ block: "nearest" });
