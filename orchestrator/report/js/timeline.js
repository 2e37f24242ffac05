/* The timeline: which stretch of the film is shown, and what pointer, wheel and fingers do with it. */
import { cueAt, page } from "./state.js";
import { byId, clock, h } from "./words.js";
import { toLookAt } from "./filters.js";
import { describe, drawOverview, drawTimeline, HEIGHT, readColours, readSound } from "./drawing.js";

export const view = { start: 0, span: 60 };
const LEAST = 2; // seconds
const canvas = byId("timeline");
const overview = byId("overview");
let wanted = false;
let held = 0; // when somebody last moved the stretch by hand

export function startTimeline() {
  readSound();
  readColours();
  canvas.style.height = `${HEIGHT}px`;
  fit();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    paint();
  });
  new ResizeObserver(paint).observe(canvas);
  page.on("time", moved);
  page.on("redraw", () => {
    legend();
    paint();
  });
  page.on("select", () => {
    show(page.selected.start, page.selected.end);
    paint();
  });
  page.on("running", paint);
  byId("zoom-in").addEventListener("click", () => zoom(0.5));
  byId("zoom-out").addEventListener("click", () => zoom(2));
  byId("zoom-fit").addEventListener("click", whole);
  hands();
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

/* Show `factor` times as much, around a time (the playing position, where it is in sight). */
export function zoom(factor, around = null) {
  const inSight = page.time >= view.start && page.time <= view.start + view.span;
  const centre = around ?? (inSight ? page.time : view.start + view.span / 2);
  const share = (centre - view.start) / view.span;
  view.span = Math.max(LEAST, Math.min(view.span * factor, Math.max(LEAST, page.duration)));
  pan(centre - share * view.span);
}

function pan(start) {
  view.start = Math.max(0, Math.min(start, Math.max(0, page.duration - view.span)));
  paint();
}

/* Bring a stretch into sight. */
function show(start, end) {
  if (start < view.start || end > view.start + view.span) pan((start + end) / 2 - view.span / 2);
}

function moved() {
  byId("now").textContent = clock(page.time, 1);
  canvas.setAttribute("aria-valuemax", Math.round(page.duration));
  canvas.setAttribute("aria-valuenow", Math.round(page.time));
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
  const one = (name, text) => h(`span.key.${name}`, text);
  const { speech, shots, waveform } = page.data;
  byId("legend").replaceChildren(
    ...[
      speech && one("speech", "speech"),
      !waveform && one("none", "no waveform in this run"),
      shots?.length && one("shot", "shot changes"),
      toLookAt().length > 0 && one("flag", "to look at"),
    ].filter(Boolean),
  );
}

function hands() {
  const timeAt = (event, element = canvas) => {
    const box = element.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return element === canvas ? view.start + share * view.span : share * page.duration;
  };
  let drag = null;
  const fingers = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event.clientX);
    drag = { x: event.clientX, start: view.start, far: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag || !fingers.has(event.pointerId)) return;
    held = performance.now();
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const before = Math.abs(fingers.get(event.pointerId) - other) || 1;
      fingers.set(event.pointerId, event.clientX);
      zoom(before / (Math.abs(event.clientX - other) || 1), timeAt({ clientX: (event.clientX + other) / 2 }));
      drag.far = true;
      return;
    }
    fingers.set(event.pointerId, event.clientX);
    if (Math.abs(event.clientX - drag.x) > 4) drag.far = true;
    if (drag.far) pan(drag.start - ((event.clientX - drag.x) / canvas.clientWidth) * view.span);
  });
  const up = (event) => {
    fingers.delete(event.pointerId);
    if (event.type === "pointerup" && drag && !drag.far) {
      const time = timeAt(event);
      const cue = page.cues[cueAt(time)];
      page.seek(time);
      if (cue) page.select(cue.id, { seek: false });
    }
    if (!fingers.size) drag = null;
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener(
    "wheel",
    (event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      if (!event.ctrlKey && !event.metaKey && !sideways) return; // the page scrolls
      event.preventDefault();
      held = performance.now();
      if (sideways) pan(view.start + ((event.deltaX || event.deltaY) / canvas.clientWidth) * view.span);
      else zoom(2 ** (event.deltaY / 200), timeAt(event));
    },
    { passive: false },
  );
  const jump = (event) => {
    if (!(event.buttons & 1)) return;
    held = performance.now();
    pan(timeAt(event, overview) - view.span / 2);
  };
  overview.addEventListener("pointerdown", (event) => {
    overview.setPointerCapture(event.pointerId);
    jump(event);
  });
  overview.addEventListener("pointermove", jump);
}
