/* Filters the list of cues by flag, speaker and text. */
import { flagLabel, nameOf, page } from "./state.js";
import { h, inputById, selectById, valueIn } from "./elements.js";
import { languageName } from "./words.js";

export const filters = {
  flag: "",
  speaker: "",
  text: "",
  ids: /** @type {Set<Cue["id"]> | null} */ (null), // only these cues
  because: "", // the reason for `ids`
};

export function startFilters() {
  selectById("flag").addEventListener("change", (event) => choose({ flag: valueIn(event) }));
  selectById("speaker").addEventListener("change", (event) => choose({ speaker: valueIn(event) }));
  inputById("search").addEventListener("input", (event) => choose({ text: valueIn(event) }));
  selectById("track").addEventListener("change", (event) => page.show(valueIn(event)));
  const { tracks } = page.data;
  hide(selectById("track"), tracks.length < 2);
  selectById("track").replaceChildren(
    ...tracks.map((one) =>
      h("option", { value: one.id }, `${languageName(one.language)}${one.translated ? " (translated)" : ""}`),
    ),
  );
  page.on("redraw", fill);
}

/**
 * Change some of the filters, and remove `ids`.
 * @param {Partial<typeof filters>} some
 */
export function choose(some) {
  Object.assign(filters, { ids: null, because: "" }, some);
  selectById("flag").value = filters.flag;
  selectById("speaker").value = filters.speaker;
  if (inputById("search").value !== filters.text) inputById("search").value = filters.text;
  page.tell("filter");
}

/** @param {Cue} item */
export function passes(item) {
  if (filters.ids && !filters.ids.has(item.id)) return false;
  if (filters.flag && !item.flags.includes(filters.flag)) return false;
  if (filters.speaker && !item.speakers.includes(filters.speaker)) return false;
  return !filters.text || item.text.toLowerCase().replaceAll("\n", " ").includes(filters.text.toLowerCase());
}

/* Cues and missed speech to review, highest priority first. */
export function toReview() {
  const cues = page.cues.filter((cue) => cue.need > 0);
  return [...cues, ...missedSpeech()].sort((one, other) => other.need - one.need || one.start - other.start);
}

/** @returns {Cue[]} */
function missedSpeech() {
  const none = { speakers: [], cps: 0, confidence: null, speech: null, unsure: [], base: null };
  return (page.data.doubts ?? [])
    .filter((doubt) => doubt.verdict === "empty")
    .map((doubt) => ({ ...none, ...doubt, id: `empty-${doubt.start}`, flags: ["silence"], silence: true }));
}

function fill() {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const item of [...page.cues, ...missedSpeech()])
    for (const flag of item.flags) counts[flag] = (counts[flag] ?? 0) + 1;
  const flags = Object.entries(counts).sort((one, other) => other[1] - one[1]);
  selectById("flag").replaceChildren(
    h("option", { value: "" }, "All flags"),
    ...flags.map(([flag, count]) => h("option", { value: flag }, `${flagLabel(flag)} (${count})`)),
  );
  if (!(filters.flag in counts)) filters.flag = "";
  selectById("flag").value = filters.flag;
  hide(selectById("flag"), !flags.length);
  const { speakers } = page.data;
  selectById("speaker").replaceChildren(
    h("option", { value: "" }, "All speakers"),
    ...speakers.map((one) => h("option", { value: one.id }, nameOf(one.id))),
  );
  selectById("speaker").value = filters.speaker;
  hide(selectById("speaker"), speakers.length < 2);
  selectById("track").value = page.track?.id ?? "";
}

/**
 * Hide a field with its label.
 * @param {HTMLElement} field
 * @param {boolean} hidden
 */
function hide(field, hidden) {
  if (field.parentElement) field.parentElement.hidden = hidden;
}
