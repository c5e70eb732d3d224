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

document.addEventListener("htmx:afterSwap", reveal);
reveal();
