// Asks the server's session frame every few seconds whether the session changed.
"use strict";

const frame = document.querySelector("[data-session-frame]");
const answer = document.querySelector("[data-session-answer]");
const words = {
  unchanged: "unchanged: the session is alive",
  changed: "changed: somebody signed out or in at the server",
  error: "error: it cannot be checked in this browser",
};
if (frame) {
  const server = new URL(frame.src).origin;
  const ask = () => frame.contentWindow.postMessage(frame.dataset.message, server);
  window.addEventListener("message", (event) => {
    if (event.origin === server && event.source === frame.contentWindow) {
      answer.textContent = words[event.data] || "something else";
    }
  });
  frame.addEventListener("load", ask);
  ask();
  setInterval(ask, 3000);
}
