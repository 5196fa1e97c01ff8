// Keeps "in 59 min" and "34 s ago" true while one looks at them.
"use strict";

function span(seconds) {
  const [d, h, m, s] = [86400, 3600, 60, 1].map((unit, i, units) =>
    Math.floor((i ? seconds % units[i - 1] : seconds) / unit));
  if (d) return `${d} d ${h} h`;
  if (h) return `${h} h ${m} min`;
  return m ? `${m} min ${s} s` : `${s} s`;
}

function tick() {
  const now = Math.floor(Date.now() / 1000);
  for (const el of document.querySelectorAll("[data-countdown]")) {
    const left = Number(el.dataset.countdown) - now;
    el.textContent = left > 0 ? `in ${span(left)}` : `over since ${span(-left)}`;
    el.classList.toggle("over", left <= 0);
  }
  for (const el of document.querySelectorAll("[data-age]")) {
    el.textContent = `${span(Math.max(0, now - Number(el.dataset.age)))} ago`;
  }
}

if (document.querySelector("[data-countdown], [data-age]")) {
  tick();
  setInterval(tick, 1000);
}
