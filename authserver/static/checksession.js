// Answers "client_id session_state" with unchanged, changed or error (Session Management §3.2).
"use strict";

function browserState() {
  const found = document.cookie.split("; ").find((item) => item.startsWith("opbs="));
  return found ? found.slice("opbs=".length) : "";
}

async function sha256(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Without its cookie this frame knows nothing, and "changed" would send people round in circles.
async function isBlind() {
  return document.hasStorageAccess ? !(await document.hasStorageAccess()) : false;
}

async function verdict(message, origin) {
  const match = /^(\S+) ([0-9a-f]{64})\.([0-9a-zA-Z]+)$/.exec(message);
  if (!match || await isBlind()) return "error";
  const [, clientId, expected, salt] = match;
  const actual = await sha256(`${clientId} ${origin} ${browserState()} ${salt}`);
  return actual === expected ? "unchanged" : "changed";
}

window.addEventListener("message", async (event) => {
  if (typeof event.data !== "string" || !event.source) return;
  const answer = await verdict(event.data, event.origin).catch(() => "error");
  event.source.postMessage(answer, event.origin);
});
