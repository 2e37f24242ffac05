/* The panel for editing a cue: its text, times and speakers, and its actions. */
import { page } from "./state.js";
import { byId, fillWith, h, inputById, maybe, valueIn } from "./elements.js";
import { clock } from "./words.js";
import { characters, linesOf, size } from "./cue_rules.js";
import { shownIn } from "./shown_lines.js";
import { step } from "./cues.js";
import { cueOf, editedTrack } from "./measured.js";
import { playCue, toggle } from "./media.js";
import { endTyping } from "./history.js";
import { insert, merge, remove, retext, revert, split } from "./edits.js";
import { refuse } from "./status.js";
import { startSaving } from "./saving.js";
import { startDrafts } from "./stored_drafts.js";
import { startToolbar } from "./toolbar.js";
import { timeField } from "./time_field.js";
import { showVoices } from "./voice_field.js";

const place = byId("editor");
/** @type {Cue["id"] | null} */
let current = null; // the cue that the panel shows
let wanted = 0;
let started = false;

export const currentId = () => current;
export const textArea = () => /** @type {HTMLTextAreaElement | null} */ (maybe("cue-text"));
const isIn = () => place.contains(document.activeElement);

function start() {
  started = true;
  document.body.classList.add("editing");
  const keep = h("div", { id: "keep", role: "toolbar", "aria-label": "Save and render" });
  const offer = h("div", { id: "offer", role: "alert", hidden: true });
  document.querySelector("main")?.before(keep, offer);
  place.hidden = false;
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", "Cue editor");
  byId("film").addEventListener("error", soundOnly);
  startSaving();
  startDrafts();
  startToolbar();
}

/* Play the film's audio from the cache instead of the film. */
function soundOnly() {
  const film = /** @type {HTMLVideoElement} */ (byId("film"));
  const { sound, name } = page.data.media;
  if (!sound || film.src.endsWith(sound)) return;
  film.src = sound;
  document.body.classList.remove("no-film");
  const note = `This browser cannot play the video of ${name}: you hear its audio track only.`;
  byId("unplayable").textContent = note;
  byId("unplayable").hidden = false;
}

/* Show the selected cue, unless the user is typing in another one. */
function show() {
  if (!started) return;
  if (isIn() && cueOf(current)) return refresh();
  const cue = page.selected && !page.selected.silence ? page.selected : null;
  if (cue && cue.id === current && textArea()) return refresh();
  current = cue?.id ?? null;
  if (!cue) {
    fillWith(place, walk(), h("div.acts", act("Insert a cue", "a", add)));
    return;
  }
  const typed = (/** @type {Event} */ event) => current !== null && retext(current, valueIn(event));
  fillWith(
    place,
    walk(),
    h(
      "div.times",
      timeField("start", ["z", "x", "["], currentId, refresh),
      h("span", "–"),
      timeField("end", ["c", "v", "]"], currentId, refresh),
      h("span.length", { id: "cue-length" }),
    ),
    h("textarea", {
      id: "cue-text",
      rows: 2,
      spellcheck: "true",
      lang: editedTrack().language,
      dir: "auto",
      "aria-label": "Cue text",
      "aria-describedby": "cue-lines",
      oninput: typed,
      onblur: endTyping,
      placeholder: "(no text: this cue will not be saved)",
    }),
    h("p", { id: "cue-lines" }),
    h("div", { id: "cue-voices" }),
    h(
      "div.acts",
      act("Split", "s", cut),
      act("Merge with next", "m", onCurrent(merge)),
      act("Insert", "a", add),
      act("Delete", "Del", onCurrent(remove)),
      h(
        "button",
        { type: "button", id: "revert", title: "restore the automatic result", onclick: onCurrent(revert) },
        "Reset to original",
      ),
    ),
  );
  refresh();
}

/* On a phone: through the cues, with the panel folded too, so that the list can be seen. */
function walk() {
  const folded = () => document.body.classList.contains("folded");
  const fold = h(
    "button",
    {
      type: "button",
      onclick: () => {
        document.body.classList.toggle("folded");
        fold.textContent = folded() ? "Edit" : "Hide";
      },
    },
    folded() ? "Edit" : "Hide",
  );
  return h(
    "div.acts.walk",
    act("‹ Previous", "k", () => step(-1)),
    act("Play", "Enter", () => (page.selected ? playCue(page.selected) : toggle())),
    act("Next ›", "j", () => step(1)),
    fold,
  );
}

/* Put the cue's values into the fields. */
function refresh() {
  const cue = cueOf(current);
  const area = textArea();
  if (!cue || !area) return;
  if (area.value !== cue.text) area.value = cue.text;
  area.rows = Math.max(2, cue.text.split("\n").length);
  for (const side of /** @type {const} */ (["start", "end"])) {
    const field = inputById(`cue-${side}`);
    if (document.activeElement !== field) field.value = clock(cue[side] + 1e-4, 2);
  }
  byId("cue-length").textContent = `${(cue.end - cue.start).toFixed(2)} s`;
  byId("cue-length").classList.toggle("wrong", breaks(cue, "too_short") || breaks(cue, "too_long"));
  counters(cue);
  showVoices(cue, refresh);
  byId("revert").hidden = !cue.base;
}

/**
 * @param {Cue} cue
 * @param {string} rule
 */
const breaks = (cue, rule) => cue.flags.includes(rule);

/**
 * Show the characters of each line as saved, and the reading speed, each with its limit.
 * @param {Cue} cue
 */
function counters(cue) {
  const { limits } = editedTrack();
  const shown = shownIn(cue, editedTrack()); // with labels; one of its own may come first
  let used = shown.length - linesOf(cue.text).length; // lines so far; an empty one is not saved
  const lines = cue.text.split("\n").map((line) => {
    const count = characters(linesOf(line)) && size(shown[used]);
    if (count) used += 1;
    const wrong = count > limits.width || (count > 0 && used > limits.lines);
    return h("span", { class: wrong ? "wrong" : "" }, `${count} of ${limits.width} characters`);
  });
  fillWith(
    byId("cue-lines"),
    lines,
    h("span", { class: breaks(cue, "too_fast") ? "wrong" : "" }, `${cue.cps} of ${limits.cps} a second`),
    breaks(cue, "collides") && h("span.wrong", page.data.flags.collides.sentence),
  );
}

/**
 * @param {string} words
 * @param {string} key
 * @param {() => void} action
 */
const act = (words, key, action) => h("button", { type: "button", title: key, onclick: action }, words);

/**
 * An action on the cue that is edited.
 * @param {(id: Cue["id"]) => void} action
 */
export const onCurrent = (action) => () => {
  if (current !== null) action(current);
};

/* Split at the last position of the cursor. */
export const cut = onCurrent((id) => split(id, textArea()?.selectionStart ?? 0));

export function add() {
  current = null;
  if (!insert())
    refuse(
      "There is no room for a cue here: it overlaps another cue, or the end of the film. Change the times.",
    );
  show();
  textArea()?.focus();
}

page.on("redraw", () => {
  if (!started) start();
  show();
});
page.on("select", show);
page.on("running", show);
page.on("edited", () => {
  show();
  clearTimeout(wanted);
  wanted = window.setTimeout(() => page.redraw(), isIn() ? 150 : 0);
});
