/* Keyboard shortcuts and their list. */
import { page } from "./state.js";
import { byId, closest, h } from "./elements.js";
import { step } from "./cues.js";
import { playCue, toggle } from "./media.js";
import { whole, zoom } from "./timeline.js";
import { choose } from "./filters.js";

/** @type {[keys: string, what: string][]} */
const KEYS = [
  ["Space", "play or pause"],
  ["← →", "back, forward 2 seconds (with Shift: 10)"],
  ["j k  ↓ ↑", "next, previous cue"],
  ["n p", "next, previous cue to review"],
  ["Enter", "play this cue, then pause"],
  ["+ − 0", "zoom in, zoom out, show the whole film in the timeline"],
  ["/", "search"],
  ["Esc", "clear the search, show all cues"],
  ["?", "show this list"],
];

/**
 * Actions by key; the editor adds more.
 * @type {Record<string, (event: KeyboardEvent) => void>}
 */
export const actions = {
  " ": toggle,
  ArrowLeft: (event) => page.seek(page.time - (event.shiftKey ? 10 : 2)),
  ArrowRight: (event) => page.seek(page.time + (event.shiftKey ? 10 : 2)),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  j: () => step(1),
  k: () => step(-1),
  n: () => step(1, { flagged: true }),
  p: () => step(-1, { flagged: true }),
  Enter: () => page.selected && playCue(page.selected),
  "+": () => zoom(0.5),
  "=": () => zoom(0.5),
  "-": () => zoom(2),
  0: whole,
  "/": () => byId("search").focus(),
  "?": help,
};

export const helpDialog = /** @type {HTMLDialogElement} */ (byId("help"));

/**
 * The rows of the list of shortcuts.
 * @param {[keys: string, what: string][]} keys
 * @param {RegExp} between separates two keys
 */
export const keyRows = (keys, between) =>
  keys.flatMap(([names, what]) => [
    h(
      "dt",
      names.split(between).map((key) => h("kbd", key)),
    ),
    h("dd", what),
  ]);

export function startKeys() {
  helpDialog.replaceChildren(
    h("h2", { id: "help-title", tabindex: -1 }, "Keyboard shortcuts"),
    h("dl", keyRows(KEYS, / +/)),
    h("p.note", "In the timeline: click to seek, drag to scroll, Ctrl and the wheel to zoom."),
    h("form", { method: "dialog" }, h("button", { type: "submit" }, "Close")),
  );
  byId("help-button").addEventListener("click", help);
  document.addEventListener("keydown", pressed);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || helpDialog.open) return;
  const field = closest(event, "input, select, textarea, [contenteditable]");
  if (event.key === "Escape" && (!field || field.id === "search")) {
    field?.blur();
    choose({ text: "" });
    return;
  }
  if (field) return;
  if (closest(event, "button, summary, a") && [" ", "Enter"].includes(event.key)) return;
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action(event);
}

function help() {
  helpDialog.showModal();
  byId("help-title").focus(); // otherwise the last button gets the focus, and the list is scrolled to its end
  helpDialog.scrollTop = 0;
}
