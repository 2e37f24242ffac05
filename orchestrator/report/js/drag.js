/* A cue's edges taken by hand in the timeline; near a change of shot they take its time. */
import { page } from "./state.js";
import { byId } from "./words.js";
import { LANES } from "./drawing.js";
import { view } from "./timeline.js";
import { cueOf, retime, round } from "./edits.js";

const NEAR = 6; // pixels
const canvas = byId("timeline");
const top = LANES.ruler + LANES.wave + LANES.voices + 12;
let held = null; // {id, side, from}

const secondsIn = (pixels) => (pixels / canvas.clientWidth) * view.span;

/* The edge of a cue under the pointer: that of the selected cue first. */
function edgeAt(event) {
  const box = canvas.getBoundingClientRect();
  const y = event.clientY - box.top;
  if (y < top || y > top + LANES.cues) return null;
  const time = view.start + secondsIn(event.clientX - box.left);
  const reach = secondsIn(NEAR);
  if (reach > 1) return null; // so far away that nobody can mean an edge
  const near = page.cues.filter((cue) => cue.start - reach < time && cue.end + reach > time);
  if (page.selected && near.includes(page.selected)) near.unshift(page.selected);
  for (const cue of near)
    for (const side of ["start", "end"]) if (Math.abs(cue[side] - time) <= reach) return { id: cue.id, side, from: cue[side], offset: cue[side] - time };
  return null;
}

function timeOf(event) {
  const time = view.start + secondsIn(event.clientX - canvas.getBoundingClientRect().left) + held.offset;
  const shot = (page.data.shots ?? []).find((one) => Math.abs(one - time) < secondsIn(NEAR));
  return round(shot ?? time);
}

canvas.addEventListener("pointerdown", (event) => {
  held = event.button === 0 ? edgeAt(event) : null;
  if (!held) return;
  event.stopImmediatePropagation();
  event.preventDefault();
  held.stroke = `drag ${Date.now()}`;
  canvas.setPointerCapture(event.pointerId);
  page.select(held.id, { seek: false });
});
canvas.addEventListener("pointermove", (event) => {
  if (!held) {
    canvas.classList.toggle("edge", Boolean(edgeAt(event)));
    return;
  }
  event.stopImmediatePropagation();
  if (cueOf(held.id)) retime(held.id, { [held.side]: timeOf(event) }, held.stroke);
});
for (const end of ["pointerup", "pointercancel"])
  canvas.addEventListener(end, (event) => {
    if (!held) return;
    event.stopImmediatePropagation();
    held = null;
  });
