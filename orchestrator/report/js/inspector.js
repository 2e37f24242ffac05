/* Everything that is known of the selected cue. */
import { colourOf, nameOf, page } from "./state.js";
import { byId, clock, fillWith, flagWords, h, percent } from "./words.js";
import { marked } from "./cues.js";
import { playCue } from "./media.js";

export function startInspector() {
  for (const name of ["select", "running", "redraw"]) page.on(name, show);
}

function show() {
  const cue = page.selected;
  const place = byId("inspector");
  if (!cue) {
    place.replaceChildren(h("p.none", page.cues.length ? "Choose a cue, or press space to play." : "No cue to show."));
    return;
  }
  const { limits } = page.track;
  const seconds = cue.end - cue.start;
  const longest = Math.max(...cue.text.split("\n").map((line) => line.length));
  fillWith(
    place,
    h(
      "p.head",
      h("span.times", `${clock(cue.start, 2)} – ${clock(cue.end, 2)}`),
      cue.speakers.map((id) => h("span.voice", { "--one": `var(--s${colourOf(id)})` }, nameOf(id))),
      h("button", { type: "button", title: "Play this cue (Enter)", onclick: () => playCue(cue) }, "play it"),
    ),
    h("p.text", { lang: page.track.language, dir: "auto" }, cue.silence ? "(no text)" : marked(cue)),
    cue.why.length > 0 && h("ul.why", cue.why.map((why) => h("li", why))),
    h(
      "dl.measures",
      measure("shown", `${seconds.toFixed(2)} s`, seconds < limits.min - 0.002 || seconds > limits.max + 0.002),
      !cue.silence && [
        measure("read at", `${cue.cps} / s`, cue.cps > limits.cps + 0.05),
        measure("longest line", `${longest}`, longest > limits.width),
        measure("speech under it", percent(cue.speech, 0), cue.flags.includes("no_speech")),
        measure("words", cue.confidence === null ? "–" : percent(cue.confidence, 0), cue.flags.includes("unsure")),
      ],
    ),
    cue.base && h("details.before", h("summary", "edited: what was there before"), cue.base.map((one) => h("p", `${clock(one.start, 2)} – ${clock(one.end, 2)}  ${one.text}`))),
    h("span.unseen", cue.flags.map(flagWords).join(", ")),
  );
}

const measure = (name, value, wrong) => h("div", { class: wrong ? "wrong" : "" }, h("dt", name), h("dd", value));
