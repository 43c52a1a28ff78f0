// What Ardan does in the browser: late content, confirmations, and the profile address that is typed key by key.
"use strict";

async function loadLate(region) {
  try {
    const answer = await fetch(region.dataset.late);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    region.innerHTML = await answer.text();
  } catch {
    offerRetry(region);
  }
  region.setAttribute("aria-busy", "false");
}

function offerRetry(region) {
  const button = document.createElement("button");
  button.className = "quiet";
  button.dataset.testid = "late-retry";
  button.textContent = "Could not load. Try again";
  button.addEventListener("click", () => loadLate(region));
  region.replaceChildren(button);
}

function slugOf(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-/, "").slice(0, 30);
}

// Only pressed keys count, as in the many real forms that keep their own state: a value that is merely set is undone.
function keepSlug(field) {
  let typed = field.value;
  field.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Backspace") typed = typed.slice(0, -1);
    else if (event.key.length === 1) typed = slugOf(typed + event.key);
    else return;
    event.preventDefault();
    field.value = typed;
  });
  field.addEventListener("input", () => { field.value = typed; });
  field.form.addEventListener("submit", () => { field.value = typed.replace(/-$/, ""); });
}

function askFirst(form) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.confirm)) event.preventDefault();
  });
}

document.querySelectorAll("[data-late]").forEach(loadLate);
document.querySelectorAll("[data-slug]").forEach(keepSlug);
document.querySelectorAll("[data-confirm]").forEach(askFirst);
