/* The timeline: its visible part, and how pointer, wheel and fingers change it. */
import { cueAt, page } from "./state.js";
import { byId, canvasById, fillWith, h } from "./elements.js";
import { clock } from "./words.js";
import { toReview } from "./filters.js";
import { describe, drawOverview, drawTimeline, HEIGHT, recolour } from "./drawing.js";

/** @type {View} */
export const view = { start: 0, span: 60 };
const LEAST = 2; // seconds
const canvas = canvasById("timeline");
const overview = canvasById("overview");
let wanted = false;
let held = 0; // when the user last moved the view

export function startTimeline() {
  canvas.style.height = `${HEIGHT}px`;
  fit();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    recolour();
    paint();
  });
  new ResizeObserver(paint).observe(canvas);
  page.on("time", moved);
  page.on("redraw", () => {
    legend();
    paint();
  });
  page.on("select", (cue) => {
    if (cue) show(cue.start, cue.end);
    paint();
  });
  page.on("running", paint);
  byId("zoom-in").addEventListener("click", () => zoom(0.5));
  byId("zoom-out").addEventListener("click", () => zoom(2));
  byId("zoom-fit").addEventListener("click", whole);
  pointers();
  wheel();
  overviewPointers();
}

/* Show about a minute, or all of a short film. */
function fit() {
  view.span = Math.max(LEAST, Math.min(60, page.duration || 60));
  view.start = 0;
}

export function whole() {
  view.start = 0;
  view.span = Math.max(LEAST, page.duration);
  held = performance.now();
  paint();
}

/**
 * Show `factor` times as much, around a time (by default the playback position, if visible).
 * @param {number} factor
 * @param {number | null} around
 */
export function zoom(factor, around = null) {
  const inSight = page.time >= view.start && page.time <= view.start + view.span;
  const centre = around ?? (inSight ? page.time : view.start + view.span / 2);
  const share = (centre - view.start) / view.span;
  view.span = Math.max(LEAST, Math.min(view.span * factor, Math.max(LEAST, page.duration)));
  pan(centre - share * view.span);
}

/** @param {number} start */
function pan(start) {
  view.start = Math.max(0, Math.min(start, Math.max(0, page.duration - view.span)));
  paint();
}

/**
 * Scroll to a part of the film.
 * @param {number} start
 * @param {number} end
 */
function show(start, end) {
  if (start < view.start || end > view.start + view.span) pan((start + end) / 2 - view.span / 2);
}

function moved() {
  byId("now").textContent = clock(page.time, 1);
  canvas.setAttribute("aria-valuemax", String(Math.round(page.duration)));
  canvas.setAttribute("aria-valuenow", String(Math.round(page.time)));
  canvas.setAttribute("aria-valuetext", describe());
  const rested = performance.now() - held > 3000;
  if (page.playing && rested && view.span < page.duration) pan(page.time - view.span / 2);
  else if (page.playing || !rested) paint();
  else {
    show(page.time, page.time);
    paint();
  }
}

function paint() {
  if (wanted) return;
  wanted = true;
  requestAnimationFrame(() => {
    wanted = false;
    drawTimeline(canvas, view);
    drawOverview(overview, view);
  });
}

function legend() {
  const { speech, shots, waveform } = page.data;
  fillWith(
    byId("legend"),
    speech && h("span.key.speech", "speech"),
    !waveform && h("span.key.none", "no waveform in this run"),
    shots?.length ? h("span.key.shot", "shot changes") : null,
    toReview().length > 0 && h("span.key.flag", "to review"),
  );
}

/**
 * The time under the pointer.
 * @param {number} clientX
 */
function timeAt(clientX) {
  const box = canvas.getBoundingClientRect();
  return view.start + ((clientX - box.left) / box.width) * view.span;
}

/* Drag to scroll, two fingers to zoom, click to seek. */
function pointers() {
  /** @type {{x: number, start: number, far: boolean} | null} */
  let drag = null;
  /** @type {Map<number, number>} */
  const fingers = new Map(); // positions by id
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event.clientX);
    drag = { x: event.clientX, start: view.start, far: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    const was = fingers.get(event.pointerId);
    if (!drag || was === undefined) return;
    held = performance.now();
    fingers.set(event.pointerId, event.clientX);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (fingers.size === 2 && other !== undefined) {
      const apart = Math.abs(event.clientX - other) || 1;
      zoom((Math.abs(was - other) || 1) / apart, timeAt((event.clientX + other) / 2));
      drag.far = true;
      return;
    }
    if (Math.abs(event.clientX - drag.x) > 4) drag.far = true;
    if (drag.far) pan(drag.start - ((event.clientX - drag.x) / canvas.clientWidth) * view.span);
  });
  const up = (/** @type {PointerEvent} */ event) => {
    fingers.delete(event.pointerId);
    if (event.type === "pointerup" && drag && !drag.far) {
      const time = timeAt(event.clientX);
      const cue = page.cues[cueAt(time)];
      page.seek(time);
      if (cue) page.select(cue.id, { seek: false });
    }
    if (!fingers.size) drag = null;
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
}

function wheel() {
  canvas.addEventListener(
    "wheel",
    (event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      if (!event.ctrlKey && !event.metaKey && !sideways) return; // the page scrolls
      event.preventDefault();
      held = performance.now();
      if (sideways) pan(view.start + ((event.deltaX || event.deltaY) / canvas.clientWidth) * view.span);
      else zoom(2 ** (event.deltaY / 200), timeAt(event.clientX));
    },
    { passive: false },
  );
}

function overviewPointers() {
  const jump = (/** @type {PointerEvent} */ event) => {
    if (!(event.buttons & 1)) return;
    held = performance.now();
    const box = overview.getBoundingClientRect();
    pan(((event.clientX - box.left) / box.width) * page.duration - view.span / 2);
  };
  overview.addEventListener("pointerdown", (event) => {
    overview.setPointerCapture(event.pointerId);
    jump(event);
  });
  overview.addEventListener("pointermove", jump);
}
