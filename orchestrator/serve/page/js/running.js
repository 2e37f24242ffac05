/* The films that are being processed: how far, which stages, how fast, how long still. */
import { byId, fillWith, h } from "../../../report/js/elements.js";
import { clock } from "../../../report/js/words.js";
import { sentence } from "./api.js";
import { keepList } from "./lists.js";
import { model, now, running } from "./model.js";
import {
  asking,
  bar,
  duration,
  empty,
  factsOf,
  folderOf,
  line,
  nameOf,
  optionsOf,
  order,
  sourceOf,
} from "./parts.js";
import { doing, stageName } from "./stages.js";

const WINDOW_S = 180; // progress of the last minutes tells the time that is left
const LEAST_S = 15;
const ENDED = new Set(["done", "cached", "failed", "skipped"]);
/** @type {Map<string, {at: number, fraction: number}[]>} */
const samples = new Map();

export function drawRunning() {
  const jobs = running();
  for (const id of samples.keys()) if (!jobs.some((job) => job.id === id)) samples.delete(id);
  keepList(byId("running"), jobs, make, fill);
  fillWith(byId("running-none"), jobs.length ? null : nothing());
}

function nothing() {
  const runner = model.status?.runner.state;
  if (runner === "broken" || !model.status) return null;
  if (model.status.held && model.status.jobs.queued)
    return empty(model.status.paused ? "Nothing runs: the queue is paused." : sentence(model.status.held));
  return empty("No film is being processed.");
}

/** @param {ServeJob} job */
function make(job) {
  return h(
    "li.job",
    h(
      "div.head",
      h("div.what", h("h3", nameOf(job)), h("p.folder", h("bdi", folderOf(job)))),
      h("span.acts"),
    ),
    h("div.facts-place"),
    h("div.progress"),
    h("ul.steps", { "aria-label": `Stages in progress of ${job.name}` }),
    h("details", h("summary"), h("ul.steps", { "aria-label": `All stages of ${job.name}` })),
  );
}

/**
 * @param {HTMLElement} element
 * @param {ServeJob} job
 */
function fill(element, job) {
  const [head, facts, progress, active, details] = /** @type {HTMLElement[]} */ ([...element.children]);
  const acts = /** @type {HTMLElement} */ (head.querySelector(".acts"));
  // Its button is made anew only if it changes: it must not go away under the mouse each second.
  if (acts.dataset.state !== String(job.cancelling)) {
    acts.dataset.state = String(job.cancelling);
    fillWith(acts, job.cancelling ? h("span.note", "stopping…") : cancel(job));
  }
  fillWith(facts, line([...factsOf(job), ...optionsOf(job), sourceOf(job), attempt(job)]));
  const percent = Math.floor(job.fraction * 100);
  fillWith(
    progress,
    bar(job.fraction, `Progress of ${job.name}`),
    h("span.percent", `${percent}%`),
    h("span.left", leftOf(job)),
  );
  const steps = Object.entries(job.steps ?? {})
    .filter(([, step]) => step.status !== "off")
    .map(([id, step]) => ({ id, ...step }));
  keepList(
    active,
    steps.filter((step) => step.status === "running" || step.status === "starting"),
    () => h("li"),
    (place, step) => fillStep(place, step, job),
    (step) => [step, Math.floor(now())],
  );
  details.hidden = !steps.length;
  const done = steps.filter((step) => ENDED.has(step.status ?? "")).length;
  const summary = /** @type {HTMLElement} */ (details.firstElementChild);
  const text = `${done} of ${steps.length} stages done`;
  if (summary.textContent !== text) summary.textContent = text;
  keepList(
    /** @type {HTMLElement} */ (details.lastElementChild),
    steps,
    () => h("li"),
    (place, step) => fillStep(place, step, job),
  );
}

/** @param {ServeJob} job */
const cancel = (job) =>
  asking(
    "Cancel",
    "cancel",
    "Cancel it?",
    () => order("POST", `/api/jobs/${job.id}/cancel`, {}, `Cancelling ${job.name}.`),
    { of: job.name },
  );

/** @param {ServeJob} job */
const attempt = (job) => (job.attempts > 1 ? `attempt ${job.attempts}` : "");

/**
 * One stage in a line.
 * @param {HTMLElement} place
 * @param {ServeStep & {id: string}} step
 * @param {ServeJob} job
 */
function fillStep(place, step, job) {
  const status = step.status ?? "waiting";
  place.className = `step ${status}`;
  const share = step.total ? Math.min((step.done ?? 0) / step.total, 1) : null;
  fillWith(
    place,
    h("span.name", { title: step.id }, stageName(step.id)),
    h("span.how", doing(step)),
    status === "running" &&
      share !== null &&
      h("span.share", bar(share, stageName(step.id)), `${Math.floor(share * 100)}%`),
    h(
      "span.on",
      [step.device && step.device !== "cpu" ? step.device : "", step.model ?? ""].filter(Boolean).join(" · "),
    ),
    h("span.speed", speedOf(step, job, share)),
    step.error && h("span.why", step.error.message),
    step.degraded?.map((why) => h("span.why", why)),
    step.fallbacks?.map((why) => h("span.why", why)),
  );
}

/**
 * How fast a stage is, or how long it took.
 * @param {ServeStep} step
 * @param {ServeJob} job
 * @param {number | null} share
 */
function speedOf(step, job, share) {
  if (step.status !== "running")
    return step.seconds && step.status === "done" ? `${duration(step.seconds)}` : "";
  const since = step.started ? now() - step.started : 0;
  if (since < 2) return "";
  if (!share || !job.seconds) return `for ${duration(since)}`;
  const speed = (job.seconds * share) / since;
  const left = (since * (1 - share)) / share;
  const rounded = speed < 9.95 ? speed.toFixed(1) : Math.round(speed);
  return `${rounded}× real time, ${since > 5 && share < 1 ? `${duration(left)} left` : clock(since)}`;
}

/**
 * The time that a job still needs, by the progress of the last minutes; empty if that cannot be told.
 * @param {ServeJob} job
 */
function leftOf(job) {
  const at = now();
  const list = samples.get(job.id) ?? [];
  if (list.at(-1)?.fraction !== job.fraction) list.push({ at, fraction: job.fraction });
  while (list.length > 2 && at - list[1].at > WINDOW_S) list.shift();
  samples.set(job.id, list);
  const [first] = list;
  const [span, gained] = [at - first.at, job.fraction - first.fraction];
  if (span < LEAST_S || gained <= 0)
    return job.started ? `started ${duration(Math.max(at - job.started, 1))} ago` : "";
  return `about ${duration(((1 - job.fraction) * span) / gained)} left`;
}
