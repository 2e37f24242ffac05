/* The lists beside the film: all cues in order of time, and those to look at in order of need. */
import { colourOf, cueAt, nameOf, page } from "./state.js";
import { byId, clock, flagWords, h, linesIn } from "./words.js";
import { choose, filters, passes, toLookAt } from "./filters.js";
import { playCue } from "./media.js";
import { NARROW, VirtualList } from "./virtual.js";

const FONT = { text: "15px system-ui, sans-serif", why: "12.5px system-ui, sans-serif" };
const LINE = 21; // pixels, as in the styles
const WHY = 17;
const NAME = 16;
const WIDE = 560; // pixels; a list that is as wide has its flags in words
const FLAGS = 130;
let list;
let look = false;
let touched = 0;

export function startCues() {
  list = new VirtualList(byId("list"), draw, height);
  byId("tab-all").addEventListener("click", () => turn(false));
  byId("tab-look").addEventListener("click", () => turn(true));
  byId("tabs").addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.stopPropagation();
    turn(!look);
    byId(look ? "tab-look" : "tab-all").focus();
  });
  byId("list").addEventListener("click", (event) => {
    const row = event.target.closest("[data-index]");
    if (row) open(list.items[Number(row.dataset.index)]);
  });
  byId("list").addEventListener("dblclick", () => page.selected && playCue(page.selected));
  for (const sign of ["wheel", "touchmove", "pointerdown"])
    byId("list").addEventListener(sign, () => (touched = performance.now()), { passive: true });
  page.on("redraw", fill);
  page.on("filter", fill);
  page.on("select", (cue) => {
    mark();
    list.reveal(indexOf(cue.id));
  });
  page.on("time", follow);
}

/* Show the cues to look at, or all of them. */
export function turn(toLook) {
  look = toLook;
  for (const [id, on] of [["tab-all", !look], ["tab-look", look]]) {
    byId(id).setAttribute("aria-selected", on);
    byId(id).tabIndex = on ? 0 : -1;
  }
  byId("list").scrollTop = 0;
  fill();
  if (page.selected) list.reveal(indexOf(page.selected.id), { middle: true });
}

/* The cue before or behind the selected one, in the order of the list; `flagged` in order of time, among those to look at. */
export function step(by, { flagged = false } = {}) {
  const items = flagged ? toLookAt().filter(passes).sort((one, other) => one.start - other.start) : list.items;
  if (!items.length) return;
  const at = items.findIndex((one) => one.id === page.selected?.id);
  if (at >= 0) return open(items[Math.min(items.length - 1, Math.max(0, at + by))]);
  const behind = items.findIndex((one) => one.start > page.time);
  if (by > 0) open(items[behind < 0 ? items.length - 1 : behind]);
  else open(items[Math.max(0, (behind < 0 ? items.length : behind) - 1)]);
}

export function open(item) {
  if (!item.silence) return page.select(item.id);
  page.selected = item;
  page.seek(item.start);
  page.tell("select", item);
}

function fill() {
  const needy = toLookAt();
  byId("tab-all").querySelector("b").textContent = page.cues.length.toLocaleString("en");
  byId("tab-look").querySelector("b").textContent = needy.length.toLocaleString("en");
  const items = (look ? needy : page.cues).filter(passes);
  list.set(items);
  const empty = byId("empty");
  empty.hidden = items.length > 0 && !filters.because;
  empty.replaceChildren(...says(items.length));
  mark();
}

function says(count) {
  if (filters.because) {
    const all = h("button", { type: "button", onclick: () => choose({}) }, "show all");
    return [`${filters.because} `, all];
  }
  if (count) return [];
  if (!page.track) return ["There are no cues: see below what was not made."];
  const heard = toLookAt().length > 0 && !look;
  if (heard && !page.cues.length) return ["There is speech, and no text of it: see what to look at."];
  if (!page.cues.length) return ["Nobody speaks in this film, so there are no cues."];
  const filtered = filters.flag || filters.speaker || filters.text;
  return [filtered ? "Nothing fits." : "Nothing was flagged: every cue keeps its rules, and no word was in doubt."];
}

function textWidth(width) {
  return width - (width < NARROW ? 46 : 118) - (width >= WIDE && !look ? FLAGS : 0);
}

function height(cue, index, width) {
  const room = textWidth(width);
  let sum = 13 + linesIn(cue.text || " ", room, FONT.text) * LINE;
  if (width < NARROW) sum += NAME;
  else if (called(cue, index)) sum += NAME;
  if (look) sum += linesIn(because(cue), room, FONT.why) * WHY + 2;
  return sum;
}

const because = (cue) => cue.why.join(" · ");

/* Whether the speaker's name stands over the cue: where another one spoke before; of cues that do not follow each other, always. */
function called(cue, index) {
  if (page.data.speakers.length < 2 || !cue.speakers.length) return false;
  if (look) return true;
  const before = list.items[index - 1];
  return !before || before.speakers.join() !== cue.speakers.join();
}

function draw(cue, index) {
  const colours = cue.speakers.map((id) => `var(--s${colourOf(id)})`);
  const [first = "transparent", second = first] = colours;
  const names = cue.speakers.map(nameOf).join(", ");
  return h(
    cue.flags.includes("sound") ? "div.cue.sound" : "div.cue",
    { role: "option", id: `row-${cue.id}`, "data-index": index, "--one": first, "--two": second, "aria-selected": cue.id === page.selected?.id },
    h("span.when", clock(cue.start, 1), look && h("span.need", { title: `${Math.round(cue.need * 100)} of 100`, "--need": cue.need })),
    h(
      "span.said",
      called(cue, index) && h("span.who", names),
      h("span.text", { lang: page.track?.language ?? "", dir: "auto" }, cue.silence ? "(no text)" : marked(cue)),
      look && h("span.why", because(cue)),
    ),
    marks(cue),
  );
}

/* What stands at the right of a cue: that it was edited, and its flags with a dot. */
function marks(cue) {
  const flags = cue.flags.filter((flag) => flag !== "edited").map(flagWords);
  const dot = !look && cue.need > 0;
  if (!dot && !cue.base) return null;
  return h(
    "span.marks",
    { title: because(cue), "--need": cue.need },
    cue.base && h("span.edited", "edited"),
    dot && [h("span.flags", flags.join(" · ")), h("i.dot")],
  );
}

/* The text with its doubtful words marked. */
export function marked(cue) {
  const parts = [];
  let at = 0;
  for (const [from, to] of cue.unsure ?? []) {
    parts.push(cue.text.slice(at, from), h("i.unsure", { title: "the recogniser was unsure of this word" }, cue.text.slice(from, to)));
    at = to;
  }
  parts.push(cue.text.slice(at));
  return parts;
}

function indexOf(id) {
  return list.items.findIndex((one) => one.id === id);
}

let running = -1;

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
    row.setAttribute("aria-selected", id === page.selected?.id);
  }
  const there = page.selected && byId(`row-${page.selected.id}`);
  if (there) byId("list").setAttribute("aria-activedescendant", there.id);
  else byId("list").removeAttribute("aria-activedescendant");
}
