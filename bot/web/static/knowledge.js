// The editor of entries: nothing typed is lost, lengths are counted, articles are read beside.

const at = (id) => document.getElementById(id);

function edit(form) {
  keepTyped(form);
  countLengths(form);
  rows(form);
  lookUp(form);
  insertBlanks(form);
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit(at("save"));
    }
  });
}

// ---- what was typed stays, whatever happens to the page or the log-in

function typed(form) {
  return [...new FormData(form)].filter(([name]) => !["csrf_token", "saves"].includes(name));
}

function keepTyped(form) {
  const key = `fxm-entry-${form.dataset.kept}`;
  const lacks = "unsaved" in form.dataset;
  const asSaved = lacks ? "" : JSON.stringify(typed(form));
  let leaving = false;
  if (lacks) {
    at("unsaved").hidden = false;
    store(key, { saves: form.dataset.saves, typed: typed(form) });
  }
  if ("saved" in form.dataset) store(key, null);
  const kept = lacks ? null : recall(key);
  if (kept && kept.saves === form.dataset.saves && JSON.stringify(kept.typed) !== asSaved) {
    fill(form, kept.typed);
    at("restored").hidden = false;
    at("unsaved").hidden = false;
  }
  at("forget").addEventListener("click", () => {
    store(key, null);
    leaving = true;
    location.assign(form.dataset.draft);
  });
  form.addEventListener("input", () => {
    const now = typed(form);
    const changed = JSON.stringify(now) !== asSaved;
    at("unsaved").hidden = !changed;
    store(key, changed ? { saves: form.dataset.saves, typed: now } : null);
  });
  form.addEventListener("submit", () => (leaving = true));
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("beforeunload", (event) => {
    if (!leaving && !at("unsaved").hidden) event.preventDefault();
  });
}

/** Puts typed values back into the fields, adding rows where there are too few. */
function fill(form, values) {
  const lists = new Map();
  for (const [name, value] of values) lists.set(name, [...(lists.get(name) ?? []), value]);
  for (const box of form.querySelectorAll("[type=checkbox]")) {
    box.checked = (lists.get(box.name) ?? []).includes(box.value);
  }
  for (const [name, texts] of lists) {
    const find = () => form.querySelectorAll(`[name="${name}"]:not([type=checkbox], button)`);
    const holder = find()[0]?.closest("[data-rows]");
    while (holder && find().length < texts.length) addRow(holder);
    find().forEach((field, index) => (field.value = texts[index] ?? ""));
  }
}

function store(key, value) {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    // Without storage the typed text lasts as long as the page.
  }
}

function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

// ---- lengths

const BYTES_A_LETTER = 3; // of a Chinese letter in UTF-8
const bytes = (text) => new TextEncoder().encode(text).length;
const letters = (text) => [...text].length;
const sentences = (text) => text.split(/[。！？；!?;\n]/).map((one) => one.trim());

function countLengths(form) {
  const limit = (name) => Number(form.dataset[name]);
  const overhead = limit("overhead");
  const first = at("first-message");
  first.hidden = !overhead;
  const count = () => {
    let said = bytes(at("title").value.trim());
    for (const field of form.querySelectorAll("[data-part]")) {
      const text = field.value.trim();
      if (field.dataset.part === "first") said += bytes(text);
      const counted = form.querySelector(`.counted[data-for="${field.id}"]`);
      counted.querySelector(".letters").textContent = word(form, "letters", letters(text));
      const long = counted.querySelector(".long");
      const told = tooLong(form, field, text);
      long.hidden = !told;
      long.textContent = told;
    }
    const left = limit("room") - overhead - said;
    first.classList.toggle("bad", left < 0);
    const inLetters = Math.floor(Math.abs(left) / BYTES_A_LETTER);
    first.textContent = left < 0 ? word(form, "over", inLetters + 1) : word(form, "room", inLetters);
    const wordings = at("wordings").value.split("\n").filter((line) => line.trim()).length;
    const enough = wordings >= limit("fewest") && wordings <= limit("most");
    at("wording-count").textContent = word(form, "wordings", wordings);
    at("wording-count").classList.toggle("bad", !enough);
  };
  form.addEventListener("input", count);
  count();
}

function tooLong(form, field, text) {
  const { facet, sentence } = form.dataset;
  if (field.dataset.part === "facet" && letters(text) > Number(facet)) return word(form, "facet");
  const long = sentences(text).filter((one) => letters(one) > Number(sentence));
  return long.length ? word(form, "long", long.length, long[0].slice(0, 12)) : "";
}

/** A sentence of the page's own, its blanks filled in their order. */
const word = (form, name, ...blanks) =>
  form.querySelector(`[data-word="${name}"]`).content.textContent.replace(/\{\}/g, () => blanks.shift());

// ---- rows of articles and figures

function rows(form) {
  for (const more of form.querySelectorAll(".more")) {
    more.hidden = false;
    more.addEventListener("click", () => {
      const row = addRow(form.querySelector(`[data-rows="${more.dataset.more}"]`));
      row.querySelector("input").focus();
    });
  }
  for (const drop of form.querySelectorAll(".drop")) drop.hidden = false;
  form.addEventListener("click", (event) => {
    const drop = event.target.closest(".drop");
    if (!drop) return;
    event.preventDefault();
    const row = drop.closest("[data-row]");
    for (const field of row.querySelectorAll("input")) field.value = "";
    row.hidden = true;
    form.dispatchEvent(new Event("input"));
  });
}

function addRow(holder) {
  const row = holder.querySelector("[data-row]:last-child").cloneNode(true);
  for (const field of row.querySelectorAll("input")) field.value = "";
  for (const beside of row.querySelectorAll(".beside")) beside.hidden = true;
  row.hidden = false;
  holder.append(row);
  return row;
}

// ---- the article's text beside

function lookUp(form) {
  form.addEventListener("click", async (event) => {
    const look = event.target.closest(".look");
    if (!look) return;
    event.preventDefault();
    const row = look.closest("[data-row]");
    const beside = row.querySelector(".beside");
    if (!beside.hidden) return void (beside.hidden = true);
    const asked = new URLSearchParams({
      law: row.querySelector("[name=law]").value,
      article: row.querySelector("[name=article]").value,
    });
    const address = `${form.dataset.article}?${asked}`;
    try {
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      beside.innerHTML = await answer.text();
      beside.hidden = false;
    } catch {
      open(address, "_blank", "noopener");
    }
  });
}

// ---- blanks for local facts

function insertBlanks(form) {
  let last = document.getElementById("part-1");
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea, #title")) last = event.target;
  });
  form.addEventListener("click", (event) => {
    const blank = event.target.dataset.blank;
    if (!blank) return;
    last.setRangeText(blank, last.selectionStart, last.selectionEnd, "end");
    last.focus();
    form.dispatchEvent(new Event("input"));
  });
}

const editor = at("editor");
if (editor) edit(editor);
