// Takes a fragment response out of the address bar at once and posts it to the playground.
"use strict";

const answer = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);
const inputs = [...answer].map(([name, value]) =>
  Object.assign(document.createElement("input"), { type: "hidden", name, value }));
if (inputs.length) {
  const form = document.querySelector("[data-fragment]");
  form.append(...inputs);
  // The server names the inputs, and one named submit hides the form's own.
  HTMLFormElement.prototype.submit.call(form);
} else {
  document.querySelector("[data-fragment-status]").textContent =
    "Nothing came with this address: neither a code nor an error. Start from the form.";
}
