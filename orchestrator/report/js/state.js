/* The page's one state, which every module reads and none keeps a copy of.

   page.data      what `orchestrator/report/data.py` made:
                    editing   whether cues can be mended here
                    film      {name, digest, seconds, language, clip: [start, end] | null}
                    media     {film: URL, name}; the editing server puts its own URL there
                    verdict   {how: done | degraded | failed | interrupted, reasons: [text]}
                    tracks    [{id: "" | code, language, translated, limits, cues, rules, coverage, unsupported, confidence}]
                    limits    {width, lines, cps, min, max, gap}: characters, lines, characters a second, seconds
                    speakers  [{id, name, known, source, confidence, evidence, seconds}] in order of appearance
                    turns     [[start, end, speaker id]], speech and overlap [[start, end]] | null
                    waveform  {per_second, peaks: Base64} | null, shots [seconds] | null, frame_rate (0: unknown)
                    doubts    [{start, end, verdict, text, why, score, need}] | null
                    words     {text, space, start, end, speaker} as columns; only where editing
   page.track     the track that is shown
   page.cues      its cues in order of time: {id, start, end, text, speakers, flags, need, why, cps, confidence, speech, unsure, base}
                    times in seconds, text with line feeds; `base` is null, or [{start, end, text, speakers}] that stood there
                    before somebody mended it. Whoever changes the array calls page.redraw().
   page.selected  the cue that is selected, or null
   page.time      the playing position in seconds; page.playing

   page.select(id)   select a cue: every view shows it. {seek: false} leaves the playing position
   page.seek(t)      go to a time
   page.redraw()     after cues, names or the track have changed
   page.on(name, f)  be told of: select, time, redraw, filter
*/
export const page = {
  data: JSON.parse(document.getElementById("data").textContent),
  track: null,
  cues: [],
  selected: null,
  time: 0,
  playing: false,
  duration: 0,

  on(name, listener) {
    (listeners[name] ??= []).push(listener);
  },
  tell(name, detail) {
    for (const listener of listeners[name] ?? []) listener(detail);
  },
  show(trackId) {
    page.track = page.data.tracks.find((track) => track.id === trackId) ?? page.data.tracks[0] ?? null;
    page.cues = page.track?.cues ?? [];
    page.selected = page.cues[cueAt(page.time)] ?? null;
    page.redraw();
  },
  select(id, { seek = true } = {}) {
    const cue = page.cues.find((one) => one.id === id);
    if (!cue) return;
    page.selected = cue;
    if (seek) page.seek(cue.start + 0.001);
    page.tell("select", cue);
  },
  seek(time) {
    page.time = Math.min(Math.max(0, time), page.duration || time);
    page.tell("seek", page.time);
    page.tell("time", page.time);
  },
  redraw() {
    page.tell("redraw");
  },
};

const listeners = {};

/* Index of the cue that is shown at a time, or -1; where two are, the one that began last. */
export function cueAt(time, cues = page.cues) {
  const index = lastBefore(cues, time);
  return index >= 0 && cues[index].end > time ? index : -1;
}

/* Index of the last item that starts at or before a time, or -1. */
export function lastBefore(items, time) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function speakerOf(id) {
  return page.data.speakers.find((one) => one.id === id);
}

export function nameOf(id) {
  return speakerOf(id)?.name ?? id;
}

/* The number of a speaker's colour, from 0 to 7. */
export function colourOf(id) {
  return Math.max(0, page.data.speakers.findIndex((one) => one.id === id)) % 8;
}
