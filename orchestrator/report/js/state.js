/* The page's state. Every module reads it, and none keeps a copy. `types.d.ts` describes its parts.

   page.data      the data from `orchestrator/report/data.py`
   page.track     the visible track, or null
   page.cues      its cues in order of time. Call page.redraw() after changing the array.
   page.selected  the cue that is selected, or null
   page.time      the playback position in seconds; page.playing

   page.select(id)   select a cue in every view. {seek: false} keeps the playback position
   page.seek(t)      go to a time
   page.redraw()     after cues, names or the track have changed
   page.on(name, f)  call f at an event: select, time, seek, running, redraw, filter, edited
*/

/** @type {{[name in keyof PageEvents]?: ((detail: any) => void)[]}} */
const listeners = {};

export const page = {
  data: /** @type {ReportData} */ (JSON.parse(document.getElementById("data")?.textContent ?? "{}")),
  track: /** @type {Track | null} */ (null),
  cues: /** @type {Cue[]} */ ([]),
  selected: /** @type {Cue | null} */ (null),
  time: 0,
  playing: false,
  duration: 0,

  /**
   * @template {keyof PageEvents} Name
   * @param {Name} name
   * @param {(detail: PageEvents[Name]) => void} listener
   */
  on(name, listener) {
    listeners[name] = [...(listeners[name] ?? []), listener];
  },
  /**
   * @template {keyof PageEvents} Name
   * @param {Name} name
   * @param {PageEvents[Name]} [detail]
   */
  tell(name, detail) {
    for (const listener of listeners[name] ?? []) listener(detail);
  },
  /** @param {string} trackId */
  show(trackId) {
    page.track = page.data.tracks.find((track) => track.id === trackId) ?? page.data.tracks[0] ?? null;
    page.cues = page.track?.cues ?? [];
    page.selected = page.cues[cueAt(page.time)] ?? null;
    page.redraw();
  },
  /** @param {Cue["id"]} id */
  select(id, { seek = true } = {}) {
    const cue = page.cues.find((one) => one.id === id);
    if (!cue) return;
    page.selected = cue;
    if (seek) page.seek(cue.start + 0.001);
    page.tell("select", cue);
  },
  /** @param {number} time */
  seek(time) {
    page.time = Math.min(Math.max(0, time), page.duration || time);
    page.tell("seek", page.time);
    page.tell("time", page.time);
  },
  redraw() {
    page.tell("redraw");
  },
};

/**
 * Index of the cue at a time, or -1; of two, the one that started last.
 * @param {number} time
 */
export function cueAt(time, cues = page.cues) {
  const index = lastBefore(cues, time);
  return index >= 0 && cues[index].end > time ? index : -1;
}

/**
 * Index of the last item that starts at or before a time, or -1.
 * @param {{start: number}[]} items
 * @param {number} time
 */
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

/** @param {string} id */
export const speakerOf = (id) => page.data.speakers.find((one) => one.id === id);

/** @param {string} id */
export const nameOf = (id) => speakerOf(id)?.name ?? id;

/**
 * The number of a speaker's colour, from 0 to 7.
 * @param {string} id
 */
export const colourOf = (id) =>
  Math.max(
    0,
    page.data.speakers.findIndex((one) => one.id === id),
  ) % 8;

/**
 * A flag's label; its name if the table lacks it.
 * @param {string} flag
 */
export const flagLabel = (flag) => page.data.flags[flag]?.label ?? flag.replaceAll("_", " ");
