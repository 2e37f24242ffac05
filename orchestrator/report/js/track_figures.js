/* The figures of a track, from its cues as they are now: an edit changes them at once. */
import { broken, brokenBetween, linesOf, milliseconds } from "./cue_rules.js";

/**
 * @typedef {object} Figures
 * @property {number | null} coverage share of the speech that has a cue
 * @property {number | null} unsupported share of the cues' time without speech
 * @property {number | null} confidence mean word confidence of the cues
 * @property {Rule[]} rules
 * @property {number | null} compliant share of the cues that break no rule
 */

/**
 * @param {Track} track
 * @param {Cue[]} cues in order of time
 * @param {Interval[] | null} speech
 * @returns {Figures}
 */
export function figuresOf(track, cues, speech) {
  const rules = rulesOf(track, cues);
  const wrong = new Set(rules.flatMap((rule) => rule.broken));
  const sure = cues.flatMap((cue) => (cue.confidence === null ? [] : [cue.confidence]));
  return {
    ...(speech ? shares(spoken(cues), speech) : { coverage: track.coverage, unsupported: track.unsupported }),
    confidence: sure.length ? sure.reduce((sum, one) => sum + one, 0) / sure.length : null,
    rules,
    compliant: cues.length ? 1 - wrong.size / cues.length : null,
  };
}

/**
 * @param {Cue[]} cues
 * @returns {Interval[]}
 */
const spoken = (cues) =>
  cues.filter((cue) => !cue.flags.includes("sound")).map((cue) => [cue.start, cue.end]);

/**
 * Each rule with the cues that break it, as `rules` in `orchestrator/report/tracks.py`.
 * @param {Track} track
 * @param {Cue[]} cues
 */
function rulesOf(track, cues) {
  /** @type {Record<string, Cue["id"][]>} */
  const ids = Object.fromEntries(track.rules.map((rule) => [rule.flag, []]));
  cues.forEach((cue, k) => {
    const wrong = new Set([
      ...broken(linesOf(cue.text), milliseconds(cue.start, cue.end), track.limits),
      ...cue.flags,
    ]);
    // A cue that overlaps the one before it breaks the rule of the gap, too.
    if (k > 0 && brokenBetween(milliseconds(cues[k - 1].end, cue.start), track.limits)) wrong.add("gap");
    for (const flag of wrong) ids[flag]?.push(cue.id);
  });
  return track.rules.map((rule) => ({
    ...rule,
    broken: ids[rule.flag],
    share: cues.length ? 1 - ids[rule.flag].length / cues.length : null,
  }));
}

/**
 * The share of speech under cues, and of the cues' time without speech, as `shares` in
 * `stage_runners/subtitles/coverage.py`.
 * @param {Interval[]} shown
 * @param {Interval[]} speech
 */
export function shares(shown, speech) {
  const [cues, regions] = [union(shown), union(speech)];
  const [seen, heard, both] = [length(cues), length(regions), shared(cues, regions)];
  return { coverage: rounded(heard ? both / heard : 1), unsupported: rounded(seen ? 1 - both / seen : 0) };
}

/** @param {number} share */
const rounded = (share) => Math.round(share * 1e4) / 1e4;

/**
 * @param {Interval[]} times
 * @returns {Interval[]} in order, without overlaps
 */
function union(times) {
  /** @type {Interval[]} */
  const joined = [];
  for (const [start, end] of [...times].sort((one, other) => one[0] - other[0])) {
    const last = joined[joined.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (end > start) joined.push([start, end]);
  }
  return joined;
}

/** @param {Interval[]} times */
const length = (times) => times.reduce((sum, [start, end]) => sum + end - start, 0);

/**
 * Seconds in both of two unions.
 * @param {Interval[]} ones
 * @param {Interval[]} others
 */
function shared(ones, others) {
  let seconds = 0;
  let k = 0;
  for (const [start, end] of ones) {
    while (k < others.length && others[k][1] <= start) k += 1;
    for (let m = k; m < others.length && others[m][0] < end; m += 1)
      seconds += Math.min(end, others[m][1]) - Math.max(start, others[m][0]);
  }
  return seconds;
}
