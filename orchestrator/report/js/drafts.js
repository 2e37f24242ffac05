/* What is not saved yet, cue by cue against what was last saved; laid over what is there now, where somebody else may have saved since. */
import { nameOf, page, speakerOf } from "./state.js";
import { alike, moment, plain, retake, savedAt } from "./edits.js";

/* The cues that went and came since the last saving, by track, and what voices were and are called, by label. */
export function difference() {
  const [was, now] = [savedAt(), moment()];
  const tracks = {};
  for (const track of page.data.tracks) {
    const [before, after] = [was.cues[track.id], now.cues[track.id]];
    if (before === after) continue;
    const [gone, put] = [without(before, after), without(after, before)];
    if (gone.length || put.length) tracks[track.id] = { gone, put };
  }
  const names = {};
  for (const { id, name } of now.speakers) {
    const old = was.speakers.find((one) => one.id === id)?.name ?? null;
    if (old !== name) names[id] = { was: old, now: id in now.names ? now.names[id] : name };
  }
  return { tracks, names };
}

const plainKey = ({ start, end, text, speakers }) => JSON.stringify([start, end, text, speakers]);

function without(cues, others) {
  const there = new Set(others.map(plainKey));
  return cues.filter((cue) => !there.has(plainKey(cue))).map(plain);
}

export const isEmpty = ({ tracks, names }) => !Object.keys(tracks).length && !Object.keys(names).length;

/* Take up such a difference, as one change; gives what both had changed, as sentences by track and time.

   A cue that somebody else changed too stays beside the draft's own, both marked: a person keeps one of them. A cue that
   was deleted here and changed there stays. */
export function layOver({ tracks, names }) {
  const said = [];
  const { labels, called } = renamed(names, said);
  const all = {};
  for (const track of page.data.tracks) {
    if (!tracks[track.id]) continue;
    const spoken = (cue) => ({ ...cue, speakers: cue.speakers.map((label) => labels[label] ?? label) });
    const { gone, put } = tracks[track.id];
    all[track.id] = merged(track, gone, put.map(spoken), said);
  }
  retake(all, called);
  return said;
}

function merged(track, gone, put, said) {
  let cues = [...track.cues];
  for (const group of together(gone, put)) {
    const there = (one) => cues.find((cue) => alike(cue, one));
    const taken = group.gone.filter((one) => !there(one)); // somebody else has changed or deleted them
    const fresh = group.put.filter((one) => !there(one));
    const stays = new Set(group.put.map(there));
    const found = new Set(group.gone.map(there).filter((cue) => cue && !stays.has(cue)));
    const theirs = taken.length && (fresh.length || !group.put.length) ? cues.filter((cue) => !stays.has(cue) && !found.has(cue) && taken.some((one) => over(cue, one))) : [];
    cues = cues.filter((cue) => !found.has(cue));
    if (theirs.length) {
      cues = cues.map((cue) => (theirs.includes(cue) ? { ...cue, beside: fresh.length > 0, rival: fresh.length ? "your own stands beside it: keep one" : "you had deleted what it was" } : cue));
      const what = fresh.length ? "both stand there, keep one" : "you had deleted it, theirs stands";
      said.push({ track: track.id, start: theirs[0].start, text: `somebody else changed this too: ${what}` });
    } else if (taken.length && fresh.length) said.push({ track: track.id, start: fresh[0].start, text: "somebody else has deleted what you had changed: yours stands" });
    const rival = theirs.length ? "somebody else changed it too, theirs stands beside it: keep one" : "";
    cues.push(...fresh.map((one) => ({ ...one, rival, beside: true })));
  }
  return cues;
}

const over = (a, b) => Math.min(a.end, b.end) - Math.max(a.start, b.start) > 0.005;

/* The cues that went and came, those that lie over each other together. */
function together(gone, put) {
  const all = [...gone.map((cue) => ({ cue, side: "gone" })), ...put.map((cue) => ({ cue, side: "put" }))];
  const groups = [];
  let end = -1;
  for (const { cue, side } of all.sort((a, b) => a.cue.start - b.cue.start)) {
    if (cue.start >= end - 0.005) groups.push({ gone: [], put: [] });
    groups.at(-1)[side].push(cue);
    end = Math.max(end, cue.end);
  }
  return groups;
}

/* The names to give, and the labels that somebody whom no voice is gets, where another one was given it meanwhile. */
function renamed(names, said) {
  const labels = {};
  const called = {};
  const taken = new Set([...page.data.speakers.map((one) => one.id), ...Object.keys(names)]);
  for (const [label, { was, now }] of Object.entries(names)) {
    const there = speakerOf(label)?.name ?? null;
    let own = label;
    if (was === null && there !== null && there !== now) {
      for (let k = 1; taken.has(own); k += 1) own = `PERSON_${k}`;
      taken.add((labels[label] = own));
    } else if (there !== was && there !== now)
      said.push({ text: `somebody else called ${was ?? label} ${nameOf(label)}: your name stands, ${now ?? "the machine's"}` });
    if (there !== now || own !== label) called[own] = now;
  }
  return { labels, called };
}
