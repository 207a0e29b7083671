// A part of the page that asks for itself again while somebody looks at it: data-live says every how many seconds.
// Links in it carry ids, by which htmx gives the focus back; nothing else of the page moves.
const part = document.querySelector("[data-live]");
const state = document.getElementById("live-state");
let timer;

function say(text) {
  state.textContent = text;
  state.hidden = !text;
}

const ask = () => document.hidden || htmx.trigger(part, "live:tick");

function pause() {
  clearInterval(timer);
  timer = undefined;
}

function go() {
  timer ??= setInterval(ask, part.dataset.live * 1000);
}

// Whoever comes back to the tab wants to know how it is now.
document.addEventListener("visibilitychange", () => {
  if (part.dataset.ended) return;
  if (document.hidden) pause();
  else {
    ask();
    go();
  }
});

// A whole page in answer: the session has ended. What stands here stays readable, and says that it is old.
part.addEventListener("htmx:beforeSwap", (event) => {
  if (/^\s*<!doctype/i.test(event.detail.xhr.responseText)) {
    event.detail.shouldSwap = false;
    event.stopPropagation();
    pause();
    part.dataset.ended = "yes";
    say("登录已结束，数据不再刷新。");
    const again = document.createElement("a");
    again.href = location.href;
    again.textContent = "重新登录";
    state.append(again);
  } else say("");
});

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  part.addEventListener(failure, (event) => {
    event.stopPropagation();
    say("暂时无法刷新，将继续尝试。");
  });
}

go();
