/* Small parts of the page, and how it writes times and names. */
import { h } from "../../../report/js/elements.js";
import { clock, languageName } from "../../../report/js/words.js";
import { ask, inWords } from "./api.js";
import { now, reload } from "./model.js";

const SURE = 5000; // ms that a question stays

/**
 * A button. `act` tells it from the others of its row; `of` says, for those who only hear it, what it acts on.
 * @param {string} text
 * @param {string} act
 * @param {() => unknown} action
 * @param {{of?: string, off?: boolean, title?: string, plain?: string}} [more]
 */
export function button(text, act, action, { of = "", off = false, title, plain } = {}) {
  const label = of || plain ? `${plain ?? text} ${of}`.trim() : undefined;
  return h(
    "button",
    {
      type: "button",
      "data-act": act,
      "aria-label": label,
      title,
      disabled: off,
      onclick: () => void action(),
    },
    text,
  );
}

/**
 * A button that asks first: its second click, within some seconds, acts.
 * @param {string} text
 * @param {string} act
 * @param {string} question
 * @param {() => unknown} action
 * @param {{of?: string, title?: string}} [more]
 */
export function asking(text, act, question, action, more = {}) {
  /** @type {number | undefined} */
  let armed;
  const show = (/** @type {string} */ words) => {
    made.textContent = words;
    made.classList.toggle("sure", armed !== undefined);
    if (more.of) made.setAttribute("aria-label", `${words} ${more.of}`);
  };
  const disarm = () => {
    clearTimeout(armed);
    armed = undefined;
    show(text);
  };
  const made = button(
    text,
    act,
    () => {
      if (armed === undefined) {
        armed = setTimeout(disarm, SURE);
        show(question);
        return;
      }
      disarm();
      action();
    },
    more,
  );
  return made;
}

/**
 * Send a request, and say what came of it; returns whether it was carried out.
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {string} done what to say then
 */
export async function order(method, path, body, done) {
  try {
    await ask(method, path, body);
    reload();
    say(done);
    return true;
  } catch (error) {
    say(inWords(error), true);
    return false;
  }
}

/** @type {number | undefined} */
let hiding;

/**
 * Say something at the foot of the page, which screen readers read out.
 * @param {string} text
 * @param {boolean} [wrong]
 */
export function say(text, wrong = false) {
  const place = /** @type {HTMLElement} */ (document.getElementById("told"));
  place.textContent = text;
  place.className = wrong ? "wrong" : "";
  place.hidden = !text;
  clearTimeout(hiding);
  hiding = setTimeout(
    () => {
      place.hidden = true;
    },
    Math.max(5000, text.length * 90),
  );
}

/**
 * The name of a film, in its own direction of writing.
 * @param {ServeJob} job
 */
export const nameOf = (job) => h("bdi.film", { title: job.name }, job.name || "(no name)");

/**
 * The folder of a film; empty for an upload.
 * @param {ServeJob} job
 */
export function folderOf(job) {
  if (job.film === null) return "";
  return job.film.slice(0, Math.max(job.film.lastIndexOf("/"), 1));
}

const SOURCES = /** @type {{[name: string]: string}} */ ({
  watch: "from a watched folder",
  webhook: "from a media server",
  asr: "from Bazarr or another client, which waits for it",
  openai: "from a client, which waits for it",
});

/**
 * Where a job came from; empty if somebody added it.
 * @param {ServeJob} job
 */
export const sourceOf = (job) => SOURCES[job.source] ?? "";

/**
 * The options of a job: its languages in words, the others as on the command line. Of a client's upload only the
 * languages are its user's choice.
 * @param {ServeJob} job
 */
export function optionsOf(job) {
  return Object.entries(job.options).flatMap(([name, value]) => {
    if (name === "language") return value ? `spoken: ${languageName(String(value))}` : [];
    if (name === "target_language")
      return value ? `into: ${String(value).split(",").map(languageName).join(", ")}` : [];
    return job.film === null ? [] : asTyped(name.replaceAll("_", "-"), value);
  });
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {string[]}
 */
function asTyped(name, value) {
  if (value === true) return [`--${name}`];
  if (value === false) return [`--no-${name}`];
  if (value === null || typeof value !== "object") return [`--${name} ${value}`];
  if (Array.isArray(value)) return [`--${name} ${value.join(",")}`];
  return Object.entries(value).map(([part, of]) => `--${name} ${part === "all" ? of : `${part}=${of}`}`);
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${Math.max(whole, 1)} s`;
  if (whole < 5400) return `${Math.round(whole / 60)} min`;
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
  const days = Math.round(minutes / 1440);
  return `${days} day${days === 1 ? "" : "s"}`;
}

/**
 * A time of day, with the date if it is not today.
 * @param {number | null} time
 */
export function when(time) {
  if (!time) return "";
  const date = new Date(time * 1000);
  const today = new Date(now() * 1000).toDateString() === date.toDateString();
  const hour = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const day = date.toLocaleDateString([], { day: "numeric", month: "short" });
  const shown = today ? hour : `${day}, ${hour}`;
  return h("time", { datetime: date.toISOString(), title: date.toLocaleString() }, shown);
}

/**
 * The length and language of a film.
 * @param {ServeJob} job
 */
export const factsOf = (job) => [job.seconds ? clock(job.seconds) : "", languageOf(job)];

/**
 * The language of a film, unless its options state it.
 * @param {ServeJob} job
 */
export const languageOf = (job) => (job.language && !job.options.language ? languageName(job.language) : "");

/**
 * Facts in one line.
 * @param {(Node | string)[]} facts
 */
export const line = (facts) =>
  h(
    "p.facts",
    facts
      .filter(Boolean)
      .flatMap((fact, k) => (k ? [h("span.dot", { "aria-hidden": "true" }, " · "), fact] : [fact])),
  );

/**
 * A bar. `share` is 0 to 1.
 * @param {number} share
 * @param {string} label
 */
export function bar(share, label) {
  const percent = Math.floor(Math.min(Math.max(share, 0), 1) * 100);
  return h(
    "div.bar",
    {
      role: "progressbar",
      "aria-label": label,
      "aria-valuenow": percent,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    },
    h("span", { "--share": share }),
  );
}

/**
 * The text of an empty list.
 * @param {(string | Node | Node[])[]} content
 */
export const empty = (...content) => h("div.empty", content);
