// Conveniences only: every page works without this file. Nothing is stored.
"use strict";

const say = (text) => { document.querySelector("[data-status]").textContent = text; };

// navigator.clipboard exists on https and localhost only; the tutorial's host name is plain http.
async function toClipboard(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "vh";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("the browser refused");
}

function textToCopy(button) {
  if (button.dataset.copyText) return button.dataset.copyText;
  const source = button.dataset.copy
    ? document.querySelector(button.dataset.copy)
    : button.closest("[data-copy-scope]").querySelector("[data-value]");
  return source.value ?? source.textContent;
}

async function copy(button) {
  const word = button.querySelector("[data-word]") || button;
  const before = word.textContent;
  let done = "Copied";
  try { await toClipboard(textToCopy(button)); } catch { done = "Not copied"; }
  button.focus();
  say(done);
  if (before === "Copied" || before === "Not copied") return;
  word.textContent = done;
  setTimeout(() => { word.textContent = before; }, 1600);
}

function reveal(button, shown) {
  document.getElementById(button.dataset.reveal).type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  button.firstChild.textContent = shown ? "Hide" : "Reveal";
}

function addRow(button) {
  const rows = button.closest("[data-rows]").querySelectorAll("[data-row]");
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  row.querySelectorAll("input").forEach((input) => { input.value = ""; });
  last.after(row);
  row.querySelector("input").focus();
}

const hideAll = () => document.querySelectorAll("[data-reveal]").forEach((b) => reveal(b, false));

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("copy" in button.dataset || "copyText" in button.dataset) copy(button);
  if (button.dataset.reveal) reveal(button, button.getAttribute("aria-pressed") !== "true");
  if ("addRow" in button.dataset) addRow(button);
});

// A form is sent once; a bar appears when the answer takes longer than half a second.
let waiting;

function release() {
  clearTimeout(waiting);
  document.documentElement.classList.remove("waiting");
  document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || "stay" in form.dataset) return;
  if ("sent" in form.dataset) { event.preventDefault(); return; }
  hideAll();
  form.dataset.sent = "";
  waiting = setTimeout(() => {
    document.documentElement.classList.add("waiting");
    say("Waiting for the answer");
  }, 500);
});

window.addEventListener("pageshow", () => { release(); hideAll(); });
