/* Draws the lanes of the timeline for the visible part of the film. All arrays are in order of time. */
import { colourOf, lastBefore, nameOf, page } from "./state.js";
import { clock } from "./words.js";
import { COARSE } from "./canvas.js";

export const LANES = { ruler: 18, wave: 54, voices: 44, cues: 26, flags: 12 };
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/**
 * @param {Area} area
 * @param {number} height
 */
export function ruler({ pen, colours, from, to, width, x }, height) {
  const step = STEPS.find((one) => (one / (to - from)) * width > 76) ?? 7200;
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "middle";
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    pen.fillStyle = colours.line;
    pen.fillRect(Math.round(x(time)), 0, 1, height);
    pen.fillStyle = colours.soft;
    pen.fillText(clock(time, step < 1 ? 1 : 0), x(time) + 4, LANES.ruler / 2 + 1);
  }
}

/**
 * Speech, as [start, end] sorted by start and not overlapping.
 * @param {Area} area
 * @param {number} y
 * @param {number} high
 */
export function speech({ pen, colours, from, to, x }, y, high) {
  const all = page.data.speech ?? [];
  pen.fillStyle = colours.speech;
  let drawn = -1;
  for (let k = first(all, from); k < all.length && all[k][0] < to; k += 1) {
    const right = x(all[k][1]);
    if (right < drawn) continue;
    const left = x(all[k][0]);
    pen.fillRect(left, y, Math.max(0.7, right - left), high);
    drawn = right;
  }
}

/**
 * Index of the first interval that may end after a time; they do not overlap.
 * @param {{0: number}[]} all
 * @param {number} time
 */
function first(all, time) {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle][0] <= time) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/**
 * @param {Area} area
 * @param {Sound | null} sound
 * @param {number} y
 * @param {number} high
 */
export function wave({ pen, colours, from, to, width }, sound, y, high) {
  if (!sound) return;
  const span = to - from;
  const each = (span * sound.rate) / width; // points a pixel
  const coarse = each > COARSE;
  const points = coarse ? sound.coarse : sound.peaks;
  const rate = coarse ? sound.rate / COARSE : sound.rate;
  pen.fillStyle = colours.wave;
  const middle = y + high / 2;
  const wide = Math.max(1, width / (span * rate));
  for (let px = 0; px < width; px += wide) {
    const low = Math.floor((from + (px / width) * span) * rate);
    const end = Math.max(low + 1, Math.floor((from + ((px + wide) / width) * span) * rate));
    let top = 0;
    for (let k = Math.max(0, low); k < end && k < points.length; k += 1) top = Math.max(top, points[k]);
    const half = (top / sound.loudest) * (high / 2);
    if (half > 0.3) pen.fillRect(px, middle - half, Math.max(0.6, wide - (wide > 2.5 ? 1 : 0)), half * 2);
  }
}

/**
 * Music and other sounds, as a line below the waveform.
 * @param {Area} area
 * @param {number} y
 */
export function sounds({ pen, colours, from, to, x }, y) {
  pen.font = "11px system-ui, sans-serif";
  for (const [start, end, kind] of page.data.sounds ?? []) {
    if (end < from || start > to) continue;
    pen.fillStyle = colours.soft;
    pen.fillRect(x(start), y + LANES.wave - 2, x(end) - x(start), 2);
    if (x(end) - x(start) > 40) pen.fillText(kind, Math.max(2, x(start)) + 3, y + 7);
  }
}

/**
 * The turns of speakers, in up to eight rows.
 * @param {Area} area
 * @param {number} y
 */
export function voices(area, y) {
  const { pen, colours, from, to, x, width } = area;
  const { speakers, turns } = page.data;
  if (!speakers.length) return;
  const rows = Math.min(speakers.length, 8);
  const pitch = LANES.voices / rows;
  const thick = Math.max(3, Math.min(9, pitch - 2));
  const row = new Map(speakers.map((one, k) => [one.id, k % rows]));
  const drawn = new Array(rows).fill(-1);
  for (let k = reach(turns, from); k < turns.length && turns[k][0] < to; k += 1) {
    const [start, end, who] = turns[k];
    const lane = row.get(who) ?? 0;
    const right = x(end);
    if (end < from || right < drawn[lane]) continue;
    drawn[lane] = right;
    pen.fillStyle = colours[`s${colourOf(who)}`];
    pen.fillRect(x(start), y + lane * pitch + (pitch - thick) / 2, Math.max(0.8, right - x(start)), thick);
  }
  if (pitch >= 10 && width >= 500) voiceNames(area, y, speakers.slice(0, rows), pitch);
}

/**
 * @param {Area} area
 * @param {number} y
 * @param {Speaker[]} speakers
 * @param {number} pitch
 */
function voiceNames({ pen, colours }, y, speakers, pitch) {
  pen.font = "600 10px system-ui, sans-serif";
  speakers.forEach((one, k) => {
    const name = nameOf(one.id);
    const room = pen.measureText(name).width + 8;
    pen.fillStyle = colours.panel;
    pen.globalAlpha = 0.85;
    pen.fillRect(0, y + k * pitch + 1, room, pitch - 2);
    pen.globalAlpha = 1;
    pen.fillStyle = colours[`s${colourOf(one.id)}`];
    pen.fillText(name, 4, y + k * pitch + pitch / 2 + 0.5);
  });
}

/** @type {number | null} */
let longest = null; // seconds of the longest turn: a visible one starts at most this much earlier

/**
 * @param {ReportData["turns"]} turns
 * @param {number} from
 */
function reach(turns, from) {
  longest ??= turns.reduce((most, [start, end]) => Math.max(most, end - start), 0);
  return first(turns, from - longest);
}

/**
 * Shot changes, at most one in three pixels.
 * @param {Area} area
 * @param {number} y
 * @param {number} high
 */
export function shots({ pen, colours, from, to, x }, y, high) {
  let before = -9;
  pen.fillStyle = colours.shot;
  for (const time of page.data.shots ?? []) {
    if (time < from) continue;
    if (time > to) break;
    const at = Math.round(x(time));
    if (at - before < 3) continue;
    before = at;
    pen.fillRect(at, y, 1, high);
  }
}

/**
 * @param {Area} area
 * @param {number} y
 */
export function cues({ pen, colours, from, to, x, width }, y) {
  const all = page.cues;
  const roomy = width / (to - from) > 14; // pixels per second: the text is readable
  pen.font = "12px system-ui, sans-serif";
  let drawn = -1;
  for (let k = Math.max(0, lastBefore(all, from - 15)); k < all.length && all[k].start < to; k += 1) {
    const cue = all[k];
    const [left, right] = [x(cue.start), x(cue.end)];
    if (right < 0 || right < drawn + 0.4) continue;
    drawn = right;
    const chosen = cue.id === page.selected?.id;
    pen.fillStyle = chosen ? colours.accent : colours.cue;
    pen.fillRect(left, y, Math.max(0.8, right - left - (right - left > 3 ? 1 : 0)), LANES.cues);
    if (cue.speakers.length && right - left > 3) {
      pen.fillStyle = colours[`s${colourOf(cue.speakers[0])}`];
      pen.fillRect(left, y + LANES.cues - 3, right - left - 1, 3);
    }
    if (!roomy || right - left <= 24) continue;
    pen.save();
    pen.beginPath();
    pen.rect(left, y, right - left - 3, LANES.cues);
    pen.clip();
    pen.fillStyle = chosen ? colours.paper : colours.ink;
    pen.fillText(cue.text.replaceAll("\n", " "), Math.max(left, 0) + 5, y + 12);
    pen.restore();
  }
}

/**
 * Cues to review, larger for a higher priority, and missed speech as boxes.
 * @param {Area} area
 * @param {number} y
 */
export function flags({ pen, colours, from, to, x }, y) {
  for (const cue of page.cues) {
    if (cue.need <= 0 || cue.end < from) continue;
    if (cue.start > to) break;
    pen.fillStyle = cue.need > 0.5 ? colours.bad : colours.warn;
    const size = 3 + cue.need * 6;
    const wide = Math.max(2, Math.min(size, x(cue.end) - x(cue.start)));
    pen.fillRect(x(cue.start), y + (LANES.flags - size) / 2, wide, size);
  }
  pen.strokeStyle = colours.bad;
  for (const doubt of page.data.doubts ?? []) {
    if (doubt.verdict !== "empty" || doubt.end < from || doubt.start > to) continue;
    pen.strokeRect(
      x(doubt.start) + 0.5,
      y + 2.5,
      Math.max(3, x(doubt.end) - x(doubt.start)),
      LANES.flags - 5,
    );
  }
}
