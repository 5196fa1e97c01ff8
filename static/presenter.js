// p shows the page to a room and back; in that mode the arrows (and a clicker's page keys) walk the steps.
"use strict";

const keys = {
  ArrowRight: "[data-next]", PageDown: "[data-next]",
  ArrowLeft: "[data-prev]", PageUp: "[data-prev]",
  Escape: "[data-present]",
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const presenting = document.body.classList.contains("present");
  const selector = event.key === "p" ? "[data-present]" : presenting && keys[event.key];
  const target = selector && document.querySelector(selector);
  if (!target) return;
  event.preventDefault();
  target.click();
});
