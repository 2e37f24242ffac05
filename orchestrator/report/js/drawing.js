/* Draws the timeline's lanes, and the overview of the whole film. */
import { page } from "./state.js";
import { clock, percent } from "./words.js";
import { prepared, readColours, readSound } from "./canvas.js";
import { cues, flags, LANES, ruler, shots, sounds, speech, voices, wave } from "./lanes.js";

export const HEIGHT = Object.values(LANES).reduce((sum, one) => sum + one + 4, 0);
const sound = readSound();
let colours = readColours();

/* Read the colours again, after a change between light and dark. */
export function recolour() {
  colours = readColours();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {View} view
 * @param {number} width
 * @returns {Area}
 */
function areaOf(pen, view, width) {
  const x = (/** @type {number} */ time) => ((time - view.start) / view.span) * width;
  return { pen, colours, from: view.start, to: view.start + view.span, width, x };
}

/**
 * Draw the visible part of the film, lane by lane, and the playback position.
 * @param {HTMLCanvasElement} canvas
 * @param {View} view
 */
export function drawTimeline(canvas, view) {
  const { pen, width, height } = prepared(canvas);
  const area = areaOf(pen, view, width);
  let y = 0;
  ruler(area, height);
  y += LANES.ruler + 4;
  speech(area, y, LANES.wave);
  wave(area, sound, y, LANES.wave);
  sounds(area, y);
  y += LANES.wave + 4;
  voices(area, y);
  y += LANES.voices + 4;
  shots(area, y - LANES.voices - 4, LANES.voices + LANES.cues + 4);
  cues(area, y);
  y += LANES.cues + 4;
  flags(area, y);
  const now = area.x(page.time);
  pen.fillStyle = colours.accent;
  pen.fillRect(Math.round(now) - 0.75, 0, 1.5, height);
  pen.beginPath();
  pen.moveTo(now - 5, 0);
  pen.lineTo(now + 5, 0);
  pen.lineTo(now, 7);
  pen.fill();
}

/**
 * Draw the whole film in one line, and the part that the timeline shows.
 * @param {HTMLCanvasElement} canvas
 * @param {View} view
 */
export function drawOverview(canvas, view) {
  const { pen, width, height } = prepared(canvas);
  const area = areaOf(pen, { start: 0, span: page.duration || 1 }, width);
  const { x } = area;
  speech(area, 0, height);
  wave(area, sound, 2, height - 4);
  pen.fillStyle = colours.bad;
  for (const cue of page.cues)
    if (cue.need > 0.5) pen.fillRect(x(cue.start), height - 3, Math.max(1, x(cue.end) - x(cue.start)), 3);
  const [left, right] = [x(view.start), x(view.start + view.span)];
  pen.fillStyle = colours.paper;
  pen.globalAlpha = 0.6;
  pen.fillRect(0, 0, left, height);
  pen.fillRect(right, 0, width, height);
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.soft;
  pen.strokeRect(left + 0.5, 0.5, Math.max(3, right - left) - 1, height - 1);
  pen.fillStyle = colours.accent;
  pen.fillRect(x(page.time) - 0.75, 0, 1.5, height);
}

/* The playback position in words, for screen readers. */
export const describe = () =>
  `${clock(page.time)} of ${clock(page.duration)}, ${percent(page.time / (page.duration || 1), 0)}`;
