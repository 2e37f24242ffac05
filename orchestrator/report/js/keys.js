/* The keyboard, and the list of its keys. */
import { page } from "./state.js";
import { byId, h } from "./words.js";
import { step } from "./cues.js";
import { playCue, toggle } from "./media.js";
import { whole, zoom } from "./timeline.js";
import { choose } from "./filters.js";

const KEYS = [
  ["Space", "play, pause"],
  ["← →", "two seconds back, on (with Shift: ten)"],
  ["j k  ↓ ↑", "next, previous cue"],
  ["n p", "next, previous cue to look at"],
  ["Enter", "play the cue, and stop behind it"],
  ["+ − 0", "zoom the timeline; the whole film"],
  ["/", "search"],
  ["Esc", "leave the search, show all"],
  ["?", "this list"],
];
/* Actions by key; the editing adds its own. */
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

export function startKeys() {
  const rows = KEYS.map(([keys, what]) => [h("dt", keys.split(/ +/).map((key) => h("kbd", key))), h("dd", what)]);
  byId("help").replaceChildren(
    h("h2", { id: "help-title", tabindex: -1 }, "Keyboard"),
    h("dl", rows),
    h("p.note", "In the timeline: click to go there, drag to move, hold Ctrl and turn the wheel to zoom."),
    h("form", { method: "dialog" }, h("button", { type: "submit" }, "Close")),
  );
  byId("help-button").addEventListener("click", help);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key === "Escape" && (!typing || typing.id === "search")) {
      typing?.blur();
      choose({ text: "" });
      return;
    }
    if (typing) return;
    if (event.target.closest("button, summary, a") && [" ", "Enter"].includes(event.key)) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}

function help() {
  byId("help").showModal();
  byId("help-title").focus(); // else the last button is, and the list begins at its end
  byId("help").scrollTop = 0;
}
