/* The rules for cues, as in `ipc/cue_rules.py`; limits and tolerances are in the page's data. */

/**
 * The lines of a cue's text as it is saved: repeated blanks become one, empty lines are removed.
 * @param {string} text
 * @returns {string[]}
 */
export function linesOf(text) {
  return text
    .split("\n")
    .map((line) => line.trim().replace(/\s+/g, " "))
    .filter((line) => line !== "");
}

/**
 * The time from `start` to `end`, both in seconds, in whole milliseconds.
 * @param {number} start
 * @param {number} end
 */
export const milliseconds = (start, end) => Math.round(end * 1000) - Math.round(start * 1000);

const UNSEEN = /[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/**
 * Characters of a text, in Unicode code points, without invisible marks of direction and joiners.
 * @param {string} text
 */
export const size = (text) => [...text.replace(UNSEEN, "")].length;

/**
 * Characters to read; a line break counts as one.
 * @param {string[]} lines
 */
export const characters = (lines) => size(lines.join("\n"));

/**
 * Characters of the longest line.
 * @param {string[]} lines
 */
export const width = (lines) => Math.max(0, ...lines.map(size));

/**
 * Characters per second; 0 for a cue without duration.
 * @param {string[]} lines
 * @param {number} shown milliseconds
 */
export const cps = (lines, shown) => (shown > 0 ? (1000 * characters(lines)) / shown : 0);

/**
 * The rules that a cue breaks on its own, in the order of their flags.
 * @param {string[]} lines
 * @param {number} shown milliseconds
 * @param {CueLimits} limits
 * @returns {string[]}
 */
export function broken(lines, shown, limits) {
  const judged = {
    too_fast: characters(lines) - limits.speed_tolerance > (limits.cps * shown) / 1000,
    too_short: shown < limits.min_ms - limits.duration_tolerance_ms,
    too_long: shown > limits.max_ms + limits.duration_tolerance_ms,
    wide: width(lines) > limits.width,
    lines: lines.length > limits.lines,
  };
  return Object.entries(judged).flatMap(([rule, isBroken]) => (isBroken ? [rule] : []));
}

/**
 * Whether two successive cues overlap.
 * @param {number} gap milliseconds from the end of the first to the start of the second
 * @param {CueLimits} limits
 */
export const overlapping = (gap, limits) => gap < -limits.overlap_tolerance_ms;

/**
 * The rule that a cue breaks with the one before it, or an empty text.
 * @param {number} gap milliseconds
 * @param {CueLimits} limits
 */
export function brokenBetween(gap, limits) {
  if (overlapping(gap, limits)) return "collides";
  return gap < limits.gap_ms - limits.gap_tolerance_ms ? "gap" : "";
}
