/* How the timeline is painted: only what lies in the stretch that is shown, from arrays in order of time. */
import { colourOf, lastBefore, nameOf, page } from "./state.js";
import { clock, percent } from "./words.js";

export const LANES = { ruler: 18, wave: 54, voices: 44, cues: 26, flags: 12 };
export const HEIGHT = Object.values(LANES).reduce((sum, one) => sum + one + 4, 0);
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const COARSE = 32; // points of the waveform that are drawn as one where they are closer than a pixel
let sound = null;
let colours = {};

/* Read once: the peaks, and a coarse copy for when the whole film is shown. */
export function readSound() {
  const { waveform } = page.data;
  if (!waveform) return;
  const text = atob(waveform.peaks);
  const peaks = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const coarse = new Uint8Array(Math.ceil(peaks.length / COARSE));
  for (let k = 0; k < peaks.length; k += 1) coarse[Math.floor(k / COARSE)] = Math.max(coarse[Math.floor(k / COARSE)], peaks[k]);
  const loudest = coarse.reduce((most, one) => Math.max(most, one), 1);
  sound = { peaks, coarse, loudest, rate: waveform.per_second };
}

export function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["ink", "soft", "faint", "line", "panel", "paper", "accent", "warn", "bad", "speech", "wave", "cue", "shot"];
  for (let k = 0; k < 8; k += 1) names.push(`s${k}`);
  colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/* Make a canvas as fine as the screen; returns its context and size in CSS pixels. */
export function prepared(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

/* The stretch {start, span} (seconds) on a canvas. */
export function drawTimeline(canvas, view) {
  const { pen, width, height } = prepared(canvas);
  const x = (time) => ((time - view.start) / view.span) * width;
  const end = view.start + view.span;
  let y = 0;
  ruler(pen, view, width, x, height);
  y += LANES.ruler + 4;
  stretches(pen, page.data.speech ?? [], view.start, end, x, y, LANES.wave, colours.speech);
  wave(pen, view, width, y, LANES.wave, colours.wave);
  sounds(pen, view.start, end, x, y);
  y += LANES.wave + 4;
  voices(pen, view.start, end, x, y, width);
  y += LANES.voices + 4;
  shots(pen, view.start, end, x, y - LANES.voices - 4, LANES.voices + LANES.cues + 4);
  cues(pen, view, end, x, y, width);
  y += LANES.cues + 4;
  flags(pen, view.start, end, x, y);
  const now = x(page.time);
  pen.fillStyle = colours.accent;
  pen.fillRect(Math.round(now) - 0.75, 0, 1.5, height);
  pen.beginPath();
  pen.moveTo(now - 5, 0);
  pen.lineTo(now + 5, 0);
  pen.lineTo(now, 7);
  pen.fill();
}

/* The whole film in one line, and the stretch that the timeline shows. */
export function drawOverview(canvas, view) {
  const { pen, width, height } = prepared(canvas);
  const whole = { start: 0, span: page.duration || 1 };
  const x = (time) => (time / whole.span) * width;
  stretches(pen, page.data.speech ?? [], 0, whole.span, x, 0, height, colours.speech);
  wave(pen, whole, width, 2, height - 4, colours.wave);
  pen.fillStyle = colours.bad;
  for (const cue of page.cues) if (cue.need > 0.5) pen.fillRect(x(cue.start), height - 3, Math.max(1, x(cue.end) - x(cue.start)), 3);
  pen.fillStyle = colours.paper;
  pen.globalAlpha = 0.6;
  pen.fillRect(0, 0, x(view.start), height);
  pen.fillRect(x(view.start + view.span), 0, width, height);
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.soft;
  pen.strokeRect(x(view.start) + 0.5, 0.5, Math.max(3, x(view.start + view.span) - x(view.start)) - 1, height - 1);
  pen.fillStyle = colours.accent;
  pen.fillRect(x(page.time) - 0.75, 0, 1.5, height);
}

function ruler(pen, view, width, x, height) {
  const step = STEPS.find((one) => (one / view.span) * width > 76) ?? 7200;
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "middle";
  const last = view.start + view.span;
  for (let time = Math.ceil(view.start / step) * step; time <= last; time += step) {
    pen.fillStyle = colours.line;
    pen.fillRect(Math.round(x(time)), 0, 1, height);
    pen.fillStyle = colours.soft;
    pen.fillText(clock(time, step < 1 ? 1 : 0), x(time) + 4, LANES.ruler / 2 + 1);
  }
}

/* Stretches [start, end], sorted by start and not overlapping. */
function stretches(pen, all, from, to, x, y, high, colour) {
  pen.fillStyle = colour;
  let drawn = -1;
  for (let k = first(all, from); k < all.length && all[k][0] < to; k += 1) {
    const right = x(all[k][1]);
    if (right < drawn) continue;
    const left = x(all[k][0]);
    pen.fillRect(left, y, Math.max(0.7, right - left), high);
    drawn = right;
  }
}

/* Index of the first stretch that may reach behind a time: they do not overlap, so that is the one before, at most. */
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

function wave(pen, view, width, y, high, colour) {
  if (!sound) return;
  const each = (view.span * sound.rate) / width; // points a pixel
  const [points, rate] = each > COARSE ? [sound.coarse, sound.rate / COARSE] : [sound.peaks, sound.rate];
  pen.fillStyle = colour;
  const middle = y + high / 2;
  const wide = Math.max(1, width / (view.span * rate));
  for (let px = 0; px < width; px += wide) {
    const from = Math.floor((view.start + (px / width) * view.span) * rate);
    const to = Math.max(from + 1, Math.floor((view.start + ((px + wide) / width) * view.span) * rate));
    let top = 0;
    for (let k = Math.max(0, from); k < to && k < points.length; k += 1) if (points[k] > top) top = points[k];
    const half = (top / sound.loudest) * (high / 2);
    if (half > 0.3) pen.fillRect(px, middle - half, Math.max(0.6, wide - (wide > 2.5 ? 1 : 0)), half * 2);
  }
}

function sounds(pen, from, to, x, y) {
  pen.font = "11px system-ui, sans-serif";
  for (const [start, end, kind] of page.data.sounds ?? []) {
    if (end < from || start > to) continue;
    pen.fillStyle = colours.soft;
    pen.fillRect(x(start), y + LANES.wave - 2, x(end) - x(start), 2);
    if (x(end) - x(start) > 40) pen.fillText(kind, Math.max(2, x(start)) + 3, y + 7);
  }
}

function voices(pen, from, to, x, y, width) {
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
  if (pitch < 10 || width < 500) return;
  pen.font = "600 10px system-ui, sans-serif";
  speakers.slice(0, rows).forEach((one, k) => {
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

let longest = null; // seconds of the longest turn: as far back one that is in sight may have begun

function reach(turns, from) {
  longest ??= turns.reduce((most, [start, end]) => Math.max(most, end - start), 0);
  return first(turns, from - longest);
}

function shots(pen, from, to, x, y, high) {
  const all = page.data.shots ?? [];
  let before = -9;
  pen.fillStyle = colours.shot;
  for (const time of all) {
    if (time < from) continue;
    if (time > to) break;
    const at = Math.round(x(time));
    if (at - before < 3) continue;
    before = at;
    pen.fillRect(at, y, 1, high);
  }
}

function cues(pen, view, end, x, y, width) {
  const all = page.cues;
  const roomy = width / view.span > 14; // pixels a second: the text can be read
  pen.font = "12px system-ui, sans-serif";
  let drawn = -1;
  for (let k = Math.max(0, lastBefore(all, view.start - 15)); k < all.length && all[k].start < end; k += 1) {
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
    if (roomy && right - left > 24) {
      pen.save();
      pen.beginPath();
      pen.rect(left, y, right - left - 3, LANES.cues);
      pen.clip();
      pen.fillStyle = chosen ? colours.paper : colours.ink;
      pen.fillText(cue.text.replaceAll("\n", " "), Math.max(left, 0) + 5, y + 12);
      pen.restore();
    }
  }
}

function flags(pen, from, to, x, y) {
  for (const cue of page.cues) {
    if (cue.need <= 0 || cue.end < from) continue;
    if (cue.start > to) break;
    pen.fillStyle = cue.need > 0.5 ? colours.bad : colours.warn;
    const size = 3 + cue.need * 6;
    pen.fillRect(x(cue.start), y + (LANES.flags - size) / 2, Math.max(2, Math.min(size, x(cue.end) - x(cue.start))), size);
  }
  pen.strokeStyle = colours.bad;
  for (const doubt of page.data.doubts ?? []) {
    if (doubt.verdict !== "empty" || doubt.end < from || doubt.start > to) continue;
    pen.strokeRect(x(doubt.start) + 0.5, y + 2.5, Math.max(3, x(doubt.end) - x(doubt.start)), LANES.flags - 5);
  }
}

export const describe = () => `${clock(page.time)} of ${clock(page.duration)}, ${percent(page.time / (page.duration || 1), 0)}`;
