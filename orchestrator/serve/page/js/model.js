/* What the page knows of the service. Every module reads it; only this one changes it. */
import { ask } from "./api.js";

/** @type {Set<() => void>} */
const listeners = new Set();
const ENDED = "done,degraded,failed,cancelled,set_aside";
const SOON = 300; // ms
let drawing = false;
let reloading = 0;

export const model = {
  status: /** @type {ServeStatus | null} */ (null),
  open: /** @type {ServeJob[]} */ ([]), // running, then waiting in the order of their turn
  ended: /** @type {ServeJob[]} */ ([]), // the latest first
  review: /** @type {ServeReview[]} */ ([]),
  connected: false,
  clock: 0, // the service's clock, less this machine's
};

/** The service's time. */
export const now = () => Date.now() / 1000 + model.clock;

export const running = () => model.open.filter((job) => job.state === "running");
export const waiting = () => model.open.filter((job) => job.state === "queued");

/**
 * Call a function after changes, at most once a frame.
 * @param {() => void} listener
 */
export const onChange = (listener) => listeners.add(listener);

export function changed() {
  if (drawing) return;
  drawing = true;
  const draw = () => {
    drawing = false;
    for (const listener of listeners) listener();
  };
  if (document.hidden) setTimeout(draw, 0);
  else requestAnimationFrame(draw);
}

/* Fetch everything. Throws `Refused`. */
export async function load() {
  const [status, open, ended, review] = await Promise.all([
    ask("GET", "/api/status"),
    ask("GET", "/api/jobs?state=running,queued&limit=1000"),
    ask("GET", `/api/jobs?state=${ENDED}&limit=1000`),
    ask("GET", "/api/review"),
  ]);
  takeStatus(status);
  const steps = new Map(model.open.map((job) => [job.id, job.steps]));
  model.open = open.jobs.map((/** @type {ServeJob} */ job) => ({
    ...job,
    steps: job.steps ?? steps.get(job.id),
  }));
  model.ended = ended.jobs;
  model.review = review.films;
  changed();
}

/** @param {ServeStatus} status */
export function takeStatus(status) {
  model.status = status;
  model.clock = status.time - Date.now() / 1000;
  changed();
}

/**
 * Take a job that the service reported.
 * @param {ServeJob} job
 */
export function take(job) {
  const at = model.open.findIndex((one) => one.id === job.id);
  const before = model.open[at];
  if (before && before.state === job.state && job.state === "running") {
    model.open[at] = { ...job, steps: job.steps ?? before.steps };
    changed();
    return;
  }
  reload(); // it changed its list, or the order of one
}

/* Fetch everything soon: a burst of changes asks once. */
export function reload() {
  if (reloading) return;
  reloading = setTimeout(() => {
    reloading = 0;
    load().catch(() => {});
  }, SOON);
}

/** @param {boolean} connected */
export function setConnected(connected) {
  model.connected = connected;
  changed();
}
