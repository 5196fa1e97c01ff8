// Takes a fragment response out of the address bar at once and posts it to the playground.
"use strict";

const answer = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);
const form = document.querySelector("[data-fragment]");
if ([...answer].length) {
  for (const [name, value] of answer) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  form.submit();
} else {
  document.querySelector("[data-fragment-status]").textContent =
    "Nothing came with this address: neither a code nor an error. Start from the form.";
}
