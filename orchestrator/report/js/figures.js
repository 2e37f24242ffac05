/* The head of the page: film, verdict and key figures. */
import { page } from "./state.js";
import { byId, fillWith, h } from "./elements.js";
import { clock, languageName, percent, plural } from "./words.js";
import { toReview } from "./filters.js";

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
    film.language,
    plural(page.cues.length, "cue"),
    speakers.length && plural(speakers.length, "speaker"),
    tracks.length > 1 && targets.length > 0 && `translated into ${targets.join(", ")}`,
  ];
  byId("film-facts").textContent = shown.filter(Boolean).join(" · ");
}

/* Coverage and unsupported text are always shown together, because each is easily improved at the other's expense. */
function figures() {
  const { track } = page;
  const broken = new Set(track?.rules.flatMap((rule) => rule.broken));
  const compliant = page.cues.filter((cue) => !broken.has(cue.id)).length;
  const { coverage, unsupported, confidence } = track ?? {};
  /** @type {[name: string, value: string, wrong: boolean][]} */
  const all = [
    ["Coverage", percent(coverage), typeof coverage === "number" && coverage < 0.95],
    ["Unsupported", percent(unsupported), typeof unsupported === "number" && unsupported > 0.05],
    ["Mean word confidence", percent(confidence, 0), typeof confidence === "number" && confidence < 0.8],
    ["Rule compliance", page.cues.length ? percent(compliant / page.cues.length) : "–", false],
    ["To review", toReview().length.toLocaleString("en"), false],
  ];
  byId("figures").replaceChildren(
    ...all.map(([name, value, wrong]) =>
      h("div", { class: wrong ? "wrong" : "" }, h("dt", name), h("dd", value)),
    ),
  );
}
