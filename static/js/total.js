// What the chosen rows come to, beside what there is; an amount that is typed chooses its row.
{
  const total = document.querySelector("[data-total]");
  const rows = [...document.querySelectorAll("input[data-adds]")];
  const amountOf = (box) => document.getElementById(box.dataset.adds);
  const cents = (text) => Math.round(Number(String(text).normalize("NFKC").replace(/[\s,¥元]/g, "")) * 100) || 0;
  const yuan = (sum) => (sum / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  const tell = () => {
    const chosen = rows.filter((box) => box.checked);
    const sum = chosen.reduce((before, box) => before + cents(amountOf(box).value), 0);
    const left = cents(total.dataset.limit) - sum;
    const after = left < 0 ? `超过余额 ${yuan(-left)}` : `动用后余额 ${yuan(left)}`;
    total.textContent = `已选 ${chosen.length} 行，合计 ${yuan(sum)} 元；${after} 元`;
    total.classList.toggle("over", left < 0);
  };

  if (total) {
    total.hidden = false;
    document.addEventListener("change", tell);
    document.addEventListener("input", ({ target }) => {
      const box = rows.find((row) => amountOf(row) === target);
      if (box && !box.checked && target.value.trim()) box.click();
      tell();
    });
    tell();
  }
}
