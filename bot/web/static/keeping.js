// What the resident wrote and what is not sent yet: kept on the device until the server has it.

const DRAFT = "fxm-draft";
const UNSENT = "fxm-unsent";
const LARGE = "fxm-large";

// Private windows may have no storage: then it lasts as long as the page.
const memory = new Map();

function read(key) {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? "";
  } catch {
    return memory.get(key) ?? "";
  }
}

function write(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    // The copy in memory remains.
  }
}

export const draft = {
  get: () => read(DRAFT),
  set: (text) => write(DRAFT, text),
};

export const large = {
  get: () => read(LARGE) === "yes",
  set: (on) => write(LARGE, on ? "yes" : ""),
};

export const unsent = {
  /** Every message that the server has not confirmed, oldest first: {id, text}. */
  all() {
    try {
      return JSON.parse(read(UNSENT) || "[]");
    } catch {
      return [];
    }
  },
  add({ id, text }) {
    write(UNSENT, JSON.stringify([...unsent.all(), { id, text }]));
  },
  drop(id) {
    write(UNSENT, JSON.stringify(unsent.all().filter((item) => item.id !== id)));
  },
  /** Calls back when another tab of this page sent something. */
  watch(changed) {
    addEventListener("storage", ({ key }) => key === UNSENT && changed());
  },
};

/** Forgets what was written on this device: the resident's records are gone. */
export function forgetWords() {
  for (const key of [DRAFT, UNSENT]) write(key, "");
}

/** A new id for a message; also where pages come without https. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
