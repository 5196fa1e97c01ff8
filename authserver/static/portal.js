// Code and Implicit become selectable while a callback URL is typed; copy buttons copy.
"use strict";

for (const box of document.querySelectorAll("input[data-needs]")) {
  const field = document.getElementById(box.dataset.needs);
  const follow = () => {
    box.disabled = field.value.trim() === "";
    if (box.disabled) box.checked = false;
    box.parentElement.classList.toggle("off", box.disabled);
  };
  field.addEventListener("input", follow);
  follow();
}

for (const button of document.querySelectorAll("button.copy")) {
  const field = document.getElementById(button.dataset.copies);
  const label = button.firstChild;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.closest("details")?.setAttribute("open", "");
      field.select();
      document.execCommand("copy");
    }
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = "Copy"; }, 2000);
  });
}

document.documentElement.classList.add("scripted");
