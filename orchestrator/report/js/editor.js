/* The cue under the hands: its text, times and speakers, and everything that can be done to it. */
import { colourOf, nameOf, page } from "./state.js";
import { byId, clock, fillWith, h } from "./words.js";
import { actions } from "./keys.js";
import { cueOf, endTyping, insert, merge, newPerson, redo, remove, rename, respeak, retext, retime, revert, split, undo, voicesIn } from "./edits.js";
import { again, save, say, startKeeping } from "./keep.js";

const frame = page.data.frame_rate > 0 ? 1 / page.data.frame_rate : 0.04;
const SOMEBODY = "+";
let current = null; // the id of the cue that the panel shows
let wanted = 0;
let started = false;

const place = () => byId("editor");
const text = () => byId("cue-text");
const isIn = () => place().contains(document.activeElement);

function start() {
  started = true;
  document.body.classList.add("editing");
  const keep = h("div", { id: "keep", role: "toolbar", "aria-label": "Keeping" });
  const offer = h("div", { id: "offer", role: "alert", hidden: true });
  document.querySelector("main").before(keep, offer);
  byId("stage").insertBefore(place(), byId("inspector"));
  place().hidden = false;
  place().setAttribute("role", "region");
  place().setAttribute("aria-label", "The cue that is edited");
  byId("help").querySelector("dl").append(...KEYS.flatMap(([keys, what]) => [h("dt", keys.split("  ").map((key) => h("kbd", key))), h("dd", what)]));
  byId("film").addEventListener("error", () => soundOnly(`This browser cannot play the picture of ${page.data.media.name}. This is its sound, as the recogniser heard it.`));
  startKeeping();
}

/* Play the film's sound from the store instead of the film. */
function soundOnly(why) {
  const film = byId("film");
  if (!page.data.media.sound || film.src.endsWith(page.data.media.sound)) return;
  film.src = page.data.media.sound;
  document.body.classList.remove("no-film");
  byId("unplayable").textContent = why;
  byId("unplayable").hidden = false;
}

/* Show the selected cue, unless somebody is typing in another one. */
function show() {
  if (!started) return;
  if (isIn() && cueOf(current)) return refresh();
  const cue = page.selected && !page.selected.silence ? page.selected : null;
  if (cue && cue.id === current && text()) return refresh();
  current = cue?.id ?? null;
  if (!cue) {
    fillWith(place(), h("div.acts", act("Insert a cue", "a", add)));
    return;
  }
  fillWith(
    place(),
    h("div.times", time("start", "z", "x", "["), h("span", "–"), time("end", "c", "v", "]"), h("span.length", { id: "cue-length" })),
    h("textarea", {
      id: "cue-text", rows: 2, spellcheck: "true", lang: page.track.language, dir: "auto", "aria-label": "Text of the cue", "aria-describedby": "cue-lines",
      oninput: (event) => retext(current, event.target.value), onblur: endTyping, placeholder: "(no text: it is not kept)",
    }),
    h("p", { id: "cue-lines" }),
    h("div", { id: "cue-voices" }),
    h(
      "div.acts",
      act("Split", "s", cut), act("Merge with next", "m", () => merge(current)), act("Insert", "a", add), act("Delete", "Del", () => remove(current)),
      h("button", { type: "button", id: "revert", title: "what the machine made here", onclick: () => revert(current) }, "As it was made"),
    ),
  );
  refresh();
}

/* Put the cue's values into what is there. */
function refresh() {
  const cue = cueOf(current);
  if (!cue) return;
  const { limits } = page.track;
  if (text().value !== cue.text) text().value = cue.text;
  text().rows = Math.max(2, cue.text.split("\n").length);
  for (const side of ["start", "end"]) {
    const field = byId(`cue-${side}`);
    if (document.activeElement !== field) field.value = clock(cue[side] + 1e-4, 2);
  }
  byId("cue-length").textContent = `${(cue.end - cue.start).toFixed(2)} s`;
  byId("cue-length").classList.toggle("wrong", cue.flags.includes("too_short") || cue.flags.includes("too_long"));
  const lines = cue.text.split("\n").map((line) => [...line].length);
  fillWith(
    byId("cue-lines"),
    lines.map((count, k) => h("span", { class: count > limits.width || k >= limits.lines ? "wrong" : "" }, `${count}/${limits.width}`)),
    h("span", { class: cue.cps > limits.cps + 0.05 ? "wrong" : "" }, `${cue.cps} of ${limits.cps} characters a second`),
    cue.flags.includes("collides") && h("span.wrong", "shown at the same time as another cue"),
  );
  voices(cue);
  byId("revert").hidden = !cue.base;
}

function voices(cue) {
  const count = Math.max(voicesIn(cue.text), 1);
  const shown = JSON.stringify([count, cue.speakers, page.data.speakers.map((one) => [one.id, one.name])]);
  const box = byId("cue-voices");
  if (box.dataset.shown === shown || box.contains(document.activeElement) && box.querySelector("input")) return;
  box.dataset.shown = shown;
  fillWith(box, Array.from({ length: count }, (_, k) => voice(cue, k, count)));
}

/* Who speaks the cue, or its k-th line with a dash. */
function voice(cue, k, count) {
  const now = cue.speakers[k] ?? cue.speakers.at(-1) ?? "";
  const give = (label) => {
    const speakers = Array.from({ length: count }, (_, n) => (n === k ? label : cue.speakers[n] ?? cue.speakers.at(-1) ?? "")).filter(Boolean);
    respeak(current, speakers);
  };
  const ask = (label, said, done) => {
    const field = h("input", { type: "text", maxlength: 80, "aria-label": said, placeholder: said, value: label, autocomplete: "off" });
    const finish = (keep) => {
      field.onblur = null;
      const name = field.value.trim();
      delete byId("cue-voices").dataset.shown;
      field.remove();
      if (keep && name !== label) done(name);
      refresh();
    };
    field.addEventListener("keydown", (event) => {
      if (["Enter", "Escape"].includes(event.key)) {
        event.preventDefault();
        event.stopPropagation();
        finish(event.key === "Enter");
      }
    });
    field.onblur = () => finish(true);
    box.replaceChildren(field);
    field.focus();
    field.select();
  };
  const choice = h(
    "select",
    {
      "aria-label": count > 1 ? `Speaker of line ${k + 1}` : "Speaker",
      onchange: (event) => {
        if (event.target.value === SOMEBODY) ask("", "name of somebody else", (name) => name && give(newPerson(name)));
        else give(event.target.value);
      },
    },
    h("option", { value: "" }, "nobody"),
    page.data.speakers.map((one) => h("option", { value: one.id, selected: one.id === now }, one.name)),
    h("option", { value: SOMEBODY }, "somebody else …"),
  );
  const renaming = () => ask(nameOf(now), "name, in the whole film", (name) => rename(now, name));
  const box = h(
    "span.voice", { "--one": now ? `var(--s${colourOf(now)})` : "var(--soft)" }, choice,
    now && h("button.rename", { type: "button", title: "r: in the whole film", onclick: renaming }, "rename"),
  );
  return box;
}

function time(side, less, more, here) {
  const move = (by) => () => nudge(side, by);
  return h(
    "span.time",
    h("button", { type: "button", title: `${less}: a frame earlier`, "aria-label": `${side} a frame earlier`, onclick: move(-frame) }, "◂"),
    h("input", {
      id: `cue-${side}`, "aria-label": side, autocomplete: "off", inputmode: "decimal",
      onchange: (event) => {
        const said = event.target.value;
        const seconds = secondsOf(said);
        const done = seconds !== null && retime(current, { [side]: seconds });
        event.target.blur();
        refresh();
        if (seconds === null) say(`“${said}” is no time: 1:02.50, or 62.5`);
        else if (!done) say(`“${said}”: a cue ends after it starts, by 0.05 s at least`);
      },
      onkeydown: (event) => {
        if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
        event.preventDefault();
        event.target.blur();
        nudge(side, event.key === "ArrowUp" ? 0.1 : -0.1);
        event.target.focus();
      },
    }),
    h("button", { type: "button", title: `${more}: a frame later`, "aria-label": `${side} a frame later`, onclick: move(frame) }, "▸"),
    h("button", { type: "button", title: `${here}: to the playing position`, "aria-label": `${side} to the playing position`, onclick: () => retime(current, { [side]: page.time }) }, "here"),
  );
}

/* `1:02.5` or `62.5` in seconds, or null. */
function secondsOf(words) {
  const parts = words.trim().replace(",", ".").split(":");
  if (parts.length > 3 || !parts.every((part) => /^\d+(\.\d+)?$/.test(part)) || parts.slice(1).some((part) => Number(part) >= 60)) return null;
  return parts.reduce((sum, part) => sum * 60 + Number(part), 0);
}

function nudge(side, by) {
  const cue = cueOf(current);
  if (cue) retime(current, { [side]: cue[side] + by }, side);
}

const act = (words, key, action) => h("button", { type: "button", title: key, onclick: action }, words);

function cut() {
  split(current, text()?.selectionStart ?? 0); // where the cursor was last
}

function add() {
  current = null;
  if (!insert()) say("There is no room for a cue here: it is shown with another one, or after the film. Move its times, or the other's.");
  show();
  text()?.focus();
}

const KEYS = [
  ["e", "edit the text (Ctrl+Enter: on to the next; Esc: back to the list, what is typed stays)"],
  ["z  x", "start a frame earlier, later (with Shift: 0.1 s)"],
  ["c  v", "end a frame earlier, later (with Shift: 0.1 s)"],
  ["[  ]", "start, end at the playing position"],
  ["s  m", "split (at the cursor), merge with the next"],
  ["a  Delete", "insert, delete a cue"],
  ["1 … 9", "give the cue to a speaker"],
  ["r", "rename the speaker, in the whole film"],
  ["Ctrl+Z  Ctrl+Shift+Z", "undo, redo"],
  ["Ctrl+S  Ctrl+Shift+Enter", "save; save and make the subtitles again"],
];

Object.assign(actions, {
  e: () => text()?.focus(),
  z: () => nudge("start", -frame), x: () => nudge("start", frame), c: () => nudge("end", -frame), v: () => nudge("end", frame),
  Z: () => nudge("start", -0.1), X: () => nudge("start", 0.1), C: () => nudge("end", -0.1), V: () => nudge("end", 0.1),
  "[": () => retime(current, { start: page.time }), "]": () => retime(current, { end: page.time }),
  s: cut, m: () => merge(current), a: add, Delete: () => remove(current), Backspace: () => remove(current),
  r: () => place().querySelector(".rename")?.click(),
});
for (let k = 1; k <= 9; k += 1)
  actions[k] = () => {
    const one = page.data.speakers[k - 1];
    if (one && cueOf(current)) respeak(current, [one.id]);
  };

document.addEventListener("keydown", (event) => {
  if (byId("help").open) return;
  const held = event.ctrlKey || event.metaKey;
  const typing = event.target.closest("input, textarea");
  const key = event.key.toLowerCase();
  if (event.key === "Escape" && event.target === text()) text().blur();
  if (!held || event.altKey) return;
  if (key === "s") {
    event.preventDefault();
    save();
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (event.shiftKey) return void again();
    if (event.target !== text()) return;
    text().blur();
    actions.j();
    text()?.focus();
  } else if (!typing && (key === "z" || key === "y")) {
    event.preventDefault();
    (key === "y" || event.shiftKey ? redo : undo)();
  }
});
page.on("redraw", () => {
  if (!started) start();
  show();
});
page.on("select", show);
page.on("running", show);
page.on("edited", () => {
  show();
  clearTimeout(wanted);
  wanted = setTimeout(() => page.redraw(), isIn() ? 150 : 0);
});
