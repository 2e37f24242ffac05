/* The head of the page: film, verdict and key figures. */
import { page } from "./state.js";
import { byId, fillWith, h } from "./elements.js";
import { clock, languageName, percent, plural } from "./words.js";
import { toReview } from "./filters.js";
import { figuresOf } from "./track_figures.js";

/** @type {Record<string, string>} */
const VERDICTS = {
  degraded: "Degraded result",
  failed: "This run failed",
  interrupted: "This run was interrupted",
};

export function startFigures() {
  const { film, verdict, run } = page.data;
  byId("film-name").textContent = film.name;
  const banner = byId("verdict");
  banner.hidden = verdict.how === "done";
  banner.className = verdict.how;
  const reasons = verdict.reasons.map((reason) => h("li", reason));
  fillWith(banner, h("strong", VERDICTS[verdict.how] ?? ""), h("ul", reasons));
  fillWith(
    byId("foot"),
    `orchestrator ${run.version ?? ""}`,
    run.started ? ` · run of ${dateOf(run.started)}` : "",
    run.id ? ` · ${run.id}` : "",
  );
  measureHead();
  page.on("redraw", () => {
    document.body.classList.toggle("no-cues", !page.cues.length);
    facts();
    figures();
  });
}

/** @param {string} text */
const dateOf = (text) => new Date(text).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });

function facts() {
  const { film, speakers, tracks } = page.data;
  const targets = tracks.filter((one) => one.translated).map((one) => languageName(one.language));
  const shown = [
    film.seconds && clock(film.seconds),
    film.clip && `only ${clock(film.clip[0])} to ${clock(film.clip[1])}`,
    film.language.replace(/^[a-z]{2,3}(-[A-Za-z]+)?(?=$|[ ,])/, (code) => languageName(code)),
    plural(page.cues.length, "cue"),
    speakers.length && plural(speakers.length, "speaker"),
    tracks.length > 1 && targets.length > 0 && `translated into ${targets.join(", ")}`,
  ];
  byId("film-facts").textContent = shown.filter(Boolean).join(" · ");
}

/* The figures of the visible track. */
export const trackFigures = () => page.track && figuresOf(page.track, page.cues, page.data.speech);

/* Coverage and unsupported text are always shown together, because each is easily improved at the other's expense. */
function figures() {
  const { coverage = null, unsupported = null, confidence = null, compliant = null } = trackFigures() ?? {};
  /** @type {[name: string, value: string, wrong: boolean, meaning: string][]} */
  const all = [
    [
      "speech with a cue",
      percent(coverage),
      coverage !== null && coverage < 0.95,
      "The share of the detected speech during which a cue is shown",
    ],
    [
      "cue time without speech",
      percent(unsupported),
      unsupported !== null && unsupported > 0.05,
      "The share of the cues' time in which no speech was detected. A few percent are usual, because cues stay on screen to be read",
    ],
    [
      "mean word confidence",
      percent(confidence, 0),
      confidence !== null && confidence < 0.8,
      "How sure the recognition is of its words, as the mean over all cues",
    ],
    [
      "cues within all limits",
      percent(compliant),
      false,
      "The share of cues that keep every limit of the style: reading speed, line length, durations and gaps",
    ],
    [
      "cues to review",
      toReview().length.toLocaleString("en"),
      false,
      "Listed under “To review”, the most doubtful first",
    ],
  ];
  byId("figures").replaceChildren(
    ...all.map(([name, value, wrong, meaning]) =>
      h("div", { class: wrong ? "wrong" : "", title: meaning }, h("dt", name), h("dd", value)),
    ),
  );
}

/* Tell the styles how much stands above the desk, so that the desk fills the rest of the window. */
function measureHead() {
  const desk = byId("desk");
  const measure = () => {
    const head = Math.min(Math.round(desk.getBoundingClientRect().top + window.scrollY), 260);
    document.documentElement.style.setProperty("--head", `${head}px`);
  };
  new ResizeObserver(measure).observe(byId("top"));
  page.on("redraw", measure);
}
