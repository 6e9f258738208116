// The screen itself: where it stands, how large it is, what it complains about.

const NEAR = 120;

const talk = document.getElementById("talk");
const newer = document.getElementById("newer");
const trouble = document.getElementById("trouble");
const larger = document.getElementById("larger");

export const isAtEnd = () => talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR;

export function toEnd() {
  talk.scrollTop = talk.scrollHeight;
  newer.hidden = true;
}

/** A long reply is read from its beginning. */
export function toStart(element) {
  if (element.offsetHeight > talk.clientHeight - NEAR) element.scrollIntoView({ block: "start" });
  else toEnd();
  newer.hidden = true;
}

/** Something new stands below what is being read. */
export function pointDown() {
  newer.hidden = isAtEnd();
}

/** Says what is wrong above the composer; an empty message ends it. */
export function complain(message) {
  trouble.hidden = !message;
  trouble.textContent = message;
}

export function setLarge(on) {
  document.documentElement.classList.toggle("large", on);
  larger.setAttribute("aria-pressed", String(on));
}

/** As high as its text, up to what CSS allows. */
export function fitText(text) {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

/**
 * iOS lays its keyboard over the page: the page ends where the keyboard begins. Whoever zooms in
 * with two fingers keeps the page as it is.
 */
function fitScreen() {
  if (visualViewport.scale > 1.01) return;
  document.documentElement.style.setProperty("--height", `${visualViewport.height}px`);
  scrollTo(0, 0);
}

newer.addEventListener("click", toEnd);
talk.addEventListener("scroll", () => isAtEnd() && (newer.hidden = true));
if (window.visualViewport) {
  visualViewport.addEventListener("resize", fitScreen);
  fitScreen();
}
