// The console: drafts are kept, answers counted, lists refreshed without losing one's place.

const DRAFTS = "fxm-answer-";

// ---- writing an answer

const answering = document.getElementById("answering");
if (answering) watchAnswer(answering);

function watchAnswer(form) {
  const text = form.querySelector("textarea");
  const key = DRAFTS + form.dataset.draft;
  const find = (id) => document.getElementById(id);
  if ("sent" in form.dataset) keep(key, "");
  const kept = recall(key);
  if (!text.value && kept) {
    text.value = kept;
    find("restored").hidden = false;
  }
  const count = () => {
    const said = text.value.trim();
    const characters = [...said].length;
    const room = Number(form.dataset.room);
    find("count").textContent = find("count").textContent.replace(/\d+/, String(characters));
    find("over").hidden = characters <= Number(form.dataset.longest);
    find("parts").hidden = !room || new TextEncoder().encode(said).length <= room;
  };
  text.addEventListener("input", () => {
    keep(key, text.value);
    find("restored").hidden = true;
    count();
  });
  count();
}

function keep(key, text) {
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // Without storage the draft lasts as long as the page.
  }
}

function recall(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

// What was done is said once; a reload must not say it again.
const here = new URL(location.href);
if (here.searchParams.has("note")) {
  here.searchParams.delete("note");
  history.replaceState(null, "", here);
}

// A second click on the same button does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("busy" in form.dataset) return event.preventDefault();
  form.dataset.busy = "";
  event.submitter?.classList.add("busy");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-busy]")) delete form.dataset.busy;
  for (const button of document.querySelectorAll(".busy")) button.classList.remove("busy");
});

// ---- keeping one's place while the page refreshes itself

const cutOff = document.getElementById("cut-off");
let place = null;
let confirming = false;

function isAtEnd(thread) {
  return thread.scrollHeight - thread.scrollTop - thread.clientHeight < 40;
}

function showEnd() {
  const thread = document.getElementById("thread");
  if (thread) thread.scrollTop = thread.scrollHeight;
}

const lastSaid = () => document.querySelector("#thread li:last-child");

/** Shows a new line to those who see and says it to those who listen. */
function point(line) {
  line.classList.add("new");
  const news = document.getElementById("news");
  news.textContent = "";
  setTimeout(() => (news.textContent = news.dataset.said), 100);
}

document.addEventListener("htmx:beforeSwap", () => {
  const thread = document.getElementById("thread");
  place = thread && { top: thread.scrollTop, atEnd: isAtEnd(thread), last: lastSaid()?.id };
  confirming = document.getElementById("sure")?.open ?? false;
});
document.addEventListener("htmx:afterSwap", () => {
  const thread = document.getElementById("thread");
  const sure = document.getElementById("sure");
  if (sure) sure.open = confirming;
  if (!thread || !place) return;
  const last = lastSaid();
  if (last && last.id !== place.last) point(last);
  if (place.atEnd) showEnd();
  else thread.scrollTop = place.top;
});
for (const event of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(event, () => (cutOff.hidden = false));
}
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) cutOff.hidden = true;
});
showEnd();
