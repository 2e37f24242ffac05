/* The editor's toolbar: save, render, undo; numbers of edited, deleted and overlapping cues; notes. */
import { page } from "./state.js";
import { byId, fillWith, h } from "./elements.js";
import { clock, languageName, plural } from "./words.js";
import { canRedo, canUndo, isDirty, redo, savedAt, undo } from "./history.js";
import { deleted, restore } from "./edits.js";
import { status } from "./status.js";
import { again, end, save } from "./saving.js";

const MOST = 100; // deleted cues that are listed
let listed = false; // whether the deleted cues are shown

export function startToolbar() {
  for (const name of /** @type {const} */ (["edited", "redraw", "status"])) page.on(name, draw);
  draw();
}

function draw() {
  const { busy, note } = status;
  const edited = page.cues.filter((cue) => cue.base).length;
  const isSaved = !isDirty();
  const states = [!isSaved && "unsaved changes", edited && plural(edited, "edited cue"), ...otherTracks()];
  fillWith(
    byId("keep"),
    button("save", "Save", "Ctrl+S", save, busy || isSaved),
    button(
      "again",
      "Render subtitles",
      "Ctrl+Shift+Enter",
      again,
      busy || (isSaved && !page.data.review?.unmade),
    ),
    button("undo", "Undo", "Ctrl+Z", undo, busy || !canUndo()),
    button("redo", "Redo", "Ctrl+Shift+Z", redo, busy || !canRedo()),
    h("span", { class: isSaved ? "state" : "state dirty" }, states.filter(Boolean).join(" · ")),
    bin(),
    overlaps(),
    h("span.note", { role: "status", class: note?.bad ? "note bad" : "note" }, note?.text ?? ""),
    note?.more.length ? h("pre", note.more.join("\n")) : null,
    button("end", "Done", "", end, busy),
  );
}

/* The other tracks with unsaved changes. */
const otherTracks = () =>
  page.data.tracks
    .filter((track) => track !== page.track && track.cues !== savedAt().cues[track.id])
    .map((track) => `${languageName(track.language)}: unsaved changes`);

/* The number of overlapping cues, as a button to the first. */
function overlaps() {
  const all = page.cues.filter((cue) => cue.flags.includes("collides"));
  if (!all.length) return null;
  const go = () => page.select(all[0].id);
  return h(
    "button.jump",
    { type: "button", onclick: go },
    `${plural(all.length, "overlapping cue")}: first at ${clock(all[0].start, 1)}`,
  );
}

/* The list of deleted cues, each with a button to restore it. */
function bin() {
  const gone = page.track ? deleted() : [];
  if (!gone.length) return null;
  const rows = gone
    .slice(0, MOST)
    .map((one) =>
      h(
        "li",
        clock(one.start, 1),
        ` ${one.text.replaceAll("\n", " / ")} `,
        h("button", { type: "button", onclick: () => restore(one) }, "Restore"),
      ),
    );
  const toggled = (/** @type {Event} */ event) => {
    listed = /** @type {HTMLDetailsElement} */ (event.target).open;
  };
  return h(
    "details.bin",
    { open: listed, ontoggle: toggled },
    h("summary", `${plural(gone.length, "cue")} deleted`),
    h("ul", rows),
  );
}

/**
 * @param {string} id
 * @param {string} text
 * @param {string} keys
 * @param {() => unknown} action
 * @param {string | boolean} off
 */
const button = (id, text, keys, action, off) =>
  h(
    "button",
    { type: "button", id, title: keys, disabled: Boolean(off), onclick: () => void action() },
    text,
  );
