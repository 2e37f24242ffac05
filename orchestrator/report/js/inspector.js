/* Shows the measurements of the selected cue. */
import { colourOf, flagLabel, nameOf, page } from "./state.js";
import { byId, fillWith, h } from "./elements.js";
import { clock, percent } from "./words.js";
import { broken, linesOf, milliseconds, width } from "./cue_rules.js";
import { shownIn } from "./shown_lines.js";
import { besideLooks, textBeside } from "./beside.js";
import { marked, open } from "./cues.js";
import { toReview } from "./filters.js";
import { playCue } from "./media.js";

export function startInspector() {
  for (const name of /** @type {const} */ (["select", "running", "redraw"])) page.on(name, show);
}

function show() {
  const cue = page.selected;
  const place = byId("inspector");
  if (!cue) {
    place.replaceChildren(h("div.none", nothingSelected()));
    return;
  }
  const voices = cue.speakers.map((id) =>
    h("span.voice", { "--one": `var(--s${colourOf(id)})` }, nameOf(id)),
  );
  const play = { type: "button", title: "Play this cue (Enter)", onclick: () => playCue(cue) };
  const other = textBeside(cue);
  const text = { lang: page.track?.language ?? "", dir: "auto" };
  fillWith(
    place,
    h("p.head", h("span.times", times(cue)), voices, h("button", play, "Play")),
    h("p.text", text, cue.silence ? "(no text)" : marked(cue)),
    other && h("p.beside", besideLooks(), other),
    cue.why.length > 0 &&
      h(
        "ul.why",
        cue.why.map((why) => h("li", why)),
      ),
    page.track && h("dl.measures", measures(cue, page.track.limits)),
    cue.base &&
      h(
        "details.before",
        h("summary", "Edited: show the original"),
        cue.base.map((one) => h("p", `${times(one)}  ${one.text}`)),
      ),
    h("span.unseen", cue.flags.map(flagLabel).join(", ")),
  );
}

/* What can be done while no cue is selected. */
function nothingSelected() {
  if (!page.cues.length) return "No cue to show.";
  const first = toReview()[0];
  const review = { type: "button", onclick: () => first && open(first) };
  return [
    matchMedia("(pointer: coarse)").matches
      ? "Select a cue, or play the film."
      : "Select a cue, or press Space to play.",
    first && h("button", review, `Review the most doubtful cue, at ${clock(first.start)}`),
  ];
}

/** @param {PlainCue} cue */
const times = (cue) => `${clock(cue.start, 2)} – ${clock(cue.end, 2)}`;

/**
 * @param {Cue} cue
 * @param {CueLimits} limits
 */
function measures(cue, limits) {
  const lines = page.track ? shownIn(cue, page.track) : linesOf(cue.text);
  const wrong = broken(lines, milliseconds(cue.start, cue.end), limits);
  const duration = `${(cue.end - cue.start).toFixed(2)} s`;
  if (cue.silence) return [measure("duration", duration, false)];
  return [
    measure("duration", duration, wrong.includes("too_short") || wrong.includes("too_long")),
    measure("reading speed", `${cue.cps} CPS`, wrong.includes("too_fast")),
    measure("longest line", `${width(lines)}`, wrong.includes("wide")),
    measure("speech", percent(cue.speech, 0), cue.flags.includes("no_speech")),
    measure(
      "word confidence",
      cue.confidence === null ? "–" : percent(cue.confidence, 0),
      cue.flags.includes("unsure"),
    ),
  ];
}

/**
 * @param {string} name
 * @param {string} value
 * @param {boolean} wrong
 */
const measure = (name, value, wrong) =>
  h("div", { class: wrong ? "wrong" : "" }, h("dt", name), h("dd", value));
