/* Edited cues: compares them with the loaded ones, and measures them. */
import { page } from "./state.js";
import { broken, characters, cps, milliseconds, width } from "./cue_rules.js";
import { shownIn } from "./shown_lines.js";

const JUDGED = ["too_fast", "too_short", "too_long", "wide", "lines", "collides", "late", "rival"];
/** @type {Record<string, Cue[]>} */
export const loaded = Object.fromEntries(page.data.tracks.map((track) => [track.id, track.cues]));
let fresh = 0;

/* The track that is edited; every reviewed film has one. */
export function editedTrack() {
  if (!page.track) throw new Error("there is no track to edit");
  return page.track;
}

/** @param {Cue["id"] | null} id */
export const cueOf = (id) => page.cues.find((cue) => cue.id === id);

/** @param {number} time */
export const round = (time) => Math.round(Math.max(0, time) * 100) / 100;

/** @param {PlainCue} cue */
export const plain = ({ start, end, text, speakers }) => ({ start, end, text, speakers });

/**
 * @param {PlainCue} a
 * @param {PlainCue} b
 */
export const alike = (a, b) =>
  a.text === b.text &&
  a.speakers.join() === b.speakers.join() &&
  Math.abs(a.start - b.start) < 0.005 &&
  Math.abs(a.end - b.end) < 0.005;

/**
 * @param {PlainCue} a
 * @param {PlainCue} b
 */
export const inTime = (a, b) => a.start - b.start || a.end - b.end;

/**
 * The same without repetitions.
 * @param {PlainCue[]} cues
 */
export const distinct = (cues) => cues.filter((cue, k) => cues.findIndex((other) => alike(other, cue)) === k);

/**
 * The cues in a cue's place before it was edited.
 * @param {Cue} cue
 */
export const before = (cue) => cue.base ?? [plain(cue)];

/** @returns {Cue} */
export function blank() {
  fresh += 1;
  return {
    id: `new-${fresh}`,
    start: 0,
    end: 0,
    text: "",
    speakers: [],
    flags: [],
    need: 0,
    why: [],
    cps: 0,
    confidence: null,
    speech: null,
    unsure: [],
    base: [],
  };
}

/**
 * The loaded cue that equals a saved one; else a new one, with the cues in its place as its base.
 * @param {PlainCue & {base?: PlainCue[] | null, rival?: string, beside?: boolean}} one
 * @param {Track} track
 */
export function known(one, track) {
  const near = loaded[track.id].filter((cue) => cue.start < one.end && cue.end > one.start);
  const same = near.find((cue) => alike(cue, one));
  if (same && !one.rival) return same;
  return measured({ ...(same ?? blank()), ...one, base: one.base ?? near.flatMap(before) }, track);
}

/**
 * The cue with its present measurements and flags.
 * @param {Cue} cue
 * @param {Track} track
 * @returns {Cue}
 */
export function measured(cue, track) {
  if (cue.base?.length === 1 && !cue.rival && alike(cue.base[0], cue)) {
    const same = loaded[track.id].find((one) => alike(one, cue) && !one.base);
    if (same) return { ...same, id: cue.id };
  }
  const { limits } = track;
  const lines = shownIn(cue, track);
  const shown = milliseconds(cue.start, cue.end);
  const wrong = broken(lines, shown, limits);
  const reasons = wrong.map((rule) => reasonOf(rule, lines, shown, limits));
  if (cue.rival) {
    wrong.push("rival");
    reasons.push(cue.rival);
  }
  const others = cue.flags.filter((flag) => !JUDGED.includes(flag) && flag !== "edited");
  return {
    ...cue,
    cps: Math.round(cps(lines, shown) * 10) / 10,
    flags: [...others, "edited", ...wrong],
    need: priority(wrong),
    why: reasons,
  };
}

/**
 * The review priority of flags, as `orchestrator/report/need.py` combines them.
 * @param {string[]} flags
 */
function priority(flags) {
  const left = flags.reduce((rest, flag) => rest * (1 - (page.data.flags[flag]?.weight ?? 0)), 1);
  return Math.round((1 - left) * 1000) / 1000;
}

/**
 * How a cue breaks a rule, in words.
 * @param {string} rule
 * @param {string[]} lines
 * @param {number} shown
 * @param {CueLimits} limits
 */
function reasonOf(rule, lines, shown, limits) {
  const seconds = (shown / 1000).toFixed(2);
  switch (rule) {
    case "too_fast":
      return shown > 0
        ? `${cps(lines, shown).toFixed(1)} characters per second (limit ${limits.cps})`
        : `${characters(lines)} characters, but no duration`;
    case "too_short":
      return `shown for ${seconds} s (minimum ${(limits.min_ms / 1000).toFixed(2)} s)`;
    case "too_long":
      return `shown for ${seconds} s (maximum ${limits.max_ms / 1000} s)`;
    case "wide":
      return `a line of ${width(lines)} characters (limit ${limits.width})`;
    default:
      return `${lines.length} lines (limit ${limits.lines})`;
  }
}
