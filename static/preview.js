// Rewrites the authorization URL under the form while one types; another grant has other fields,
// which come from the server.
"use strict";

function valueOf(form, parameter) {
  const control = form.querySelector(`[data-parameter="${parameter}"]`);
  return !control || control.value === "off" ? "" : control.value.trim();
}

function isSent(form, when) {
  const [other, word] = when.split(" ");
  const held = other && valueOf(form, other);
  return word ? held.split(/\s+/).includes(word) : !other || held;
}

// As the playground encodes: a space is %20, and only letters, digits and _.-~ stay.
const quote = (text) => encodeURIComponent(text)
  .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const encode = (name, value) => `${quote(name)}=${quote(value)}`;

// A fixed value is the application's; "…" stands for one that is made when the form is sent.
function pairToSend(form, { name, fixed, when }) {
  if (!isSent(form, when)) return "";
  if (fixed === "…") return `${name}=…`;
  const value = fixed || valueOf(form, name);
  return value && encode(name, value);
}

function extras(form) {
  const values = [...form.querySelectorAll('[name="extra_value"]')];
  return [...form.querySelectorAll('[name="extra_name"]')]
    .map((input, i) => input.value.trim() && encode(input.value.trim(), values[i].value));
}

function render(target, form) {
  const endpoint = form.elements[target.dataset.preview].value.trim();
  let separator = !endpoint.includes("?") ? "?" : /[?&]$/.test(endpoint) ? "" : "&";
  const join = (pairs) => pairs.filter(Boolean).map((pair) => {
    const text = separator + pair;
    separator = "&";
    return text;
  }).join("");
  target.firstElementChild.textContent = endpoint;
  for (const part of target.querySelectorAll("[data-name]")) {
    part.textContent = join([pairToSend(form, part.dataset)]);
  }
  target.querySelector("[data-extra]").textContent = join(extras(form));
}

function update(form) {
  const target = form && form.querySelector("[data-preview]");
  if (target) render(target, form);
}

function hideFollowers(form) {
  form.querySelectorAll("[data-follows]").forEach((button) => { button.hidden = true; });
}

function follow({ name, form }) {
  const button = form && form.querySelector(`[data-follows="${name}"]`);
  if (button) form.requestSubmit(button);
}

document.addEventListener("change", (event) => follow(event.target));
document.addEventListener("input", (event) => update(event.target.form));
window.addEventListener("pageshow", () => [...document.forms].forEach(update));
[...document.forms].forEach(hideFollowers);
