/* The films that ended: first those that need somebody, each with what is wrong and what to do. */
import { byId, fillWith, h, inputById, selectById } from "../../../report/js/elements.js";
import { bytes, plural } from "../../../report/js/words.js";
import { sentence } from "./api.js";
import { keepList } from "./lists.js";
import { model } from "./model.js";
import {
  asking,
  button,
  duration,
  empty,
  folderOf,
  languageOf,
  line,
  nameOf,
  optionsOf,
  order,
  sourceOf,
  when,
} from "./parts.js";

const STEP = 50;
const RANK = /** @type {{[state: string]: number}} */ ({
  set_aside: 0,
  failed: 0,
  degraded: 1,
  done: 2,
  cancelled: 3,
});
const WORDS = /** @type {{[state: string]: string}} */ ({
  set_aside: "set aside",
  failed: "failed",
  degraded: "degraded",
  done: "done",
  cancelled: "cancelled",
});
const BAD = "failed,set_aside";
let shown = STEP;

export function startFinished() {
  const draw = () => {
    shown = STEP;
    drawFinished();
  };
  inputById("finished-search").addEventListener("input", draw);
  selectById("finished-state").addEventListener("change", draw);
  selectById("finished-order").addEventListener("change", draw);
  byId("finished-more").addEventListener("click", () => {
    shown += STEP;
    drawFinished();
  });
}

/** @param {ServeJob} job */
const ofClient = (job) => job.film === null;

/* Films that ended badly or not fully as requested. Clients were told of theirs. */
export const troubled = () => model.ended.filter((job) => RANK[job.state] < 2 && !ofClient(job));

const ORDERS = /** @type {{[name: string]: (one: ServeJob, other: ServeJob) => number}} */ ({
  // Sorts are stable: within a group the latest is the first, as in the model.
  trouble: (one, other) => RANK[one.state] - RANK[other.state],
  latest: () => 0,
  name: (one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }),
});

export function drawFinished() {
  const words = inputById("finished-search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const state = selectById("finished-state").value;
  const fits = (/** @type {ServeJob} */ job) =>
    ofClient(job) === (state === "client") &&
    (!state || state === "client" || (state === "trouble" ? RANK[job.state] < 2 : job.state === state)) &&
    words.every((word) => `${job.name} ${job.film ?? ""}`.toLowerCase().includes(word));
  const jobs = model.ended.filter(fits).sort(ORDERS[selectById("finished-order").value]);
  keepList(byId("finished"), jobs.slice(0, shown), () => h("li.job"), fill);
  byId("finished-tools").hidden = !model.ended.length;
  drawActs(state === "client");
  fillWith(
    byId("finished-none"),
    jobs.length || !model.status ? null : nothing(words.length > 0 || state !== ""),
  );
  const more = byId("finished-more");
  more.hidden = jobs.length <= shown;
  more.textContent = `Show ${plural(Math.min(STEP, jobs.length - shown), "more film")} of ${jobs.length}`;
}

let actsOf = "";

/**
 * What can be done with all of them.
 * @param {boolean} clients whether the requests of clients are shown
 */
function drawActs(clients) {
  const count = (/** @type {string} */ states) =>
    model.ended.filter((job) => ofClient(job) === clients && states.split(",").includes(job.state)).length;
  const [bad, good, all] = [count(BAD), count("done"), count(Object.keys(WORDS).join(","))];
  if (actsOf === `${clients} ${bad} ${good} ${all}`) return; // a button that asks must not go away while it does
  actsOf = `${clients} ${bad} ${good} ${all}`;
  const removing = (
    /** @type {string} */ text,
    /** @type {string} */ act,
    /** @type {string} */ state,
    number = 0,
  ) =>
    asking(
      text,
      act,
      `Remove ${number} from the list?`,
      () =>
        order(
          "POST",
          "/api/jobs/all/remove",
          { state, client: clients },
          "They are off the list; files stay.",
        ),
      { title: "Take them off this list; their files stay" },
    );
  const retry = () => order("POST", "/api/jobs/all/retry", { state: BAD }, "They are queued again.");
  fillWith(
    byId("finished-acts"),
    !clients && bad > 0 && asking(`Retry all failed (${bad})`, "retry-all", `Retry ${bad}?`, retry),
    clients && all > 0 && removing("Remove all", "remove-all", Object.keys(WORDS).join(","), all),
    !clients && bad > 1 && removing("Remove all failed", "remove-failed", BAD, bad),
    !clients && good > 1 && removing("Remove all done", "remove-done", "done", good),
  );
}

/** @param {boolean} searched */
function nothing(searched) {
  if (searched) return empty("No film fits.");
  const text = "No film has ended yet. Here you will find their subtitles and reports, and what went wrong.";
  const clients = model.ended.filter(ofClient).length;
  return empty(clients ? `${text} (${plural(clients, "request")} of clients can be chosen above.)` : text);
}

/** @param {ServeJob} job */
const reportOf = (job) => job.files.some((file) => file.name.endsWith(".report.html"));

/**
 * @param {HTMLElement} element
 * @param {ServeJob} job
 */
function fill(element, job) {
  const of = job.name;
  const took = job.started && job.ended ? `took ${duration(job.ended - job.started)}` : "";
  const length = job.seconds ? `${duration(job.seconds)} of film` : "";
  const path = `/api/jobs/${job.id}`;
  const good = job.state === "done" || job.state === "degraded";
  const open = element.querySelector("details")?.open ?? false;
  fillWith(
    element,
    h("span.state", { class: `state ${job.state}` }, WORDS[job.state]),
    h(
      "div.what",
      h("h3", nameOf(job)),
      h("p.folder", h("bdi", folderOf(job))),
      line([
        when(job.ended),
        job.state === "cancelled" ? length : [length, took].filter(Boolean).join(", "),
        languageOf(job),
        ...optionsOf(job),
        sourceOf(job),
      ]),
      wrong(job),
      job.files.length
        ? h(
            "details",
            { open },
            h("summary", plural(job.files.length, "file")),
            h("ul.files", job.files.map(fileOf)),
          )
        : null,
    ),
    h(
      "span.acts",
      good &&
        job.film !== null &&
        h(
          "a.button",
          { href: `/edit/${job.id}/?from=finished`, "aria-label": `Edit ${of}`, "data-act": "edit" },
          "Edit",
        ),
      // The editor shows the report, with the film; a report on its own may not read it.
      reportOf(job) &&
        !(good && job.film !== null) &&
        h(
          "a.button",
          {
            href: `${path}/report`,
            target: "_blank",
            rel: "noopener",
            "aria-label": `Report of ${of}`,
            "data-act": "report",
          },
          "Report",
        ),
      job.film !== null &&
        button(
          good ? "Run again" : "Retry",
          "retry",
          () => order("POST", `${path}/retry`, {}, `${of} is queued again.`),
          { of },
        ),
      button(
        "Remove from list",
        "remove",
        () => order("DELETE", path, undefined, `${of} is off the list; its files stay.`),
        {
          of,
          title: "Take it off this list; its files stay",
        },
      ),
    ),
  );
}

/**
 * What is wrong with a job, and what to do.
 * @param {ServeJob} job
 */
function wrong(job) {
  const log = job.state === "set_aside" ? model.status?.runner.log : "";
  if (job.problem) {
    return h(
      "div.wrong",
      h("p", sentence(job.problem.message)),
      job.problem.hint && h("p.todo", sentence(job.problem.hint)),
      log && h("p.todo", "Log: ", h("code", log)),
    );
  }
  if (!job.degraded.length) return null;
  return h(
    "ul.wrong",
    job.degraded.map((why) => h("li", sentence(why))),
  );
}

/** @param {ServeFile} file */
const fileOf = (file) =>
  h("li", h("a", { href: file.url, download: file.name }, h("bdi", file.name)), ` ${bytes(file.size)}`);
