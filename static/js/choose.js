// One box chooses all of the page; it shows when only some are chosen.
const boxes = (all) => [...document.querySelectorAll(`input[type=checkbox][name="${all.dataset.chooseAll}"]`)];

for (const all of document.querySelectorAll("[data-choose-all]")) all.closest("[hidden]")?.removeAttribute("hidden");

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-choose-all]")) {
    for (const box of boxes(target)) box.checked = target.checked;
    return;
  }
  for (const all of document.querySelectorAll("[data-choose-all]")) {
    const chosen = boxes(all).filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes(all).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
});
