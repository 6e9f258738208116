// The chat page: fetches what is new, offers what can be tapped, loses nothing that was typed.

import { draft, forgetWords, large } from "./keeping.js";
import { copy, line, sent, word } from "./lines.js";
import { complain, fitText, isAtEnd, pointDown, setLarge, toEnd, toStart } from "./screen.js";
import { confirmed, forget, hasFailed, isSending, say, showUnsent, whenSending, within } from "./sending.js";

const PAUSE = { waiting: 3_000, calm: 15_000, hidden: 60_000, longest: 60_000 };

const find = (id) => document.getElementById(id);
const [lines, chips, examples, text, waiting] = ["lines", "chips", "examples", "text", "waiting"].map(find);
const title = document.title;
const longest = Number(document.body.dataset.longest);

let after = 0;
let begun = false;
let fetching = false;
let misses = 0;
let open = null;
let last = null;
let timer;

// ---- writing

function write() {
  const said = text.value.trim();
  if (!said) return text.focus();
  const length = [...said].length;
  if (length > longest) return complain(word("too_long", { now: length, most: longest }));
  complain("");
  setText("");
  say(said);
}

function setText(value) {
  text.value = value;
  noteDraft();
}

/**
 * What somebody wrote into the search of the first page and carried over: into the box, not sent.
 * It comes behind the # of the address, which no server sees, and leaves it at once.
 */
function takeCarried() {
  const carried = new URLSearchParams(location.hash.slice(1)).get("ask")?.trim();
  if (!carried) return;
  history.replaceState(null, "", location.pathname + location.search);
  const before = text.value.trim();
  if (!before.includes(carried)) setText(before ? `${before}\n${carried}` : carried);
}

function noteDraft() {
  draft.set(text.value);
  fitText(text);
}

// ---- fetching

/** Fetches what is new, once at a time and not while something is being sent. */
async function refresh() {
  clearTimeout(timer);
  if (fetching || isSending()) return;
  fetching = true;
  const arrived = confirmed();
  try {
    const response = await within(`/chat/messages?after=${after}`);
    if (!response.ok) throw new Error(String(response.status));
    heard(await response.json(), arrived);
    if (misses > 1) complain("");
    misses = 0;
  } catch {
    misses += 1;
    if (misses > 1) complain(word("unreachable"));
  } finally {
    fetching = false;
    timer = setTimeout(refresh, pause());
  }
}

function pause() {
  if (misses) return Math.min(PAUSE.waiting * 2 ** (misses - 1), PAUSE.longest);
  if (confirmed().length) return 0;
  if (document.hidden) return PAUSE.hidden;
  return open ? PAUSE.waiting : PAUSE.calm;
}

function heard({ messages, next, waiting: consultation }, arrived) {
  const atEnd = isAtEnd();
  const added = messages.map(line);
  arrived.forEach(forget);
  lines.append(...added);
  after = next;
  open = consultation;
  last = messages.filter(({ author }) => author === "machine").pop() ?? last;
  announce(messages);
  offer();
  if (!begun) return begin();
  const first = added.find((element) => !element.classList.contains("mine"));
  if (first && (atEnd || arrived.length)) toStart(first);
  else if (first) pointDown();
}

/** The history is there; from now on new lines are read out. */
function begin() {
  begun = true;
  lines.setAttribute("aria-live", "polite");
  examples.hidden = Boolean(last || hasFailed() || isSending());
  if (examples.hidden) toEnd();
}

function announce(messages) {
  waiting.hidden = !open;
  if (open) waiting.textContent = word(open.state, { number: open.number });
  const answered = messages.some(({ author }) => author === "staff");
  if (begun && answered && document.hidden) document.title = `${word("answered")} · ${title}`;
}

// ---- what can be tapped

function offer() {
  chips.hidden = !last || isSending() || hasFailed();
  if (chips.hidden || chips.dataset.of === String(last.id)) return;
  chips.dataset.of = last.id;
  const asked = last.decision === "clarify";
  chips.replaceChildren(
    ...(last.choices.length && !asked ? [note(word("others"))] : []),
    ...last.choices.map(({ number, title: name }) => chip(`${number}. ${name}`, String(number))),
    ...(asked ? [named("none")] : []),
    ...(last.more ? [named("more")] : []),
    ...(last.consultation ? [] : [named("person")]),
  );
}

const named = (name) => chip(word(name), sent(name));

function chip(label, said) {
  const button = copy("chip");
  button.textContent = label;
  button.addEventListener("click", () => say(said));
  return button;
}

function note(label) {
  const paragraph = document.createElement("p");
  paragraph.textContent = label;
  return paragraph;
}

// ---- leaving

/** Has the records deleted; the page begins anew. */
async function erase({ currentTarget: button }) {
  if (isSending()) return;
  button.disabled = true;
  complain("");
  try {
    const response = await within("/chat/messages", { method: "DELETE" });
    if (!response.ok) throw new Error(String(response.status));
    forgetWords();
    location.replace("/chat?erased");
  } catch {
    button.disabled = false;
    complain(word("not_erased"));
  }
}

// ---- the page comes alive

find("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  write();
});
text.addEventListener("keydown", (event) => {
  const choosing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || choosing) return;
  event.preventDefault();
  write();
});
text.addEventListener("input", noteDraft);
examples.addEventListener("click", ({ target }) => target.matches("button") && say(target.textContent));
find("erase").addEventListener("click", erase);
find("larger").addEventListener("click", () => {
  large.set(!large.get());
  setLarge(large.get());
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.title = title;
  refresh();
});
addEventListener("online", refresh);
whenSending({
  started() {
    chips.hidden = examples.hidden = true;
  },
  finished: refresh,
  returned: (said) => setText(text.value ? `${said}\n${text.value}` : said),
});

setLarge(large.get());
setText(draft.get());
takeCarried();
addEventListener("hashchange", takeCarried);
showUnsent();
if (!navigator.cookieEnabled) complain(word("no_cookies"));
if (matchMedia("(pointer: fine)").matches) text.focus();
refresh();
