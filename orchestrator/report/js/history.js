/* The history of edits. Each change makes new cues and leaves the old ones unchanged, so that it can be undone. */
import { page } from "./state.js";
import { overlapping, milliseconds } from "./cue_rules.js";
import { editedTrack, inTime, measured } from "./measured.js";

const LONGEST = 500; // changes that can be undone
/** @type {Snapshot[]} */
const past = [];
/** @type {Snapshot[]} */
const ahead = [];
export const state = { names: /** @type {Moment["names"]} */ ({}), version: 0, latest: 0, joined: "" };

/** @returns {Moment} */
export const moment = () => ({
  version: state.version,
  names: state.names,
  speakers: page.data.speakers,
  cues: Object.fromEntries(page.data.tracks.map((track) => [track.id, track.cues])),
});
let saved = moment();

export const savedAt = () => saved;
export function markSaved(at = moment()) {
  saved = at;
}
export const isDirty = () => state.version !== saved.version;
export const canUndo = () => past.length > 0;
export const canRedo = () => ahead.length > 0;

/** @returns {Snapshot} */
const snapshot = () => ({ ...moment(), track: page.track, selected: page.selected?.id ?? null });

/* Begin a change. Successive changes with the same `join` count as one. */
export function begin(join = "") {
  if (!join || join !== state.joined) {
    past.push(snapshot());
    if (past.length > LONGEST) past.shift();
    ahead.length = 0;
  }
  state.joined = join;
  state.latest += 1;
  state.version = state.latest;
}

/**
 * Change the track: `how` gets a copy of the cues and returns the new ones.
 * @param {(cues: Cue[]) => Cue[]} how
 * @param {{select?: Cue["id"] | null, join?: string}} options
 */
export function change(how, { select, join = "" } = {}) {
  begin(join);
  const id = select === undefined ? page.selected?.id : select;
  const track = editedTrack();
  track.cues = how([...track.cues]);
  page.cues = track.cues;
  arrange(id);
}

export function endTyping() {
  state.joined = "";
}

/**
 * Sort the cues, flag edited ones that overlap, and notify the page.
 * @param {Cue["id"] | null} [id] of the cue to select
 */
export function arrange(id = page.selected?.id) {
  const track = editedTrack();
  page.cues.sort(inTime);
  const together = overlaps(page.cues, track.limits);
  page.cues.forEach((each, k) => {
    const apart = each.rival && each.beside && !together.has(each);
    const cue = apart ? measured({ ...each, rival: "" }, track) : each;
    const flags = cue.flags.filter((flag) => flag !== "collides");
    if (together.has(each)) flags.push("collides");
    page.cues[k] = flags.length === cue.flags.length ? cue : { ...cue, flags };
  });
  page.selected = page.cues.find((cue) => cue.id === id) ?? null;
  page.tell("edited");
}

/**
 * The cues that overlap another, if one of the two was edited.
 * @param {Cue[]} cues in order of time
 * @param {CueLimits} limits
 */
function overlaps(cues, limits) {
  /** @type {Set<Cue>} */
  const found = new Set();
  /** @type {Cue | null} */
  let last = null;
  for (const cue of cues) {
    if (last && overlapping(milliseconds(last.end, cue.start), limits) && (cue.base || last.base))
      found.add(last).add(cue);
    if (!last || cue.end > last.end) last = cue;
  }
  return found;
}

export function undo() {
  turn(past, ahead);
}

export function redo() {
  turn(ahead, past);
}

/**
 * @param {Snapshot[]} from
 * @param {Snapshot[]} to
 */
function turn(from, to) {
  const was = from.pop();
  if (!was) return;
  state.joined = "";
  to.push(snapshot());
  for (const track of page.data.tracks) track.cues = was.cues[track.id];
  page.track = was.track;
  page.cues = page.track?.cues ?? [];
  state.names = was.names;
  state.version = was.version;
  page.data.speakers = was.speakers;
  arrange(was.selected);
  if (page.selected) page.tell("select", page.selected);
}
