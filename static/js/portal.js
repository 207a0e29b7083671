// Comfort on top of pages that work without it: dialogs for older browsers, charts, keys, file drop, guards.

const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);
const dialogOf = (button) => document.getElementById(button.getAttribute("commandfor"));

// --- dialogs: the `command` attribute where the browser does not know it yet
if (!("command" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]");
    const dialog = button && dialogOf(button);
    if (!dialog) return;
    if (button.getAttribute("command") === "show-modal") dialog.showModal();
    if (button.getAttribute("command") === "close") dialog.close();
  });
}

// A whole page in answer to a request for a part: the session has ended and this is the login.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!/^\s*<!doctype/i.test(event.detail.xhr.responseText)) return;
  event.detail.shouldSwap = false;
  location.reload();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const id = event.target.dataset?.closes;
  if (id && event.detail.successful) document.getElementById(id)?.close();
});

// --- menus close on a click elsewhere and on Escape
document.addEventListener("click", (event) => {
  each("details[data-menu][open]", (menu) => menu.contains(event.target) || menu.removeAttribute("open"));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") each("details[data-menu][open]", (menu) => menu.removeAttribute("open"));
});

// --- filters: a chosen option is applied at once
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
});

// Empty filters stay out of the address.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-autosubmit]")) return;
  each("input, select", (control) => { control.disabled ||= control.value === ""; }, event.target);
});

// On a phone the further filters are folded unless one of them is in use.
function fold(details) {
  const used = [...details.querySelectorAll("input, select")].some((c) => (c.type === "checkbox" ? c.checked : c.value));
  if (matchMedia("(max-width: 767px)").matches && !used) details.removeAttribute("open");
}

// Whether the rarer filters are unfolded stays as it was left, for this window.
function remember(details) {
  const key = `open:${details.dataset.remember}`;
  if (sessionStorage.getItem(key)) details.open = true;
  details.addEventListener("toggle", () => {
    if (details.open) sessionStorage.setItem(key, "yes");
    else sessionStorage.removeItem(key);
  });
}

// --- forms: sent once, and not left by accident
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  each("button[type=submit]", (button) => button.setAttribute("aria-busy", "true"), form);
});

const unsaved = () => document.querySelector("form[data-guard][data-changed]:not([data-sent])");
document.addEventListener("input", (event) => {
  event.target.closest("form[data-guard]")?.setAttribute("data-changed", "");
});
window.addEventListener("beforeunload", (event) => unsaved() && event.preventDefault());
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave]")) unsaved()?.removeAttribute("data-changed");
});
window.addEventListener("pageshow", () => {
  each("form[data-sent]", (form) => {
    delete form.dataset.sent;
    each("[aria-busy]", (button) => button.removeAttribute("aria-busy"), form);
  });
  each("form[data-autosubmit] :disabled", (control) => { control.disabled = false; });
});

// --- file drop
const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
function readyDrop(area) {
  const input = area.querySelector("input[type=file]");
  const name = area.querySelector(".drop-name");
  area.classList.add("ready");
  input.addEventListener("change", () => {
    name.textContent = [...input.files].map((file) => `${file.name}（${size(file.size)}）`).join("、");
  });
  area.addEventListener("dragover", () => area.classList.add("over"));
  for (const end of ["dragleave", "drop"]) area.addEventListener(end, () => area.classList.remove("over"));
}

// --- charts
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
let library;
function loadLibrary(url) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function house(option) {
  const text = { color: css("--ink-soft"), fontFamily: css("--sans"), fontSize: 12 };
  const quiet = { axisLine: { lineStyle: { color: css("--line") } }, axisTick: { show: false }, axisLabel: text };
  const dress = (axis) => axis && { ...quiet, splitLine: { lineStyle: { color: css("--line-soft") } }, ...axis };
  return {
    color: [css("--accent"), "#d9822b", "#2f8f5b", "#b3423a", "#7a6bb0", "#5b7083"],
    textStyle: text,
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    ...option,
    legend: { itemWidth: 14, itemHeight: 10, textStyle: text, ...option.legend },
    tooltip: { ...option.tooltip, renderMode: "richText" },
    xAxis: dress(option.xAxis),
    yAxis: dress(option.yAxis),
  };
}

async function drawChart(element) {
  if (element.dataset.drawn) return;
  element.dataset.drawn = "yes";
  const source = document.getElementById(element.dataset.chart);
  const echarts = await loadLibrary(element.dataset.library);
  element.hidden = false;
  const chart = echarts.init(element, null, { renderer: "canvas" });
  chart.setOption(house(JSON.parse(source.textContent)));
  new ResizeObserver(() => chart.resize()).observe(element);
  const links = [...element.closest("figure").querySelectorAll("tbody tr")].map((row) => row.querySelector("a")?.href);
  chart.on("click", ({ dataIndex }) => links[dataIndex] && location.assign(links[dataIndex]));
}

// --- how long ago
const words = new Intl.RelativeTimeFormat("zh-CN", { numeric: "auto" });
function sayAgo(time) {
  const minutes = (new Date(time.dateTime) - Date.now()) / 60000;
  const [value, unit] = Math.abs(minutes) < 60 ? [minutes, "minute"]
    : Math.abs(minutes) < 1440 ? [minutes / 60, "hour"] : [minutes / 1440, "day"];
  time.title = words.format(Math.round(value), unit);
}

// --- copy, print, toast
document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(copy.dataset.copy);
    toast("已复制");
  }
  if (event.target.closest("[data-print]")) window.print();
});

function toast(text) {
  const note = document.createElement("div");
  note.className = "toast-note";
  note.textContent = text;
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 4000);
}
document.addEventListener("toast", (event) => toast(event.detail.value ?? event.detail));
// A refusal in plain words (422, text/plain) is shown as it is.
function sayFailure({ detail: { xhr } }) {
  const plain = xhr?.status === 422 && xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  toast(plain ? xhr.responseText : "操作没有成功，请刷新页面后重试。");
}
document.addEventListener("htmx:responseError", sayFailure);
document.addEventListener("htmx:sendError", sayFailure);

// --- choices in groups: how many of each, also while it is folded, and all that is chosen as one line
function sayChosen(field) {
  const named = (box) => box.labels[0].textContent.trim();
  for (const group of field.querySelectorAll(".choice-group")) {
    const boxes = [...group.querySelectorAll("input")];
    const count = boxes.filter((box) => box.checked).length;
    group.querySelector(".choice-count").textContent = count ? `（已选 ${count}/${boxes.length}）` : "";
  }
  const line = field.parentElement.querySelector("[data-chosen]");
  const chosen = [...field.querySelectorAll("input:checked")].map(named);
  line.hidden = !chosen.length;
  line.textContent = `已选：${chosen.join("、")}`;
}
document.addEventListener("change", (event) => {
  const field = event.target.closest(".field-choices:has(.choice-group)");
  if (field) sayChosen(field);
});

// --- tables: a click anywhere on the row opens it; j, k and Enter do the same from the keyboard
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, dialog") || getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href);
  else location.assign(row.dataset.href);
});

// A table that fits needs no scrolling box, and its head can stay in sight while the page scrolls.
// The box and the table: either may change its width (a font that loads, columns that are hidden).
const fitting = new ResizeObserver((entries) => {
  for (const box of new Set(entries.map(({ target }) => target.closest(".table-scroll"))))
    box.classList.toggle("fits", box.firstElementChild.offsetWidth <= box.clientWidth);
});
function watchFit(box) {
  fitting.observe(box);
  fitting.observe(box.firstElementChild);
}

function move(step) {
  const rows = [...document.querySelectorAll("table[data-keys] tbody tr")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.classList.contains("at"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, now + step))];
  rows[now]?.classList.remove("at");
  next.classList.add("at");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a")?.focus({ preventScroll: true });
}

const keys = {
  "/": () => document.querySelector("main input[name=q]")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  x: () => document.querySelector("table[data-keys] tbody tr.at input[type=checkbox]")?.click(),
  "?": () => showKeys(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, dialog[open], [contenteditable]")) return;
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

function showKeys() {
  const known = document.getElementById("keys-help");
  if (known) return known.showModal();
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  dialog.id = "keys-help";
  dialog.setAttribute("aria-label", "键盘快捷键");
  const list = [["/", "定位到搜索框"], ["j / k", "下一行 / 上一行"], ["Enter", "打开所在行"], ["x", "勾选所在行"], ["?", "显示本说明"], ["Esc", "关闭"]];
  dialog.innerHTML = '<h2 class="ask-title">键盘快捷键</h2><dl class="keys"></dl><form method="dialog" class="ask-actions"><button class="btn">关闭</button></form>';
  for (const [key, text] of list) {
    const dt = document.createElement("dt");
    const kbd = dt.appendChild(document.createElement("kbd"));
    kbd.textContent = key;
    const dd = document.createElement("dd");
    dd.textContent = text;
    dialog.querySelector("dl").append(dt, dd);
  }
  document.body.append(dialog);
  dialog.showModal();
}

// The tab one is on is in sight where the tabs are wider than the screen.
function showTab(tab) {
  const row = tab.closest(".tabs");
  const [here, whole] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
  if (here.right > whole.right) row.scrollLeft += here.left - whole.left - (whole.width - here.width) / 2;
}

function start(root) {
  each(".tabs .tab[aria-current]", showTab, root);
  each("[data-chart]", drawChart, root);
  each("[data-drop]:not(.ready)", readyDrop, root);
  each("[data-fold]", fold, root);
  each("[data-remember]", remember, root);
  each(".table-scroll", watchFit, root);
  each(".field-choices:has(.choice-group)", sayChosen, root);
  each("time[data-ago]", sayAgo, root);
  each("[data-copy][hidden]", (button) => { button.hidden = false; }, root);
}
start(document);
document.addEventListener("htmx:afterSwap", (event) => {
  start(event.target.parentElement ?? document);
  const next = document.querySelector(".job-box:has(.job-done) [data-then]");
  if (next) location.assign(next.href);
});
