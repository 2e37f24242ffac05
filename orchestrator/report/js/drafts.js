/* Unsaved changes as a difference to the last saved state, and how they merge with what was saved elsewhere since. */
import { nameOf, page, speakerOf } from "./state.js";
import { alike, plain } from "./measured.js";
import { moment, savedAt } from "./history.js";
import { retake } from "./edits.js";

const CLOSE = 0.005; // seconds

/**
 * The cues removed and added since the last save, by track, and speakers' names before and after, by label.
 * @returns {Difference}
 */
export function difference() {
  const [was, now] = [savedAt(), moment()];
  /** @type {Difference} */
  const found = { tracks: {}, names: {} };
  for (const { id } of page.data.tracks) {
    const [before, after] = [was.cues[id], now.cues[id]];
    if (before === after) continue;
    const [gone, put] = [without(before, after), without(after, before)];
    if (gone.length || put.length) found.tracks[id] = { gone, put };
  }
  for (const { id, name } of now.speakers) {
    const old = was.speakers.find((one) => one.id === id)?.name ?? null;
    if (old !== name) found.names[id] = { was: old, now: id in now.names ? now.names[id] : name };
  }
  return found;
}

/** @param {PlainCue} cue */
const keyOf = ({ start, end, text, speakers }) => JSON.stringify([start, end, text, speakers]);

/**
 * @param {Cue[]} cues
 * @param {Cue[]} others
 */
function without(cues, others) {
  const keys = new Set(others.map(keyOf));
  return cues.filter((cue) => !keys.has(keyOf(cue))).map(plain);
}

/** @param {Difference} difference */
export const isEmpty = ({ tracks, names }) => !Object.keys(tracks).length && !Object.keys(names).length;

/**
 * Apply such a difference, as one change; returns messages about conflicts.
 *
 * If a cue was also changed elsewhere, both versions are kept and marked, and the user keeps one of them. A cue
 * that was deleted here and changed elsewhere stays.
 * @param {Difference} difference
 * @returns {Remark[]}
 */
export function layOver({ tracks, names }) {
  /** @type {Remark[]} */
  const remarks = [];
  const { labels, given } = renamed(names, remarks);
  /** @type {Record<string, PlainCue[]>} */
  const all = {};
  for (const track of page.data.tracks) {
    if (!tracks[track.id]) continue;
    const { gone, put } = tracks[track.id];
    const own = put.map((cue) => ({
      ...cue,
      speakers: cue.speakers.map((label) => labels[label] ?? label),
    }));
    all[track.id] = merged(track, gone, own, remarks);
  }
  retake(all, given);
  return remarks;
}

/**
 * @param {Track} track
 * @param {PlainCue[]} gone
 * @param {PlainCue[]} put
 * @param {Remark[]} remarks
 * @returns {PlainCue[]}
 */
function merged(track, gone, put, remarks) {
  return groups(gone, put).reduce(
    (cues, group) => withGroup(track.id, cues, group, remarks),
    /** @type {(Cue | PlainCue)[]} */ (track.cues),
  );
}

/**
 * The cues of a track with one group of a draft's changes applied.
 * @param {string} track
 * @param {(Cue | PlainCue)[]} cues
 * @param {Group} group
 * @param {Remark[]} remarks
 */
function withGroup(track, cues, group, remarks) {
  const present = (/** @type {PlainCue} */ one) => cues.find((cue) => alike(cue, one));
  const taken = group.gone.filter((one) => !present(one)); // changed or deleted elsewhere
  const fresh = group.put.filter((one) => !present(one));
  const stays = new Set(group.put.map(present));
  const replaced = new Set(group.gone.map(present).filter((cue) => cue && !stays.has(cue)));
  const contested = taken.length > 0 && (fresh.length > 0 || !group.put.length);
  const theirs = contested
    ? cues.filter((cue) => !stays.has(cue) && !replaced.has(cue) && taken.some((one) => over(cue, one)))
    : [];
  if (theirs.length) {
    const what = fresh.length
      ? "somebody else changed this cue too: both versions are shown, keep one"
      : "somebody else changed a cue that you deleted: it stays";
    remarks.push({ track, start: theirs[0].start, text: what });
  } else if (taken.length && fresh.length) {
    const text = "somebody else deleted a cue that you changed: your version stays";
    remarks.push({ track, start: fresh[0].start, text });
  }
  const rival = fresh.length
    ? "somebody else's version: keep this one or yours"
    : "you deleted this cue, somebody else changed it";
  const own = theirs.length ? "your version: keep this one or somebody else's" : "";
  return [
    ...cues
      .filter((cue) => !replaced.has(cue))
      .map((cue) => (theirs.includes(cue) ? { ...cue, beside: fresh.length > 0, rival } : cue)),
    ...fresh.map((one) => ({ ...one, rival: own, beside: true })),
  ];
}

/**
 * @param {PlainCue} a
 * @param {PlainCue} b
 */
const over = (a, b) => Math.min(a.end, b.end) - Math.max(a.start, b.start) > CLOSE;

/**
 * The removed and added cues in groups that overlap.
 * @param {PlainCue[]} gone
 * @param {PlainCue[]} put
 */
function groups(gone, put) {
  const all = [
    ...gone.map((cue) => ({ cue, side: /** @type {const} */ ("gone") })),
    ...put.map((cue) => ({ cue, side: /** @type {const} */ ("put") })),
  ].sort((a, b) => a.cue.start - b.cue.start);
  /** @type {Group[]} */
  const found = [];
  let end = -1;
  for (const { cue, side } of all) {
    if (cue.start >= end - CLOSE) found.push({ gone: [], put: [] });
    found[found.length - 1][side].push(cue);
    end = Math.max(end, cue.end);
  }
  return found;
}

/**
 * The names to set, and other labels for new speakers whose label was taken meanwhile.
 * @param {Difference["names"]} names
 * @param {Remark[]} remarks
 */
function renamed(names, remarks) {
  /** @type {Record<string, string>} */
  const labels = {};
  /** @type {Changes["names"]} */
  const given = {};
  const taken = new Set([...page.data.speakers.map((one) => one.id), ...Object.keys(names)]);
  for (const [label, { was, now }] of Object.entries(names)) {
    const theirs = speakerOf(label)?.name ?? null;
    let own = label;
    if (was === null && theirs !== null && theirs !== now) {
      for (let k = 1; taken.has(own); k += 1) own = `PERSON_${k}`;
      taken.add(own);
      labels[label] = own;
    } else if (theirs !== was && theirs !== now) {
      const kept = now ?? "the automatic one";
      remarks.push({
        text: `somebody else renamed ${was ?? label} to ${nameOf(label)}: your name is kept, ${kept}`,
      });
    }
    if (theirs !== now || own !== label) given[own] = now;
  }
  return { labels, given };
}
