// Rewrites the authorization URL under the form while one types.
"use strict";

function valueOf(form, parameter) {
  const control = form.querySelector(`[data-parameter="${parameter}"]`);
  return !control || control.value === "off" ? "" : control.value.trim();
}

function valueToSend(form, { name, fixed, when }) {
  const [other, word] = when.split(" ");
  const held = other && valueOf(form, other);
  if (word ? !held.split(/\s+/).includes(word) : other && !held) return "";
  return fixed || valueOf(form, name);
}

function extras(form) {
  const values = [...form.querySelectorAll('[name="extra_value"]')];
  return [...form.querySelectorAll('[name="extra_name"]')]
    .map((input, i) => [input.value.trim(), values[i].value])
    .filter(([name]) => name);
}

function render(target, form) {
  const endpoint = form.elements[target.dataset.preview].value.trim();
  let separator = !endpoint.includes("?") ? "?" : /[?&]$/.test(endpoint) ? "" : "&";
  const join = (pairs) => pairs.map(([name, value]) => {
    const text = separator + new URLSearchParams([[name, value]]);
    separator = "&";
    return text;
  }).join("");
  target.firstElementChild.textContent = endpoint;
  for (const part of target.querySelectorAll("[data-name]")) {
    const value = valueToSend(form, part.dataset);
    part.textContent = join(value ? [[part.dataset.name, value]] : []);
  }
  target.querySelector("[data-extra]").textContent = join(extras(form));
}

function update(form) {
  const target = form && form.querySelector("[data-preview]");
  if (target) render(target, form);
}

document.addEventListener("input", (event) => update(event.target.form));
window.addEventListener("pageshow", () => [...document.forms].forEach(update));
