/* The lists beside the film: all cues in order of time, and those to review in order of priority. */
import { colourOf, cueAt, flagLabel, nameOf, page } from "./state.js";
import { byId, closest, h, maybe } from "./elements.js";
import { clock } from "./words.js";
import { linesIn } from "./text_height.js";
import { besideLooks, textBeside } from "./beside.js";
import { choose, filters, passes, toReview } from "./filters.js";
import { playCue } from "./media.js";
import { NARROW, VirtualList } from "./virtual.js";

const FONT = { text: "15px system-ui, sans-serif", why: "12.5px system-ui, sans-serif" };
const LINE = 21; // pixels, as in the styles
const WHY = 17;
const NAME = 16;
const WIDE = 560; // pixels; a wider list shows flags as words, and two languages side by side
const GAP = 16; // pixels between the languages, as in the styles
const flagsWidth = (/** @type {number} */ width) => (width < WIDE ? 0 : width < 720 ? 130 : 270); // as in the styles
const place = byId("list");
const list = new VirtualList(place, draw, height);
let review = false; // whether those to review are listed
let touched = 0; // when the user last scrolled the list
let running = /** @type {Cue["id"]} */ (-1); // the cue at the playback position

export function startCues() {
  byId("tab-all").addEventListener("click", () => turn(false));
  byId("tab-look").addEventListener("click", () => turn(true));
  byId("tabs").addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.stopPropagation();
    turn(!review);
    byId(review ? "tab-look" : "tab-all").focus();
  });
  place.addEventListener("click", (event) => {
    const row = closest(event, "[data-index]");
    if (row) open(list.items[Number(row.dataset.index)]);
  });
  place.addEventListener("dblclick", () => page.selected && playCue(page.selected));
  for (const sign of ["wheel", "touchmove", "pointerdown"])
    place.addEventListener(
      sign,
      () => {
        touched = performance.now();
      },
      { passive: true },
    );
  page.on("redraw", fill);
  page.on("filter", fill);
  page.on("select", (cue) => {
    mark();
    if (cue) list.reveal(indexOf(cue.id));
  });
  page.on("time", follow);
}

/**
 * Show the cues to review, or all of them.
 * @param {boolean} toReviewOnly
 */
export function turn(toReviewOnly) {
  review = toReviewOnly;
  for (const [id, on] of /** @type {[string, boolean][]} */ ([
    ["tab-all", !review],
    ["tab-look", review],
  ])) {
    byId(id).setAttribute("aria-selected", String(on));
    byId(id).tabIndex = on ? 0 : -1;
  }
  place.scrollTop = 0;
  fill();
  if (page.selected) list.reveal(indexOf(page.selected.id), { middle: true });
}

/**
 * Select the previous or next cue in the list; `flagged`: in order of time,
 * among those to review.
 * @param {number} by
 */
export function step(by, { flagged = false } = {}) {
  const inTime = () =>
    toReview()
      .filter(passes)
      .sort((one, other) => one.start - other.start);
  const items = flagged ? inTime() : list.items;
  if (!items.length) return;
  const at = items.findIndex((one) => one.id === page.selected?.id);
  if (at >= 0) return open(items[Math.min(items.length - 1, Math.max(0, at + by))]);
  const behind = items.findIndex((one) => one.start > page.time);
  if (by > 0) open(items[behind < 0 ? items.length - 1 : behind]);
  else open(items[Math.max(0, (behind < 0 ? items.length : behind) - 1)]);
}

/** @param {Cue} item */
export function open(item) {
  if (!item.silence) return page.select(item.id);
  page.selected = item;
  page.seek(item.start);
  page.tell("select", item);
}

function fill() {
  const needy = toReview();
  fillCount("tab-all", page.cues.length);
  fillCount("tab-look", needy.length);
  const items = (review ? needy : page.cues).filter(passes);
  list.set(items);
  const empty = byId("empty");
  empty.hidden = items.length > 0 && !filters.because;
  empty.replaceChildren(...emptyNote(items.length));
  mark();
}

/**
 * @param {string} tab
 * @param {number} count
 */
function fillCount(tab, count) {
  const place = byId(tab).querySelector("b");
  if (place) place.textContent = count.toLocaleString("en");
}

/**
 * Why the list is empty or filtered.
 * @param {number} count
 * @returns {(string | Node)[]}
 */
function emptyNote(count) {
  if (filters.because) {
    const all = h("button", { type: "button", onclick: () => choose({}) }, "show all");
    return [`${filters.because} `, all];
  }
  if (count) return [];
  if (!page.track) return ["There are no cues. See below for what was not produced."];
  if (!page.cues.length && toReview().length && !review)
    return ["Speech was detected, but none of it has text: see “To review”."];
  if (!page.cues.length) return ["No speech was detected in this film, so there are no cues."];
  const filtered = filters.flag || filters.speaker || filters.text;
  return [
    filtered
      ? "No cues match."
      : "Nothing to review: every cue is within its limits, and no words have low confidence.",
  ];
}

/** @param {number} width */
function textWidth(width) {
  return width - (width < NARROW ? 46 : 118) - (review ? 0 : flagsWidth(width));
}

/**
 * @param {Cue} cue
 * @param {number} index
 * @param {number} width
 */
function height(cue, index, width) {
  const room = textWidth(width);
  const other = textBeside(cue);
  const both = other && width >= WIDE;
  const own = linesIn(cue.text || " ", both ? (room - GAP) / 2 : room, FONT.text);
  const others = other ? linesIn(other, both ? (room - GAP) / 2 : room, FONT.text) : 0;
  let sum = 13 + (both ? Math.max(own, others) : own + others) * LINE;
  if (width < NARROW || hasName(cue, index)) sum += NAME;
  if (review) sum += linesIn(because(cue), room, FONT.why) * WHY + 2;
  return sum;
}

/** @param {Cue} cue */
const because = (cue) => cue.why.join(" · ");

/**
 * Whether to show the speaker's name: if the speaker changes, and always in the list to review.
 * @param {Cue} cue
 * @param {number} index
 */
function hasName(cue, index) {
  if (page.data.speakers.length < 2 || !cue.speakers.length) return false;
  if (review) return true;
  const before = list.items[index - 1];
  return !before || before.speakers.join() !== cue.speakers.join();
}

/**
 * @param {Cue} cue
 * @param {number} index
 */
function draw(cue, index) {
  const colours = cue.speakers.map((id) => `var(--s${colourOf(id)})`);
  const [first = "transparent", second = first] = colours;
  const names = cue.speakers.map(nameOf).join(", ");
  const other = textBeside(cue);
  const language = { lang: page.track?.language ?? "", dir: "auto" };
  const text = h("span.text", language, cue.silence ? "(no text)" : marked(cue));
  const priority = { title: `review priority ${Math.round(cue.need * 100)} of 100`, "--need": cue.need };
  return h(
    cue.flags.includes("sound") ? "div.cue.sound" : "div.cue",
    {
      role: "option",
      id: `row-${cue.id}`,
      "data-index": index,
      "--one": first,
      "--two": second,
      "aria-selected": cue.id === page.selected?.id,
    },
    h("span.when", clock(cue.start, 1), review && h("span.need", priority)),
    h(
      "span.said",
      hasName(cue, index) && h("span.who", names),
      other ? h("span.languages", text, h("span.beside", besideLooks(), other)) : text,
      review && h("span.why", because(cue)),
    ),
    marks(cue),
  );
}

/**
 * The marks at the right of a cue: edited, flags, and a dot.
 * @param {Cue} cue
 */
function marks(cue) {
  const flags = cue.flags.filter((flag) => flag !== "edited").map(flagLabel);
  const dot = !review && cue.need > 0;
  if (!dot && !cue.base) return null;
  return h(
    "span.marks",
    { title: because(cue), "--need": cue.need },
    cue.base && h("span.edited", flagLabel("edited")),
    dot && [h("span.flags", flags.join(" · ")), h("i.dot")],
  );
}

/**
 * The text with its low-confidence words marked.
 * @param {Cue} cue
 * @returns {Content[]}
 */
export function marked(cue) {
  const parts = [];
  let at = 0;
  for (const [from, to] of cue.unsure ?? []) {
    parts.push(
      cue.text.slice(at, from),
      h("i.unsure", { title: "low-confidence word" }, cue.text.slice(from, to)),
    );
    at = to;
  }
  parts.push(cue.text.slice(at));
  return parts;
}

/** @param {Cue["id"]} id */
const indexOf = (id) => list.items.findIndex((one) => one.id === id);

function follow() {
  const now = page.cues[cueAt(page.time)];
  const id = now?.id ?? -1;
  if (id === running) return;
  running = id;
  mark();
  if (!now) return;
  if (page.playing && (!page.selected || page.selected.id !== id)) {
    page.selected = now;
    page.tell("running", now);
    if (performance.now() - touched > 4000) list.reveal(indexOf(id));
    mark();
  }
}

function mark() {
  for (const [index, row] of list.rows) {
    const { id } = list.items[index];
    row.classList.toggle("running", id === running);
    row.setAttribute("aria-selected", String(id === page.selected?.id));
  }
  const selected = page.selected && maybe(`row-${page.selected.id}`);
  if (selected) place.setAttribute("aria-activedescendant", selected.id);
  else place.removeAttribute("aria-activedescendant");
}
