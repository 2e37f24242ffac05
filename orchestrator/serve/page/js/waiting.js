/* The films that wait, in the order of their turn, which can be changed. */
import { byId, fillWith, h } from "../../../report/js/elements.js";
import { plural } from "../../../report/js/words.js";
import { keepList } from "./lists.js";
import { model, waiting } from "./model.js";
import { button, empty, folderOf, line, nameOf, optionsOf, order, sourceOf } from "./parts.js";

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
  fillWith(byId("waiting-none"), jobs.length || !model.status ? null : nothing());
  const more = byId("waiting-more");
  more.hidden = jobs.length <= shown;
  more.textContent = `Show ${plural(Math.min(STEP, jobs.length - shown), "more film")} of ${jobs.length}`;
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
      line([...optionsOf(job), sourceOf(job), job.attempts ? "is tried again" : ""]),
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
