/* The editor's keyboard shortcuts, besides those of the report. */
import { page } from "./state.js";
import { byId, closest } from "./elements.js";
import { actions, helpDialog, keyRows } from "./keys.js";
import { cueOf } from "./measured.js";
import { redo, undo } from "./history.js";
import { merge, remove, respeak, retime } from "./edits.js";
import { again, save } from "./saving.js";
import { nudge, STEPS } from "./time_field.js";
import { add, currentId, cut, onCurrent, textArea } from "./editor.js";

/** @type {[keys: string, what: string][]} */
const KEYS = [
  ["e", "edit the text (Ctrl+Enter: edit the next cue; Esc: back to the list, keeping your changes)"],
  ["z  x", "start one frame earlier, later (with Shift: 0.1 s)"],
  ["c  v", "end one frame earlier, later (with Shift: 0.1 s)"],
  ["[  ]", "start, end at the playback position"],
  ["s  m", "split (at the cursor), merge with the next cue"],
  ["a  Delete", "insert, delete a cue"],
  ["1 … 9", "assign the cue to a speaker"],
  ["r", "rename the speaker in the whole film"],
  ["Ctrl+Z  Ctrl+Shift+Z", "undo, redo"],
  ["Ctrl+S  Ctrl+Shift+Enter", "save; save and render the subtitles"],
];

/**
 * @param {Side} side
 * @param {number} by
 */
const move = (side, by) => () => nudge(currentId(), side, by);

/** @param {Side} side */
const toPosition = (side) => onCurrent((id) => void retime(id, { [side]: page.time }));

Object.assign(actions, {
  e: () => textArea()?.focus(),
  z: move("start", -STEPS.frame),
  x: move("start", STEPS.frame),
  c: move("end", -STEPS.frame),
  v: move("end", STEPS.frame),
  Z: move("start", -STEPS.tenth),
  X: move("start", STEPS.tenth),
  C: move("end", -STEPS.tenth),
  V: move("end", STEPS.tenth),
  "[": toPosition("start"),
  "]": toPosition("end"),
  s: cut,
  m: onCurrent(merge),
  a: add,
  Delete: onCurrent(remove),
  Backspace: onCurrent(remove),
  r: () => /** @type {HTMLElement | null} */ (byId("editor").querySelector(".rename"))?.click(),
});
for (let k = 1; k <= 9; k += 1)
  actions[k] = () => {
    const one = page.data.speakers[k - 1];
    const cue = cueOf(currentId());
    if (one && cue) respeak(cue.id, [one.id]);
  };

document.addEventListener("keydown", (event) => {
  if (helpDialog.open) return;
  const area = textArea();
  if (event.key === "Escape" && area && event.target === area) area.blur();
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  const typing = closest(event, "input, textarea");
  if (key === "s") {
    event.preventDefault();
    save();
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (event.shiftKey) again();
    else if (area && event.target === area) {
      area.blur();
      actions.j(event);
      textArea()?.focus();
    }
  } else if (!typing && (key === "z" || key === "y")) {
    event.preventDefault();
    if (key === "y" || event.shiftKey) redo();
    else undo();
  }
});

let listed = false;
page.on("redraw", () => {
  if (!listed) helpDialog.querySelector("dl")?.append(...keyRows(KEYS, / {2}/));
  listed = true;
});
