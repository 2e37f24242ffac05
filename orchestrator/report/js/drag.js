/* Drags a cue's edges in the timeline; they snap to shot changes. */
import { page } from "./state.js";
import { canvasById } from "./elements.js";
import { LANES } from "./lanes.js";
import { view } from "./timeline.js";
import { cueOf, round } from "./measured.js";
import { retime } from "./edits.js";

const NEAR = 6; // pixels
const canvas = canvasById("timeline");
const top = LANES.ruler + LANES.wave + LANES.voices + 12;
/** @type {{id: Cue["id"], side: "start" | "end", offset: number, stroke: string} | null} */
let held = null; // the dragged edge, with its initial distance from the pointer

/** @param {number} pixels */
const secondsIn = (pixels) => (pixels / canvas.clientWidth) * view.span;

/**
 * The edge of a cue under the pointer; the selected cue has priority.
 * @param {PointerEvent} event
 */
function edgeAt(event) {
  const box = canvas.getBoundingClientRect();
  const y = event.clientY - box.top;
  if (y < top || y > top + LANES.cues) return null;
  const time = view.start + secondsIn(event.clientX - box.left);
  const reach = secondsIn(NEAR);
  if (reach > 1) return null; // the edges are too close together to choose one
  const near = page.cues.filter((cue) => cue.start - reach < time && cue.end + reach > time);
  if (page.selected && near.includes(page.selected)) near.unshift(page.selected);
  for (const cue of near)
    for (const side of /** @type {const} */ (["start", "end"]))
      if (Math.abs(cue[side] - time) <= reach)
        return { id: cue.id, side, offset: cue[side] - time, stroke: `drag ${Date.now()}` };
  return null;
}

/**
 * The time for an edge: a shot change near the pointer, or the pointer's time.
 * @param {PointerEvent} event
 * @param {number} offset
 */
function timeOf(event, offset) {
  const time = view.start + secondsIn(event.clientX - canvas.getBoundingClientRect().left) + offset;
  const shot = (page.data.shots ?? []).find((one) => Math.abs(one - time) < secondsIn(NEAR));
  return round(shot ?? time);
}

canvas.addEventListener("pointerdown", (event) => {
  held = event.button === 0 ? edgeAt(event) : null;
  if (!held) return;
  event.stopImmediatePropagation();
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  page.select(held.id, { seek: false });
});
canvas.addEventListener("pointermove", (event) => {
  if (!held) {
    canvas.classList.toggle("edge", Boolean(edgeAt(event)));
    return;
  }
  event.stopImmediatePropagation();
  if (cueOf(held.id)) retime(held.id, { [held.side]: timeOf(event, held.offset) }, held.stroke);
});
for (const end of /** @type {const} */ (["pointerup", "pointercancel"]))
  canvas.addEventListener(end, (event) => {
    if (!held) return;
    event.stopImmediatePropagation();
    held = null;
  });
