/* What a run found out about its own work: key figures, rules, doubts, voices, names. */
import { colourOf, nameOf, page } from "./state.js";
import { byId, bytes, clock, h, languageName, percent, plural, took } from "./words.js";
import { choose, toLookAt } from "./filters.js";
import { turn } from "./cues.js";
import { jump, section, table } from "./parts.js";
import { stagesSection } from "./stages.js";

export function startFindings() {
  const { film, verdict, run } = page.data;
  byId("film-name").textContent = film.name;
  const banner = byId("verdict");
  banner.hidden = verdict.how === "done";
  banner.className = verdict.how;
  const title = { degraded: "Less than was asked", failed: "This run failed", interrupted: "This run was stopped" }[verdict.how] ?? "";
  banner.replaceChildren(h("strong", title), h("ul", verdict.reasons.map((reason) => h("li", reason))));
  byId("foot").replaceChildren(
    `orchestrator ${run.version ?? ""}`,
    run.started ? ` · run of ${new Date(run.started).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })}` : "",
    run.id ? ` · ${run.id}` : "",
  );
  page.on("redraw", () => {
    document.body.classList.toggle("no-cues", !page.cues.length);
    facts();
    figures();
    byId("findings").replaceChildren(...[trust(), rules(), voices(), names(), stagesSection(), files()].filter(Boolean));
  });
}

const known = (value) => typeof value === "number";

function facts() {
  const { film, speakers, tracks } = page.data;
  const told = [
    film.seconds ? clock(film.seconds) : "",
    film.clip ? `only ${clock(film.clip[0])} to ${clock(film.clip[1])}` : "",
    film.language,
    plural(page.cues.length, "cue"),
    speakers.length ? plural(speakers.length, "voice") : "",
    tracks.length > 1 ? `also in ${tracks.filter((one) => one.translated).map((one) => languageName(one.language)).join(", ")}` : "",
  ];
  byId("film-facts").textContent = told.filter(Boolean).join(" · ");
}

/* Coverage and unsupported text always side by side: either alone is easily made good by making the other bad. */
function figures() {
  const { track } = page;
  const needy = toLookAt().length;
  const kept = track ? page.cues.length - new Set(track.rules.flatMap((rule) => rule.broken)).size : 0;
  const all = [
    ["Speech with a cue", percent(track?.coverage), known(track?.coverage) && track.coverage < 0.95],
    ["Cue without speech", percent(track?.unsupported), known(track?.unsupported) && track.unsupported > 0.05],
    ["Words, on average", percent(track?.confidence, 0), known(track?.confidence) && track.confidence < 0.8],
    ["Keep every rule", page.cues.length ? percent(kept / page.cues.length) : "–", false],
    ["To look at", needy.toLocaleString("en"), false],
  ];
  byId("figures").replaceChildren(...all.map(([name, value, wrong]) => h("div", { class: wrong ? "wrong" : "" }, h("dt", name), h("dd", value))));
}

function trust() {
  const { doubts, said, missing } = page.data;
  const { track } = page;
  const measured = known(track?.coverage) || known(track?.unsupported);
  const of = (verdict) => (doubts ?? []).filter((one) => one.verdict === verdict);
  const list = (title, rows, text) =>
    rows.length > 0 &&
    h(
      "details",
      { open: rows.length <= 8 },
      h("summary", `${title} `, h("b", rows.length)),
      table(["at", "text", "why"], rows.map((one) => [jump(one.start), text(one), one.why.join(" · ")]), title),
    );
  return section(
    "What to trust",
    measured
      ? "Two figures that belong together: how much of the speech that was heard has a cue, and how much of what is shown has no speech under it."
      : "How much of the speech has a cue, and how much is shown without speech, was not measured in this run.",
    measured && h("dl.pair", h("div", h("dt", "of the speech has a cue"), h("dd", percent(track.coverage))), h("div", h("dt", "of what is shown has no speech under it"), h("dd", percent(track.unsupported)))),
    confidence(),
    said.length > 0 && h("ul.notes", said.map((one) => h("li", { class: one.look ? "look" : "" }, one.text))),
    doubts === null && h("p.note", "The recogniser of this run kept no table of its doubts."),
    doubts?.length === 0 && h("p.note", "The recogniser dropped nothing, and left no speech without text."),
    list("Dropped, as nobody said it", of("dropped"), (one) => h("q", one.text)),
    list("Speech without text", of("empty"), () => ""),
    list("Heard at a second try", of("recovered"), (one) => h("q", one.text)),
    missing.length > 0 && h("details", h("summary", "Not in this report ", h("b", missing.length)), h("ul.notes", missing.map((one) => h("li", one)))),
  );
}

/* How sure the recogniser was over the film: cues in tenths of confidence. */
function confidence() {
  const known = page.cues.filter((cue) => cue.confidence !== null);
  if (!known.length) return h("p.note", "Nothing says how sure the words are.");
  const bins = new Array(10).fill(0);
  for (const cue of known) bins[Math.min(9, Math.floor(cue.confidence * 10))] += 1;
  const most = Math.max(...bins);
  return h(
    "figure.bins",
    h("figcaption", page.track.translated ? "Cues by the mean probability of the words that were spoken there" : "Cues by the mean probability of their words"),
    h(
      "div.bars",
      { role: "img", "aria-label": bins.map((count, k) => `${k * 10} to ${k * 10 + 10} percent: ${count}`).join("; ") },
      bins.map((count, k) => h("span", { "--share": count / most, class: k < 8 ? "low" : "", title: `${k * 10} to ${k * 10 + 10} %: ${plural(count, "cue")}` })),
    ),
    h("div.ends", h("span", "0 %"), h("span", "100 %")),
  );
}

function rules() {
  if (!page.track || !page.cues.length) return null;
  const rows = page.track.rules.map((rule) => [
    rule.name,
    rule.limit,
    h("span.share", h("meter", { min: 0, max: 1, value: rule.share, "aria-label": rule.name }), percent(rule.share)),
    rule.broken.length
      ? h(
          "button.jump",
          {
            type: "button",
            onclick: () => {
              turn(false);
              choose({ ids: new Set(rule.broken), because: `${plural(rule.broken.length, "cue")} beyond the limit of ${rule.name}.` });
              byId("desk").scrollIntoView();
            },
          },
          `show ${rule.broken.length}`,
        )
      : "",
  ]);
  return section("Rules", "The share of cues that keep each rule they were laid out by. Where people speak faster than one can read, nothing is shortened: the cue says so.", table(["rule", "limit", "kept by", "broken"], rows, "Rules"));
}

function voices() {
  const { speakers } = page.data;
  if (!speakers.length) return null;
  const most = Math.max(...speakers.map((one) => one.seconds), 1);
  return section(
    "Voices",
    null,
    h(
      "ul.voices",
      speakers.map((one) =>
        h(
          "li",
          { "--one": `var(--s${colourOf(one.id)})` },
          h("b", nameOf(one.id)),
          h("span.label", one.id),
          h("span.bar", { "--share": one.seconds / most }),
          h("span.long", took(one.seconds)),
          h("span.source", [one.source, one.confidence !== null && percent(one.confidence, 0)].filter(Boolean).join(", ")),
          one.evidence.length > 0 && h("details", h("summary", "why"), h("ul", one.evidence.map((line) => h("li", line)))),
        ),
      ),
    ),
  );
}

function names() {
  const { names: all } = page.data;
  if (!all.length) return null;
  const rows = all.map((one) => [jump(one.start), h("span", h("del", one.before), " ", h("ins", one.after)), one.applied ? "" : "taken back", one.why.join(", ")]);
  return section("Names set right", null, table(["at", "name", "", "why"], rows, "Names that were set right"));
}

function files() {
  const { outputs } = page.data;
  if (!outputs.length) return null;
  return section("Files", null, h("ul.files", outputs.map((one) => h("li", page.data.editing ? one.file : h("a", { href: one.url }, one.file), h("span.size", bytes(one.size)), one.note && h("span.note", one.note)))));
}
