/* What needs review: per film its worst cues, each with a link to it in the editor. */
import { byId, fillWith, h } from "../../../report/js/elements.js";
import { clock, plural } from "../../../report/js/words.js";
import { keepList } from "./lists.js";
import { model } from "./model.js";
import { empty, nameOf } from "./parts.js";

const STEP = 20;
const FEW = 3;
let shown = STEP;

export function startReview() {
  byId("review-more").addEventListener("click", () => {
    shown += STEP;
    drawReview();
  });
}

/* Films with cues to review, the one with the worst cue first. */
function films() {
  const worst = (/** @type {ServeReview} */ one) => one.worst[0]?.priority ?? 0;
  const jobs = new Map(model.ended.map((job) => [job.id, job]));
  return model.review
    .flatMap((review) => {
      const job = jobs.get(review.job);
      return job && review.to_review ? [{ id: review.job, job, review }] : [];
    })
    .sort(
      (one, other) =>
        worst(other.review) - worst(one.review) || other.review.to_review - one.review.to_review,
    );
}

/* How many cues of all films need review. */
export const toReview = () => films().reduce((sum, one) => sum + one.review.to_review, 0);

export function drawReview() {
  const all = films();
  keepList(byId("review-list"), all.slice(0, shown), () => h("li.job"), fill);
  fillWith(byId("review-none"), all.length || !model.status ? null : nothing());
  const more = byId("review-more");
  more.hidden = all.length <= shown;
  more.textContent = `Show ${plural(Math.min(STEP, all.length - shown), "more film")} of ${all.length}`;
}

const nothing = () =>
  empty(
    model.ended.some((job) => job.state === "done" || job.state === "degraded")
      ? "No cue of the finished films needs review."
      : "When a film is done, its doubtful cues are listed here, the worst first: low confidence, too fast to read, speech without text.",
  );

/**
 * @param {HTMLElement} element
 * @param {{job: ServeJob, review: ServeReview}} item
 */
function fill(element, { job, review }) {
  const cues = review.worst.map((cue) => cueOf(job, cue));
  const open = element.querySelector("details")?.open ?? false;
  const others = review.to_review - cues.length;
  fillWith(
    element,
    h(
      "div.what",
      h("h3", nameOf(job)),
      h("p.facts", `${plural(review.to_review, "cue")} of ${review.cues.toLocaleString("en")} to review`),
      h("ul.cues", cues.slice(0, FEW)),
      cues.length > FEW &&
        h("details", { open }, h("summary", `${cues.length - FEW} more`), h("ul.cues", cues.slice(FEW))),
      others > 0 &&
        h(
          "p.facts",
          h("a", { href: `/edit/${job.id}/` }, `${others.toLocaleString("en")} more in the editor`),
        ),
    ),
    h(
      "span.acts",
      h(
        "a.button",
        { href: `/edit/${job.id}/`, "aria-label": `Edit ${job.name}`, "data-act": "edit" },
        "Edit",
      ),
    ),
  );
}

/**
 * @param {ServeJob} job
 * @param {ServeCue} cue
 */
function cueOf(job, cue) {
  return h(
    "li",
    h(
      "a.cue",
      { href: `/edit/${job.id}/#t=${cue.start}` },
      h("span.when", clock(cue.start)),
      h("span.need", { "--need": cue.priority, "aria-hidden": "true" }),
      h("bdi.text", cue.text || "(no text)"),
      h("span.why", cue.why.join("; ")),
    ),
  );
}
