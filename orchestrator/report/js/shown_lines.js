/* The lines of a cue as its subtitles show them. */
import { nameOf, page } from "./state.js";
import { linesOf } from "./cue_rules.js";
import { label, shownLines } from "./speaker_labels.js";

/**
 * The lines of a cue with the labels of its speakers.
 * @param {Cue} cue
 * @param {Track} track
 */
export function shownIn(cue, track) {
  const style = track.labels;
  if (!style) return linesOf(cue.text);
  const cues = track === page.track ? page.cues : track.cues;
  const before = cues.findLast(
    (one) => one.start < cue.start && one.id !== cue.id && !one.flags.includes("sound"),
  );
  const labelOf = (/** @type {string} */ id) => label(nameOf(id), style);
  const last = before?.speakers.at(-1) ?? null;
  return shownLines(cue.text, cue.speakers, last, labelOf, style.every, track.limits);
}
