/* The films that wait, in the order of their turn, which can be changed. */
import { byId, fillWith, h } from "../../../report/js/elements.js";
import { plural } from "../../../report/js/words.js";
import { keepList } from "./lists.js";
import { model, waiting } from "./model.js";
import {
  asking,
  button,
  duration,
  empty,
  folderOf,
  line,
  nameOf,
  optionsOf,
  order,
  sourceOf,
  when,
} from "./parts.js";

const STEP = 50; // rows that are shown, and added by the button below
let shown = STEP;

export function drawWaiting() {
  const jobs = waiting();
  const moving = jobs.filter((job) => !job.urgent);
  const rows = jobs.slice(0, shown).map((job, at) => {
    const place = moving.indexOf(job);
    return {
      id: job.id,
      job,
      at,
      before: place > 0 ? moving[place - 1].id : null,
      after: place >= 0 && place < moving.length - 1 ? (moving[place + 2]?.id ?? "") : null,
      first: moving[0]?.id,
    };
  });
  keepList(byId("waiting"), rows, () => h("li.job"), fill);
  drawHead(jobs.length);
  fillWith(byId("waiting-none"), jobs.length || !model.status ? null : nothing());
  const more = byId("waiting-more");
  more.hidden = jobs.length <= shown;
  more.textContent = `Show ${plural(Math.min(STEP, jobs.length - shown), "more film")} of ${jobs.length}`;
}

let headOf = -1;

/**
 * How long all of them take, and a button for all.
 * @param {number} count
 */
function drawHead(count) {
  const each = secondsEach();
  byId("waiting-time").textContent =
    count > 1 && each
      ? `${plural(count, "film")}, about ${duration(count * each)} if they are like the last ones`
      : "";
  if (count === headOf) return; // a button that asks must not go away while it does
  headOf = count;
  fillWith(
    byId("waiting-acts"),
    count > 1 &&
      asking("Cancel all", "cancel-all", `Cancel all ${count}?`, () =>
        order("POST", "/api/jobs/all/cancel", { state: "queued" }, "No film is waiting any more."),
      ),
  );
}

/* Seconds from one end of a film to the next, by the last films; 0 if there are too few. */
function secondsEach() {
  const last = model.ended
    .filter((job) => job.film !== null && (job.state === "done" || job.state === "degraded"))
    .slice(0, 20);
  const worked = last.reduce((sum, job) => sum + (job.ended ?? 0) - (job.started ?? job.ended ?? 0), 0);
  return last.length < 3 ? 0 : worked / last.length / Math.max(model.status?.settings.at_once ?? 1, 1);
}

export function startWaiting() {
  byId("waiting-more").addEventListener("click", () => {
    shown += STEP;
    drawWaiting();
  });
}

function nothing() {
  const allowed = model.status?.settings.folders.length;
  return empty(
    h("p", "No film is waiting."),
    h("p", allowed ? "Add one here, or let a program do it: " : "Programs can add films: "),
    h(
      "ul",
      h(
        "li",
        "a folder of which all films are to have subtitles: start the service with ",
        h("code", "--watch FOLDER"),
      ),
      h("li", "Sonarr, Radarr, Jellyfin, Emby, Plex: webhooks to ", h("code", "/webhooks/NAME")),
      h("li", "Bazarr: set up the provider Whisper with the address of this page"),
      h("li", "your own scripts: ", h("code", "POST /api/jobs")),
      h("li", "clients of OpenAI's transcriptions: this address with ", h("code", "/v1")),
    ),
  );
}

/**
 * @typedef {{id: string, job: ServeJob, at: number, before: string | null, after: string | null, first: string}} Row
 * @param {HTMLElement} element
 * @param {Row} row
 */
function fill(element, { job, at, before, after, first }) {
  const move = (/** @type {string} */ how, /** @type {unknown} */ body, /** @type {string} */ where) =>
    order("POST", `/api/jobs/${job.id}/${how}`, body, `${job.name} ${where}.`);
  const of = job.name;
  fillWith(
    element,
    h("span.place", { "aria-label": `Turn ${at + 1}` }, String(at + 1)),
    h(
      "div.what",
      h("h3", nameOf(job)),
      h("p.folder", h("bdi", folderOf(job))),
      line([
        ...optionsOf(job),
        sourceOf(job),
        h("span", "added ", when(job.created)),
        job.attempts ? "is tried again" : "",
      ]),
    ),
    h(
      "span.acts",
      job.urgent
        ? null
        : [
            button("⤒", "first", () => move("first", {}, "is next"), {
              of,
              plain: "Make the next:",
              title: "Make it the next",
              off: job.id === first,
            }),
            button("↑", "up", () => move("move", { before }, "moved up"), {
              of,
              plain: "Move up:",
              title: "Move up",
              off: before === null,
            }),
            button("↓", "down", () => move("move", { before: after || null }, "moved down"), {
              of,
              plain: "Move down:",
              title: "Move down",
              off: after === null,
            }),
          ],
      button("Cancel", "cancel", () => move("cancel", {}, "is cancelled"), { of }),
    ),
  );
}
