/* A field for the start or the end of the cue that is edited. */
import { page } from "./state.js";
import { h, valueIn } from "./elements.js";
import { cueOf } from "./measured.js";
import { retime } from "./edits.js";
import { refuse } from "./status.js";

const FRAME = page.data.frame_rate > 0 ? 1 / page.data.frame_rate : 0.04;
const TENTH = 0.1;
export const STEPS = { frame: FRAME, tenth: TENTH };

/**
 * Move a side of a cue by seconds.
 * @param {Cue["id"] | null} id
 * @param {Side} side
 * @param {number} by
 */
export function nudge(id, side, by) {
  const cue = cueOf(id);
  if (cue) retime(cue.id, { [side]: cue[side] + by }, side);
}

/**
 * The field with its buttons, and their keys.
 * @param {Side} side
 * @param {[earlier: string, later: string, here: string]} keys
 * @param {() => Cue["id"] | null} current the cue that is edited
 * @param {() => void} refresh shows its times
 */
export function timeField(side, [earlier, later, here], current, refresh) {
  const move = (/** @type {number} */ by) => () => nudge(current(), side, by);
  const typed = (/** @type {Event} */ event) => {
    const text = valueIn(event);
    const field = /** @type {HTMLElement} */ (event.target);
    const why = take(current(), side, text);
    field.blur();
    refresh();
    if (why) refuse(`“${text}”${why}`);
  };
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const field = /** @type {HTMLElement} */ (event.target);
    field.blur();
    nudge(current(), side, event.key === "ArrowUp" ? TENTH : -TENTH);
    field.focus();
  };
  const toPosition = () => {
    const id = current();
    if (id !== null) retime(id, { [side]: page.time });
  };
  const input = { id: `cue-${side}`, "aria-label": side, autocomplete: "off", inputmode: "decimal" };
  return h(
    "span.time",
    button("◂", earlier, `${side} one frame earlier`, move(-FRAME)),
    h("input", { ...input, onchange: typed, onkeydown: pressed }),
    button("▸", later, `${side} one frame later`, move(FRAME)),
    button("set to now", here, `${side} at the playback position`, toPosition),
  );
}

/**
 * @param {string} text
 * @param {string} key
 * @param {string} what
 * @param {() => void} action
 */
const button = (text, key, what, action) =>
  h("button", { type: "button", title: `${key}: ${what}`, "aria-label": what, onclick: action }, text);

/**
 * Set the typed time; returns why it is invalid, to follow the typed text, or an empty text.
 * @param {Cue["id"] | null} id
 * @param {Side} side
 * @param {string} text
 */
function take(id, side, text) {
  const seconds = secondsOf(text);
  if (seconds === null) return " is not a time: write 1:02.50 or 62.5";
  if (id !== null && !retime(id, { [side]: seconds }))
    return ": a cue must end at least 0.05 s after it starts";
  return "";
}

/**
 * `1:02.5` or `62.5` in seconds, or null.
 * @param {string} text
 */
function secondsOf(text) {
  const parts = text.trim().replace(",", ".").split(":");
  if (parts.length > 3 || !parts.every((part) => /^\d+(\.\d+)?$/.test(part))) return null;
  if (parts.slice(1).some((part) => Number(part) >= 60)) return null;
  return parts.reduce((sum, part) => sum * 60 + Number(part), 0);
}
