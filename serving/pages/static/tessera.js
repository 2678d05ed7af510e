// One key presses what carries it in data-key; "Earlier" buttons bring the next piece of a list.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(input|textarea|select)$/i.test(event.target.tagName)) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.tagName === "INPUT") wanted.focus();
  else wanted.click();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-more]");
  if (!button) return;
  button.disabled = true;
  const answer = await fetch(button.dataset.more, { redirect: "manual" });
  if (!answer.ok) {
    location.reload();
    return;
  }
  const item = button.closest("li");
  const before = item.previousElementSibling;
  item.insertAdjacentHTML("afterend", await answer.text());
  item.remove();
  const first = before && before.nextElementSibling;
  if (first) {
    first.tabIndex = -1;
    first.focus();
  }
});
