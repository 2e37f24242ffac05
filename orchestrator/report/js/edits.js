/* The edits of cues: text, times, speakers, split, merge, delete, insert, restore. */
import { page } from "./state.js";
import { linesOf, size } from "./cue_rules.js";
import { middle, spokenAt } from "./cutting.js";
import {
  alike,
  before,
  blank,
  cueOf,
  distinct,
  editedTrack,
  inTime,
  known,
  loaded,
  measured,
  plain,
  round,
} from "./measured.js";
import { arrange, begin, change, markSaved, state } from "./history.js";
import { call } from "./people.js";

const DASH = /^[-–—]\s?(?=\S)/;

/**
 * The changes for the server: the edited tracks, and the names.
 * @returns {Changes}
 */
export function changes() {
  /** @type {Changes["tracks"]} */
  const tracks = {};
  for (const track of page.data.tracks)
    if (track.cues !== loaded[track.id]) tracks[track.id] = track.cues.map(plain);
  return { tracks, names: state.names };
}

/**
 * Show saved changes that are not rendered yet.
 * @param {Changes} saved
 */
export function takeUp({ tracks, names }) {
  show(tracks, names);
  markSaved();
}

/**
 * Replace the cues of some tracks, and name speakers, as one change.
 * @param {Record<string, PlainCue[]>} tracks
 * @param {Changes["names"]} names
 */
export function retake(tracks, names) {
  begin();
  show(tracks, names);
}

/**
 * @param {Record<string, (PlainCue | Cue)[]>} tracks
 * @param {Changes["names"]} names
 */
function show(tracks, names) {
  for (const track of page.data.tracks) {
    const wanted = tracks?.[track.id];
    if (wanted)
      track.cues = wanted.map((one) => ("id" in one && !one.rival ? one : known(one, track))).sort(inTime);
  }
  for (const [label, name] of Object.entries(names ?? {})) call(label, name);
  page.cues = editedTrack().cues;
  arrange();
}

/**
 * @param {Cue["id"]} id
 * @param {Partial<Cue>} some
 * @param {{join?: string}} [options]
 */
function replaced(id, some, options) {
  const made = (/** @type {Cue} */ cue) => measured({ ...cue, ...some, base: before(cue) }, editedTrack());
  change((cues) => cues.map((cue) => (cue.id === id ? made(cue) : cue)), options);
}

/**
 * @param {Cue["id"]} id
 * @param {string} text
 */
export function retext(id, text) {
  replaced(id, { text, unsure: [], confidence: null }, { join: `text ${id}` });
}

/**
 * Change a cue's times; returns whether they are valid.
 * @param {Cue["id"]} id
 * @param {{start?: number, end?: number}} times
 */
export function retime(id, { start, end }, join = "") {
  const cue = cueOf(id);
  if (!cue) return false;
  const from = round(start ?? cue.start);
  const to = round(end ?? cue.end);
  if (to - from < 0.05) return false;
  if (from !== cue.start || to !== cue.end)
    replaced(id, { start: from, end: to }, { join: join && `${join} ${id}` });
  return true;
}

/**
 * @param {Cue["id"]} id
 * @param {string[]} speakers
 */
export function respeak(id, speakers) {
  replaced(id, { speakers });
}

/**
 * The number of speakers in a cue, by its lines with a dash; 1 without dialogue.
 * @param {string} text
 */
export function voicesIn(text) {
  const dashes = text.split("\n").filter((line) => DASH.test(line)).length;
  return Math.max(dashes, 1);
}

/**
 * Split a cue at a position in its text; the time is the playback position if that is within the cue, else that of
 * the word.
 * @param {Cue["id"]} id
 * @param {number} place
 */
export function split(id, place) {
  const cue = cueOf(id);
  if (!cue) return;
  const track = editedTrack();
  const at = place > 0 && place < cue.text.length ? place : middle(cue.text);
  const texts = [cue.text.slice(0, at).trim(), cue.text.slice(at).trim()];
  if (!texts[0] || !texts[1]) return;
  const inside = page.time > cue.start + 0.2 && page.time < cue.end - 0.2;
  const time = round(inside ? page.time : spokenAt(cue, at));
  const voices = voicesIn(cue.text) > 1 && cue.speakers.length > 1 ? cue.speakers : null;
  const [one, two] = texts.map((text) => (voices && voicesIn(text) < 2 ? text.replace(DASH, "") : text));
  const early = round(Math.max(cue.start + 0.1, time - track.limits.gap_ms / 1000));
  const halves = [
    { start: cue.start, end: early, text: one, speakers: voices ? [voices[0]] : cue.speakers },
    { id: blank().id, start: time, text: two, speakers: voices ? voices.slice(-1) : cue.speakers },
  ].map((half) => measured({ ...cue, ...half, unsure: [], base: before(cue) }, track));
  change((cues) => cues.flatMap((each) => (each.id === id ? halves : [each])));
}

/**
 * Merge a cue with the next.
 * @param {Cue["id"]} id
 */
export function merge(id) {
  const at = page.cues.findIndex((cue) => cue.id === id);
  const [one, two] = [page.cues[at], page.cues[at + 1]];
  if (!one || !two) return;
  const both = measured(
    {
      ...one,
      ...together(one, two),
      end: Math.max(one.end, two.end),
      unsure: [],
      base: distinct([...before(one), ...before(two)]),
    },
    editedTrack(),
  );
  change((cues) => cues.filter((cue) => cue !== two).map((cue) => (cue === one ? both : cue)), {
    select: id,
  });
}

/**
 * Text and speakers of two merged cues: a dialogue if their speakers differ.
 * @param {Cue} one
 * @param {Cue} two
 */
function together(one, two) {
  const same = one.speakers.join() === two.speakers.join();
  const alone = [one, two].every((cue) => voicesIn(cue.text) < 2);
  if (!alone) {
    const all = [...new Set([...one.speakers, ...two.speakers])];
    return { text: `${one.text}\n${two.text}`, speakers: same ? one.speakers : all };
  }
  const texts = [one, two].map((cue) => linesOf(cue.text).join(" "));
  if (same) {
    const short = size(texts.join(" ")) <= editedTrack().limits.width;
    return { text: texts.join(short ? " " : "\n"), speakers: one.speakers };
  }
  const dialogue = one.speakers.length && two.speakers.length;
  return {
    text: texts.map((text) => (dialogue ? `- ${text}` : text)).join("\n"),
    speakers: [...one.speakers, ...two.speakers],
  };
}

/** @param {Cue["id"]} id */
export function remove(id) {
  const at = page.cues.findIndex((cue) => cue.id === id);
  if (at < 0) return;
  const next = page.cues[at + 1] ?? page.cues[at - 1];
  change((cues) => cues.filter((cue) => cue.id !== id), { select: next?.id ?? null });
}

/* Insert a cue without a speaker at the playback position, or after the cue there; returns whether there is room
   for it. */
export function insert() {
  const track = editedTrack();
  const [gap, least] = [track.limits.gap_ms / 1000, track.limits.min_ms / 1000];
  const at = page.cues.findLastIndex((cue) => cue.start <= page.time);
  const last = /** @type {Cue | undefined} */ (page.cues[at]);
  const next = /** @type {Cue | undefined} */ (page.cues[at + 1]);
  const start = round(Math.max(page.time, last ? last.end + gap : 0));
  const room = (next ? next.start - gap : page.duration || start + 2) - start;
  const fits = room >= Math.min(0.5, least);
  const made = measured({ ...blank(), start, end: round(start + (fits ? Math.min(2, room) : 1)) }, track);
  change((cues) => [...cues, made], { select: made.id });
  return fits;
}

/* Deleted cues of the track, without a cue in their place. */
export function deleted() {
  const track = editedTrack();
  const present = page.cues.flatMap((cue) => [cue, ...(cue.base ?? [])]);
  const kept = new Set(page.cues);
  const gone = loaded[track.id].flatMap((cue) => (kept.has(cue) ? [] : before(cue)));
  const earlier = page.data.review?.deleted[track.id] ?? [];
  return distinct([...earlier, ...gone])
    .filter((one) => !present.some((cue) => alike(cue, one)))
    .sort(inTime);
}

/**
 * Restore a deleted cue.
 * @param {PlainCue} one
 */
export function restore(one) {
  const back = known({ ...one, speakers: [...one.speakers] }, editedTrack());
  change((cues) => [...cues, back], { select: back.id });
}

/**
 * Restore the cues in a cue's place before it was edited.
 * @param {Cue["id"]} id
 */
export function revert(id) {
  const cue = cueOf(id);
  if (!cue?.base) return;
  const { base } = cue;
  const back = base.map((one) => known({ ...one, speakers: [...one.speakers] }, editedTrack()));
  const away = new Set(
    page.cues.filter((one) => one.base?.some((each) => base.some((other) => alike(each, other)))),
  ).add(cue);
  change((cues) => [...cues.filter((one) => !away.has(one)), ...back], { select: back[0]?.id ?? null });
}
