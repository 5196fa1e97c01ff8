// p shows the page to a room and back; in that mode the arrows (and a clicker's page keys) walk the steps.
"use strict";

const keys = {
  ArrowRight: "next", PageDown: "next",
  ArrowLeft: "[data-prev]", PageUp: "[data-prev]",
  Escape: "[data-present]",
};

// Where the next step is not there yet, the page's own button makes it.
const next = () => document.querySelector("[data-next]")
  || (document.querySelector("[data-ended]") ? null : [...document.querySelectorAll(
    "main form button:not(.quiet, .secondary), main a:is(.action, .button):not(.secondary)")]
    .find((button) => button.checkVisibility()));

// What was typed into the form goes along, as when another grant is chosen. A link's form is the
// link's own: it stays as it came.
let typed = null;
document.addEventListener("input", ({ target: { form } }) => {
  if (form && form.elements.shown && !form.elements.from_link) typed = form;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-present]");
  if (!link || !typed) return;
  event.preventDefault();
  const button = document.createElement("button");
  button.name = "action";
  button.value = "show";
  button.formNoValidate = button.hidden = true;
  button.formAction = `${typed.getAttribute("action")}?present=${new URL(link.href).searchParams.get("present")}`;
  typed.append(button);
  typed.requestSubmit(button);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const presenting = document.body.classList.contains("present");
  const key = event.key.toLowerCase() === "p" ? "[data-present]" : presenting && keys[event.key];
  const target = key === "next" ? next() : key && document.querySelector(key);
  if (!target) return;
  event.preventDefault();
  target.click();
});
