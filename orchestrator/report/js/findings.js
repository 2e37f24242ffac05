/* Shows a run's results: speech and confidence, rules, speakers, corrected names, files. */
import { colourOf, nameOf, page } from "./state.js";
import { byId, fillWith, h } from "./elements.js";
import { bytes, percent, plural, took } from "./words.js";
import { choose } from "./filters.js";
import { turn } from "./cues.js";
import { jump, section, table } from "./parts.js";
import { startFigures, trackFigures } from "./figures.js";
import { proposalsSection } from "./proposals.js";
import { stagesSection } from "./stages.js";

export function startFindings() {
  startFigures();
  page.on("redraw", () => {
    const figures = trackFigures();
    fillWith(
      byId("findings"),
      proposalsSection(),
      trust(figures),
      rules(figures?.rules ?? []),
      speakers(),
      names(),
      stagesSection(),
      files(),
    );
  });
}

/** @param {import("./track_figures.js").Figures | null} figures */
function trust(figures) {
  const { said, missing } = page.data;
  const measured = figures !== null && figures.coverage !== null;
  return section(
    "Speech and confidence",
    measured
      ? "A few percent of the cues' time without speech are usual: cues stay on screen to be read."
      : "How much of the speech has a cue was not measured in this run.",
    measured &&
      h(
        "dl.pair",
        h("div", h("dt", "speech with a cue"), h("dd", percent(figures.coverage))),
        h("div", h("dt", "cue time without speech"), h("dd", percent(figures.unsupported))),
      ),
    confidence(),
    said.length > 0 &&
      h(
        "ul.notes",
        said.map((one) => h("li", { class: one.look ? "look" : "" }, one.text)),
      ),
    doubts(),
    missing.length > 0 &&
      h(
        "details",
        h("summary", "Not in this report ", h("b", missing.length)),
        h(
          "ul.notes",
          missing.map((one) => h("li", one)),
        ),
      ),
  );
}

/* Text that recognition dropped, missed and recovered. */
function doubts() {
  const { doubts: all } = page.data;
  if (all === null) return h("p.note", "No list of doubtful lines is available for this run.");
  if (!all.length) return h("p.note", "No line was dropped, and all detected speech has text.");
  return [
    doubtTable("Dropped as hallucinated", "dropped", (one) => h("q", one.text)),
    doubtTable("Missed speech", "empty", () => ""),
    doubtTable("In your text, not spoken", "unspoken", (one) => h("q", one.text)),
    doubtTable("Spoken, not in your text", "extra", (one) => h("q", one.text)),
    doubtTable("Recovered on the second pass", "recovered", (one) => h("q", one.text)),
  ];
}

/**
 * @param {string} title
 * @param {Doubt["verdict"]} verdict
 * @param {(one: Doubt) => Content} text
 */
function doubtTable(title, verdict, text) {
  const some = (page.data.doubts ?? []).filter((one) => one.verdict === verdict);
  const rows = some.map((one) => [jump(one.start), text(one), one.why.join(" · ")]);
  return (
    rows.length > 0 &&
    h(
      "details",
      { open: rows.length <= 8 },
      h("summary", `${title} `, h("b", rows.length)),
      table(["time", "text", "reasons"], rows, title),
    )
  );
}

/* The number of cues by mean word confidence, in steps of 10 %. */
function confidence() {
  const values = page.cues.flatMap((cue) => (cue.confidence === null ? [] : [cue.confidence]));
  if (!values.length) return h("p.note", "Word confidence is not available.");
  const bins = new Array(10).fill(0);
  for (const value of values) bins[Math.min(9, Math.floor(value * 10))] += 1;
  const most = Math.max(...bins);
  const range = (/** @type {number} */ k) => `${k * 10} to ${k * 10 + 10}`;
  return h(
    "figure.bins",
    h(
      "figcaption",
      page.track?.translated
        ? "Cues by mean word confidence of the source speech"
        : "Cues by mean word confidence",
    ),
    h(
      "div.bars",
      { role: "img", "aria-label": bins.map((count, k) => `${range(k)} percent: ${count}`).join("; ") },
      bins.map((count, k) =>
        h("span", {
          "--share": count / most,
          class: k < 8 ? "low" : "",
          title: `${range(k)}%: ${plural(count, "cue")}`,
        }),
      ),
    ),
    h("div.ends", h("span", "0%"), h("span", "100%")),
  );
}

/** @param {Rule[]} all */
function rules(all) {
  if (!all.length || !page.cues.length) return null;
  const rows = all.map((rule) => [
    rule.name,
    rule.limit,
    h(
      "span.share",
      h("meter", { min: 0, max: 1, value: rule.share, "aria-label": rule.name }),
      percent(rule.share),
    ),
    rule.broken.length > 0 &&
      h("button.jump", { type: "button", onclick: () => only(rule) }, `show ${rule.broken.length}`),
  ]);
  return section(
    "Rules",
    "The share of cues within each limit. Text of fast speech is not shortened: its cues are flagged.",
    table(["rule", "limit", "compliance", "violations"], rows, "Rules"),
  );
}

/**
 * List only the cues that break a rule.
 * @param {Rule} rule
 */
function only(rule) {
  turn(false);
  const because = `${plural(rule.broken.length, "cue")} outside the limit for ${rule.name}.`;
  choose({ ids: new Set(rule.broken), because });
  byId("desk").scrollIntoView();
}

function speakers() {
  const all = page.data.speakers;
  if (!all.length) return null;
  const most = Math.max(...all.map((one) => one.seconds), 1);
  return section(
    "Speakers",
    null,
    h(
      "ul.voices",
      all.map((one) => speaker(one, one.seconds / most)),
    ),
  );
}

/**
 * @param {Speaker} one
 * @param {number} share relative to the speaker who speaks most
 */
function speaker(one, share) {
  const source = [one.source, one.confidence !== null && percent(one.confidence, 0)];
  return h(
    "li",
    { "--one": `var(--s${colourOf(one.id)})` },
    h("b", nameOf(one.id)),
    h("span.label", one.id),
    h("span.bar", { "--share": share }),
    h("span.long", took(one.seconds)),
    h("span.source", source.filter(Boolean).join(", ")),
    one.evidence.length > 0 &&
      h(
        "details",
        h("summary", "evidence"),
        h(
          "ul",
          one.evidence.map((line) => h("li", line)),
        ),
      ),
  );
}

function names() {
  const { names: all } = page.data;
  if (!all.length) return null;
  const rows = all.map((one) => [
    jump(one.start),
    h("span", h("del", one.before), " ", h("ins", one.after)),
    one.applied ? "" : "undone",
    one.why.join(", "),
  ]);
  return section("Corrected names", null, table(["time", "name", "", "evidence"], rows, "Corrected names"));
}

function files() {
  const { outputs, editing } = page.data;
  if (!outputs.length) return null;
  const rows = outputs.map((one) =>
    h(
      "li",
      editing ? one.file : h("a", { href: one.url }, one.file),
      h("span.size", bytes(one.size)),
      one.note && h("span.note", one.note),
    ),
  );
  return section("Files", null, h("ul.files", rows));
}
