// Messages on their way: each is kept on the device, sent in its order, and only once.

import { newId, unsent } from "./keeping.js";
import { copy, fill, line, word } from "./lines.js";
import { complain, toEnd, toStart } from "./screen.js";

const SLOWEST_ANSWER = 20_000;

const outbox = document.getElementById("outbox");

/** By id: {id, text, element, fate: sending | failed | sent, reply}. */
const onTheirWay = new Map();
let sending = 0;
let turn = Promise.resolve();
let then = { started() {}, finished() {}, returned() {} };

export const isSending = () => sending > 0;
export const hasFailed = () => [...onTheirWay.values()].some(({ fate }) => fate === "failed");
export const confirmed = () => [...onTheirWay.values()].filter(({ fate }) => fate === "sent");

/** Says what to do when sending starts and ends, and when a text comes back to be changed. */
export function whenSending(callbacks) {
  then = callbacks;
}

/** Sends a text as a new message. */
export function say(text) {
  const item = { id: newId(), text };
  unsent.add(item);
  show(item);
  send(item);
}

/** Shows what an earlier visit could not send. */
export function showUnsent() {
  for (const item of unsent.all()) {
    show(item);
    fated(item, "failed", word("failed"));
  }
}

/** A message that the conversation shows by now. */
export function forget(item) {
  onTheirWay.delete(item.id);
  item.element.remove();
  item.reply?.remove();
}

function show(item) {
  item.element = copy("unsent");
  fill(item.element.querySelector(".bubble"), item.text);
  item.element.querySelector(".again").addEventListener("click", () => send(item));
  onTheirWay.set(item.id, item);
  outbox.append(item.element);
}

function send(item) {
  if (item.fate === "sending") return;
  fated(item, "sending", word("sending"));
  sending += 1;
  then.started();
  toEnd();
  turn = turn.then(() => post(item)).finally(() => {
    sending -= 1;
    then.finished();
  });
}

async function post(item) {
  try {
    const response = await within("/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id: item.id, text: item.text }),
    });
    const body = await response.json().catch(() => ({}));
    if (response.ok) arrived(item, body.reply);
    else if (response.status < 500 && response.status !== 429) giveBack(item, body.message);
    else fated(item, "failed", body.message || word("failed"));
  } catch {
    fated(item, "failed", word(navigator.onLine ? "failed" : "offline"));
  }
}

/** The server has it; what it replied is shown until the conversation itself brings it. */
function arrived(item, reply) {
  fated(item, "sent", "");
  unsent.drop(item.id);
  if (!reply.text) return;
  item.reply = line({ author: "machine", ...reply });
  item.element.after(item.reply);
  toStart(item.reply);
}

/** It cannot be sent like this: back to where it can be changed. */
function giveBack(item, message) {
  unsent.drop(item.id);
  forget(item);
  then.returned(item.text);
  complain(message || word("failed"));
}

function fated(item, fate, message) {
  item.fate = fate;
  item.element.className = `line mine resident ${fate}`;
  item.element.querySelector(".fate").textContent = message;
  item.element.querySelector(".again").hidden = fate !== "failed";
  if (fate === "failed") item.element.scrollIntoView({ block: "nearest" });
}

/** A call to the server that gives up after a while. */
export async function within(address, options = {}) {
  const stop = new AbortController();
  const alarm = setTimeout(() => stop.abort(), SLOWEST_ANSWER);
  try {
    return await fetch(address, { ...options, signal: stop.signal });
  } finally {
    clearTimeout(alarm);
  }
}

unsent.watch(() => {
  const kept = new Set(unsent.all().map(({ id }) => id));
  for (const item of onTheirWay.values()) {
    if (item.fate === "failed" && !kept.has(item.id)) forget(item);
  }
});
