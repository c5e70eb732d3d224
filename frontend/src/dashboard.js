// "Copy link": without a clipboard the link stays in its field, selected.

function reveal() {
  document.querySelectorAll("[data-copy-link][hidden]").forEach((button) => {
    button.hidden = false;
  });
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy-link]");
  if (!button) return;
  const box = button.closest("[data-copy]");
  const field = box.querySelector("input");
  const said = box.querySelector("[data-copied]");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = said.dataset.copied;
  } catch {
    // Not allowed, or no secure address: whoever asked copies the selected text.
    said.textContent = "";
  }
});

// The fields stay as they were written while the figures change: each is marked as on a whole page.
function markFaults() {
  const form = document.querySelector(".dashboard-filters");
  if (!form) return;
  form.querySelectorAll(".errorlist").forEach((words) => words.remove());
  form.querySelectorAll("[aria-invalid]").forEach((field) => {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  });
  document.querySelectorAll("#dashboard [data-fault]").forEach((link) => {
    const field = form.querySelector(link.hash);
    const words = document.createElement("p");
    words.className = "errorlist";
    words.id = `${field.id}_error`;
    words.textContent = link.dataset.fault;
    field.after(words);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", words.id);
  });
}

document.addEventListener("htmx:afterSwap", reveal);
document.addEventListener("htmx:afterSwap", markFaults);
reveal();
