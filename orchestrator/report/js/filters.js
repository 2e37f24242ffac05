/* Which cues are listed: by flag, by speaker, by text. */
import { nameOf, page } from "./state.js";
import { byId, flagWords, h, languageName } from "./words.js";

export const filters = { flag: "", speaker: "", text: "", ids: null, because: "" };

export function startFilters() {
  byId("flag").addEventListener("change", (event) => choose({ flag: event.target.value }));
  byId("speaker").addEventListener("change", (event) => choose({ speaker: event.target.value }));
  byId("search").addEventListener("input", (event) => choose({ text: event.target.value }));
  byId("track").addEventListener("change", (event) => page.show(event.target.value));
  const { tracks } = page.data;
  byId("track").parentElement.hidden = tracks.length < 2;
  byId("track").replaceChildren(
    ...tracks.map((one) => h("option", { value: one.id }, `${languageName(one.language)}${one.translated ? " (translated)" : ""}`)),
  );
  page.on("redraw", fill);
}

/* Change some of the filters. `ids` shows only these cues, `because` says why. */
export function choose(some) {
  Object.assign(filters, { ids: null, because: "" }, some);
  byId("flag").value = filters.flag;
  byId("speaker").value = filters.speaker;
  if (byId("search").value !== filters.text) byId("search").value = filters.text;
  page.tell("filter");
}

export function passes(item) {
  if (filters.ids && !filters.ids.has(item.id)) return false;
  if (filters.flag && !item.flags.includes(filters.flag)) return false;
  if (filters.speaker && !item.speakers.includes(filters.speaker)) return false;
  return !filters.text || item.text.toLowerCase().replaceAll("\n", " ").includes(filters.text.toLowerCase());
}

/* What a person should look at, the most needy first: cues, and speech that has none. */
export function toLookAt() {
  const empty = (page.data.doubts ?? [])
    .filter((doubt) => doubt.verdict === "empty")
    .map((doubt) => ({ ...doubt, id: `empty-${doubt.start}`, flags: ["silence"], speakers: [], silence: true }));
  const cues = page.cues.filter((cue) => cue.need > 0);
  return [...cues, ...empty].sort((one, other) => other.need - one.need || one.start - other.start);
}

function fill() {
  const counts = {};
  for (const item of [...page.cues, ...toLookAt().filter((one) => one.silence)])
    for (const flag of item.flags) counts[flag] = (counts[flag] ?? 0) + 1;
  const flags = Object.entries(counts).sort((one, other) => other[1] - one[1]);
  byId("flag").replaceChildren(
    h("option", { value: "" }, "any flag"),
    ...flags.map(([flag, count]) => h("option", { value: flag }, `${flagWords(flag)} (${count})`)),
  );
  if (!(filters.flag in counts)) filters.flag = "";
  byId("flag").value = filters.flag;
  byId("flag").parentElement.hidden = !flags.length;
  const { speakers } = page.data;
  byId("speaker").replaceChildren(
    h("option", { value: "" }, "any speaker"),
    ...speakers.map((one) => h("option", { value: one.id }, nameOf(one.id))),
  );
  byId("speaker").value = filters.speaker;
  byId("speaker").parentElement.hidden = speakers.length < 2;
  byId("track").value = page.track?.id ?? "";
}
