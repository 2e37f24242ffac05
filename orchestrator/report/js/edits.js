/* The cues while they are edited: each change makes new cues of the old ones, which stay as they were for the way back. */
import { page } from "./state.js";
import { middle, spokenAt } from "./cutting.js";

const past = [];
const ahead = [];
const loaded = Object.fromEntries(page.data.tracks.map((track) => [track.id, track.cues]));
const RULES = ["too_fast", "too_short", "too_long", "wide", "lines", "collides", "late", "rival"];
const DASH = /^[-–—]\s?(?=\S)/;
let names = {}; // what voices are called, by label, where that was changed; null: as the machine calls them
let version = 0;
let latest = 0;
let joined = "";
let fresh = 0;

/* Everything that can be changed, as it is now. */
export const moment = () => ({ version, names, speakers: page.data.speakers, cues: Object.fromEntries(page.data.tracks.map((track) => [track.id, track.cues])) });
let saved = moment();
export const savedAt = () => saved;
export const markSaved = (at = moment()) => (saved = at);
export const isDirty = () => version !== saved.version;
export const canUndo = () => past.length > 0;
export const canRedo = () => ahead.length > 0;
export const cueOf = (id) => page.cues.find((cue) => cue.id === id);
export const round = (time) => Math.round(Math.max(0, time) * 100) / 100;
const size = (text) => [...text].length;

/* What the server is to keep: the tracks that were changed, and the names. */
export function changes() {
  const tracks = {};
  for (const track of page.data.tracks)
    if (track.cues !== loaded[track.id]) tracks[track.id] = track.cues.map(plain);
  return { tracks, names };
}

/* Show what was saved and is not made yet, as `changes` gave it. */
export function takeUp({ tracks, names: called }) {
  show(tracks, called);
  markSaved();
}

export const plain = ({ start, end, text, speakers }) => ({ start, end, text, speakers });

/* Put other cues, {start, end, text, speakers, rival}, in the place of those of some tracks, and give names, as one change. */
export function retake(tracks, called) {
  remember();
  joined = "";
  version = latest += 1;
  show(tracks, called);
}

function show(tracks, called) {
  for (const track of page.data.tracks)
    if (tracks?.[track.id]) track.cues = tracks[track.id].map((one) => (one.id && !one.rival ? one : known(one, track))).sort(inTime);
  for (const [label, name] of Object.entries(called ?? {})) call(label, name);
  page.cues = page.track.cues;
  arrange();
}

/* A cue that was kept as {start, end, text, speakers}: the loaded one where it is the same. */
function known(one, track) {
  const near = loaded[track.id].filter((cue) => cue.start < one.end && cue.end > one.start);
  const same = near.find((cue) => alike(cue, one));
  if (same && !one.rival) return same;
  return measured({ ...(same ?? blank()), ...one, base: one.base ?? near.flatMap(before) }, track);
}

const blank = () => ({ id: `new-${(fresh += 1)}`, text: "", speakers: [], flags: [], need: 0, why: [], confidence: null, speech: null, unsure: [], base: [] });
export const alike = (a, b) => a.text === b.text && a.speakers.join() === b.speakers.join() && Math.abs(a.start - b.start) < 0.005 && Math.abs(a.end - b.end) < 0.005;
const before = (cue) => cue.base ?? [{ start: cue.start, end: cue.end, text: cue.text, speakers: cue.speakers }];

const inTime = (a, b) => a.start - b.start || a.end - b.end;
const distinct = (cues) => cues.filter((cue, k) => cues.findIndex((other) => alike(other, cue)) === k);

function snapshot() {
  const cues = page.data.tracks.map((track) => track.cues);
  return { track: page.track, cues, names, speakers: page.data.speakers, selected: page.selected?.id ?? null, version };
}

function remember() {
  past.push(snapshot());
  if (past.length > 500) past.shift();
  ahead.length = 0;
}

/* Do something to the track: `how` gets a copy of the cues and gives the new ones. Changes in a row with the same `join` are one. */
function change(how, { select = undefined, join = "" } = {}) {
  if (!join || join !== joined) remember();
  joined = join;
  version = latest += 1;
  const id = select === undefined ? page.selected?.id : select;
  page.track.cues = how([...page.track.cues]);
  page.cues = page.track.cues;
  arrange(id);
}

export function endTyping() {
  joined = "";
}

function arrange(id = page.selected?.id) {
  page.cues.sort(inTime);
  let last = null;
  const together = new Set();
  for (const cue of page.cues) {
    if (last && cue.start < last.end - 0.001 && (cue.base || last.base)) together.add(last).add(cue);
    if (!last || cue.end > last.end) last = cue;
  }
  page.cues.forEach((cue, k) => {
    if (cue.rival && cue.beside && !together.has(cue)) cue = page.cues[k] = measured({ ...cue, rival: "" });
    if (cue.flags.includes("collides") === together.has(cue)) return;
    const flags = cue.flags.filter((flag) => flag !== "collides");
    page.cues[k] = { ...cue, flags: together.has(cue) ? [...flags, "collides"] : flags };
  });
  page.selected = page.cues.find((cue) => cue.id === id) ?? null;
  page.tell("edited");
}

/* The cue with its figures and flags as they are now. */
function measured(cue, track = page.track) {
  if (cue.base?.length === 1 && !cue.rival) {
    const same = loaded[track.id].find((one) => alike(one, cue) && !one.base);
    if (same && alike(cue.base[0], cue)) return { ...same, id: cue.id };
  }
  const { limits } = track;
  const seconds = cue.end - cue.start;
  const cps = Math.round((size(cue.text.replaceAll("\n", "")) / seconds) * 10) / 10;
  const lines = cue.text.split("\n");
  const broken = {
    too_fast: cps > limits.cps + 0.05 && `read at ${cps} characters a second`,
    too_short: seconds < limits.min - 0.002 && `shown for ${seconds.toFixed(2)} s`,
    too_long: seconds > limits.max + 0.002 && `shown for ${seconds.toFixed(2)} s`,
    wide: Math.max(...lines.map(size)) > limits.width && `a line of ${Math.max(...lines.map(size))} characters`,
    lines: lines.length > limits.lines && `${lines.length} lines`,
    rival: cue.rival,
  };
  const wrong = Object.keys(broken).filter((flag) => broken[flag]);
  const flags = [...cue.flags.filter((flag) => !RULES.includes(flag) && flag !== "edited"), "edited", ...wrong];
  return { ...cue, cps, flags, need: cue.rival ? 1 : wrong.length ? 0.15 : 0, why: wrong.map((flag) => broken[flag]) };
}

function replaced(id, some, options) {
  change((cues) => cues.map((cue) => (cue.id === id ? measured({ ...cue, ...some, base: before(cue) }) : cue)), options);
}

export function retext(id, text) {
  replaced(id, { text, unsure: [], confidence: null }, { join: `text ${id}` });
}

export function retime(id, { start, end }, join = "") {
  const cue = cueOf(id);
  const from = round(start ?? cue.start);
  const to = round(end ?? cue.end);
  if (to - from < 0.05) return false;
  if (from !== cue.start || to !== cue.end) replaced(id, { start: from, end: to }, { join: join && `${join} ${id}` });
  return true;
}

export function respeak(id, speakers) {
  replaced(id, { speakers });
}

/* How many of a cue's lines are a speaker's own, by their dashes; 1 where it is no dialogue. */
export function voicesIn(text) {
  const dashes = text.split("\n").filter((line) => DASH.test(line)).length;
  return dashes > 1 ? dashes : 1;
}

/* Cut a cue in two at a place in its text: the time is the playing position where that lies in the cue, else that of the word. */
export function split(id, place) {
  const cue = cueOf(id);
  if (!cue) return;
  const at = place > 0 && place < cue.text.length ? place : middle(cue.text);
  const texts = [cue.text.slice(0, at).trim(), cue.text.slice(at).trim()];
  if (!texts[0] || !texts[1]) return;
  const inside = page.time > cue.start + 0.2 && page.time < cue.end - 0.2;
  const time = round(inside ? page.time : spokenAt(cue, at));
  const { gap } = page.track.limits;
  const voices = voicesIn(cue.text) > 1 && cue.speakers.length > 1 ? cue.speakers : null;
  const [one, two] = texts.map((text) => (voices && voicesIn(text) < 2 ? text.replace(DASH, "") : text));
  const halves = [
    { id: cue.id, start: cue.start, end: round(Math.max(cue.start + 0.1, time - gap)), text: one, speakers: voices ? [voices[0]] : cue.speakers },
    { id: blank().id, start: time, end: cue.end, text: two, speakers: voices ? voices.slice(-1) : cue.speakers },
  ].map((half) => measured({ ...cue, ...half, unsure: [], base: before(cue) }));
  change((cues) => cues.flatMap((one) => (one.id === id ? halves : [one])));
}

/* Make one cue of this and the next. */
export function merge(id) {
  const at = page.cues.findIndex((cue) => cue.id === id);
  const [one, two] = [page.cues[at], page.cues[at + 1]];
  if (!one || !two) return;
  const flat = (text) => text.replace(/\s*\n\s*/g, " ");
  const same = one.speakers.join() === two.speakers.join();
  const alone = [one, two].every((cue) => voicesIn(cue.text) < 2);
  const dialogue = !same && alone && one.speakers.length && two.speakers.length;
  const texts = alone ? [flat(one.text), flat(two.text)] : [one.text, two.text];
  const short = same && size(texts.join(" ")) <= page.track.limits.width;
  const text = dialogue ? texts.map((each) => `- ${each}`).join("\n") : texts.join(short ? " " : "\n");
  const speakers = same ? one.speakers : alone ? [...one.speakers, ...two.speakers] : [...new Set([...one.speakers, ...two.speakers])];
  const both = { ...one, end: Math.max(one.end, two.end), text, speakers, unsure: [], base: distinct([...before(one), ...before(two)]) };
  change((cues) => cues.filter((cue) => cue !== two).map((cue) => (cue === one ? measured(both) : cue)), { select: id });
}

export function remove(id) {
  const at = page.cues.findIndex((cue) => cue.id === id);
  if (at < 0) return;
  const next = page.cues[at + 1] ?? page.cues[at - 1];
  change((cues) => cues.filter((cue) => cue.id !== id), { select: next?.id ?? null });
}

/* Put a cue in at the playing position, or in the gap behind the cue that is shown there; whether there is room for it. Nobody speaks it yet. */
export function insert() {
  const { limits } = page.track;
  const at = page.cues.findLastIndex((cue) => cue.start <= page.time);
  const [last, next] = [page.cues[at], page.cues[at + 1]];
  const start = round(Math.max(page.time, last ? last.end + limits.gap : 0));
  const room = (next ? next.start - limits.gap : page.duration || start + 2) - start;
  const fits = room >= Math.min(0.5, limits.min);
  const made = measured({ ...blank(), start, end: round(start + (fits ? Math.min(2, room) : 1)) });
  change((cues) => [...cues, made], { select: made.id });
  return fits;
}

/* Cues of the track that were deleted, by the machine's run or by hand: no cue stands in their place. */
export function deleted() {
  const there = page.cues.flatMap((cue) => [cue, ...(cue.base ?? [])]);
  const kept = new Set(page.cues);
  const gone = loaded[page.track.id].flatMap((cue) => (kept.has(cue) ? [] : before(cue)));
  const earlier = page.data.review.deleted[page.track.id] ?? [];
  return distinct([...earlier, ...gone]).filter((one) => !there.some((cue) => alike(cue, one))).sort(inTime);
}

/* Bring such a cue back. */
export function restore(one) {
  const back = known({ ...one, speakers: [...one.speakers] }, page.track);
  change((cues) => [...cues, back], { select: back.id });
}

/* Give a cue back what the machine made there. */
export function revert(id) {
  const cue = cueOf(id);
  if (!cue?.base) return;
  const back = cue.base.map((one) => known({ ...one, speakers: [...one.speakers] }, page.track));
  const away = page.cues.filter((one) => one.base && one.base.some((each) => cue.base.some((other) => alike(each, other))));
  change((cues) => [...cues.filter((one) => one !== cue && !away.includes(one)), ...back], { select: back[0]?.id ?? null });
}

function call(label, name) {
  names = { ...names, [label]: name };
  const one = page.data.speakers.find((speaker) => speaker.id === label);
  const shown = name ?? "(as the machine calls it)";
  if (one) page.data.speakers = page.data.speakers.map((speaker) => (speaker === one ? { ...one, name: shown, known: true } : speaker));
  else page.data.speakers = [...page.data.speakers, { id: label, name: shown, known: true, source: "", confidence: null, evidence: [], seconds: 0 }];
}

/* Call a voice by a name in the whole film; an empty one gives it back to the machine. */
export function rename(label, name) {
  const clean = name.trim().replace(/\s+/g, " ");
  remember();
  joined = "";
  version = latest += 1;
  call(label, clean || null);
  arrange();
}

/* Somebody whom no voice is: a label for a new name. */
export function newPerson(name) {
  const taken = new Set(page.data.speakers.map((speaker) => speaker.id));
  let number = 1;
  while (taken.has(`PERSON_${number}`)) number += 1;
  rename(`PERSON_${number}`, name);
  return `PERSON_${number}`;
}

export function undo() {
  turn(past, ahead);
}

export function redo() {
  turn(ahead, past);
}

function turn(from, to) {
  const state = from.pop();
  if (!state) return;
  joined = "";
  to.push(snapshot());
  page.data.tracks.forEach((track, k) => (track.cues = state.cues[k]));
  page.track = state.track;
  page.cues = page.track.cues;
  ({ names, version } = state);
  page.data.speakers = state.speakers;
  arrange(state.selected);
  if (page.selected) page.tell("select", page.selected);
}
