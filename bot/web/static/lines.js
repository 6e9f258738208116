// How the conversation looks: lines, times, telephone numbers that can be tapped.

const TELEPHONES = new Set(
  "110 119 120 122 12309 12315 12328 12333 12338 12345 12348 12355 12356 12378 96110".split(" "),
);

const words = document.getElementById("words").content;

/** A sentence of the template with its blanks filled. */
export function word(name, blanks = {}) {
  const said = words.querySelector(`[data-word="${name}"]`).textContent;
  return said.replace(/\{(\w+)\}/g, (_, blank) => blanks[blank]);
}

/** What a chip of this name sends. */
export const sent = (name) => {
  const said = words.querySelector(`[data-word="${name}"]`);
  return said.dataset.send ?? said.textContent;
};

/** A copy of a template's only element. */
export const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** The element of one utterance. */
export function line({ id, author, text, at, consultation, decision }) {
  const element = copy("line");
  element.classList.add(author);
  element.classList.toggle("mine", author === "resident");
  element.classList.toggle("emergency", decision === "emergency");
  if (id) element.dataset.id = id;
  const who = element.querySelector(".who");
  who.textContent = word(author);
  if (author === "staff" && consultation) {
    who.textContent += ` · ${word("number", { number: consultation })}`;
  }
  const time = element.querySelector("time");
  if (at) {
    time.dateTime = at;
    time.textContent = moment(new Date(at));
  }
  fill(element.querySelector(".bubble"), text || word("picture"));
  return element;
}

/** Puts a text into a bubble, line by line. */
export function fill(bubble, text) {
  for (const row of text.split("\n")) {
    const paragraph = document.createElement("p");
    paragraph.classList.toggle("title", /^【.+】$/.test(row));
    paragraph.classList.toggle("law", /《.+》.*第.+条/.test(row));
    const [, label, rest] = /^([^\s，。：；《【]{2,4}：)?(.*)$/.exec(row);
    if (label) paragraph.append(named(label));
    for (const piece of rest.split(/(\d+)/)) paragraph.append(dialable(piece));
    bubble.append(paragraph);
  }
}

/** What begins a part of an answer: its deadline, the next step, the law. */
function named(label) {
  const strong = document.createElement("b");
  strong.textContent = label;
  return strong;
}

function dialable(piece) {
  if (!TELEPHONES.has(piece)) return piece;
  const link = document.createElement("a");
  link.href = `tel:${piece}`;
  link.textContent = piece;
  return link;
}

function moment(at) {
  const clock = at.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const days = Math.round((midnight(new Date()) - midnight(at)) / 86_400_000);
  if (days === 0 || days === 1) {
    return `${new Intl.RelativeTimeFormat("zh-CN", { numeric: "auto" }).format(-days, "day")} ${clock}`;
  }
  const year = at.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return `${at.toLocaleDateString("zh-CN", { year, month: "long", day: "numeric" })} ${clock}`;
}

const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);
