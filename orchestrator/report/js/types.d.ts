/* What the page's modules share: the report's data as `orchestrator/report/data.py` makes it, and the page's
   state.
   Read by the type checker alone; nothing of this file is in the page. Times are seconds unless a name ends
   in `_ms`. */

type Interval = [start: number, end: number];

/* A flag of cues: an entry of `ipc/cue_flags.py`. */
interface CueFlag {
  label: string;
  sentence: string;
  weight: number;
  review: boolean;
}

/* `ipc/cue_rules.py`: limits in characters, characters per second and milliseconds, and their tolerances. */
interface CueLimits {
  width: number;
  lines: number;
  cps: number;
  min_ms: number;
  max_ms: number;
  gap_ms: number;
  gap_tolerance_ms: number;
  duration_tolerance_ms: number;
  overlap_tolerance_ms: number;
  speed_tolerance: number;
}

/* What of a cue is saved: text with line feeds, labels of its speakers in the order of its lines with a dash.
 */
interface PlainCue {
  start: number;
  end: number;
  text: string;
  speakers: string[];
}

interface Cue extends PlainCue {
  id: number | string;
  flags: string[];
  need: number; // review priority, 0 to 1
  why: string[];
  cps: number;
  confidence: number | null;
  speech: number | null; // share of its time with speech under it
  unsure: Interval[]; // parts of the text that low-confidence words stand in
  base: PlainCue[] | null; // what stood there before somebody edited it
  silence?: boolean; // no cue: speech without text, listed among those to review
  rival?: string; // why it conflicts with what somebody else saved
  beside?: boolean; // whether both versions are there
}

interface Rule {
  name: string;
  limit: string;
  share: number | null;
  broken: (number | string)[]; // ids of cues
}

interface Track {
  id: string; // empty for the source language, else the target language's code
  language: string;
  translated: boolean;
  limits: CueLimits;
  cues: Cue[];
  rules: Rule[];
  coverage: number | null;
  unsupported: number | null;
  confidence: number | null;
}

interface Speaker {
  id: string;
  name: string;
  known: boolean;
  source: string;
  confidence: number | null;
  evidence: string[];
  seconds: number;
}

interface Doubt {
  start: number;
  end: number;
  verdict: "dropped" | "flagged" | "recovered" | "empty";
  text: string;
  why: string[];
  score: number;
  need: number;
}

interface StageRow {
  stage: string;
  status: string;
  reason: string;
  device: string;
  compute_type: string;
  model: string;
  method: string;
  seconds: number | null;
  peak_memory: number | null;
  retries: number;
  fallbacks: string[];
  notes: string[];
  degraded: string[];
  error?: { message: string; hint: string } | null;
}

/* What the editing server adds. `deleted`: cues that an earlier edit removed, by track. */
interface ReviewData {
  token: string;
  state: string;
  run: string;
  saved: Changes | null;
  deleted: Record<string, PlainCue[]>;
  unmade?: boolean; // something is saved that the files do not show yet
}

/* What is sent to the server: the cues of each edited track, and names by label (null: the automatic one). */
interface Changes {
  tracks: Record<string, PlainCue[]>;
  names: Record<string, string | null>;
}

interface ReportData {
  editing: boolean;
  film: { name: string; digest: string; seconds: number; language: string; clip: Interval | null };
  media: { film: string; name: string; sound?: string | null };
  verdict: { how: "done" | "degraded" | "failed" | "interrupted"; reasons: string[] };
  said: { text: string; look: boolean }[];
  run: {
    id?: string | null;
    version?: string | null;
    started?: string | null;
    machine: { system: string; cores: number; memory: number | null } | null;
  };
  outputs: { name: string; file: string; url: string; size: number; note: string }[];
  stages: StageRow[];
  waveform: { per_second: number; peaks: string } | null; // peaks: bytes in Base64
  speech: Interval[] | null;
  turns: [start: number, end: number, speaker: string][];
  shots: number[] | null;
  frame_rate: number; // 0: unknown
  sounds: [start: number, end: number, kind: string][];
  tracks: Track[];
  flags: Record<string, CueFlag>;
  speakers: Speaker[]; // in order of appearance
  doubts: Doubt[] | null;
  names: { start: number | null; before: string; after: string; applied: boolean; why: string[] }[];
  words: {
    text: string[];
    space: boolean[];
    start: number[];
    end: number[];
    speaker: (string | null)[];
  } | null;
  missing: string[];
  review?: ReviewData;
}

/* What the page tells its modules, by name. */
interface PageEvents {
  select: Cue | null;
  running: Cue;
  time: number;
  seek: number;
  redraw: undefined;
  filter: undefined;
  edited: undefined;
  status: undefined;
}

/* The part of the film that the timeline shows. */
interface View {
  start: number;
  span: number;
}

/* The waveform, and a coarse copy of it; `rate`: points a second. */
interface Sound {
  peaks: Uint8Array;
  coarse: Uint8Array;
  loudest: number;
  rate: number;
}

/* What a lane of the timeline is painted with: seconds `from` to `to` are shown, `x` says at which pixel of
   `width` a time is. */
interface Area {
  pen: CanvasRenderingContext2D;
  colours: Record<string, string>;
  from: number;
  to: number;
  width: number;
  x: (time: number) => number;
}

/* What `h()` takes: attributes, listeners (`onclick`), custom properties (`--share`), and what to put in. */
type Attributes = { [name: string]: unknown };
type Content = Node | string | number | boolean | null | undefined | Attributes | Content[];

/* A side of a cue. */
type Side = "start" | "end";

/* Everything that can be edited, at one moment. `names`: those that were given, by label; null: the automatic
   name. */
interface Moment {
  version: number;
  names: Record<string, string | null>;
  speakers: Speaker[];
  cues: Record<string, Cue[]>; // by track
}

interface Snapshot extends Moment {
  track: Track | null;
  selected: Cue["id"] | null;
}

/* What the toolbar says. */
interface Note {
  text: string;
  bad: boolean;
  more: string[];
}

/* What somebody who restores a draft should know; with a place to go to. */
interface Remark {
  text: string;
  track?: string;
  start?: number;
}

/* Cues that went and came, together. */
interface Group {
  gone: PlainCue[];
  put: PlainCue[];
}

/* What changed between two moments of editing. */
interface Difference {
  tracks: Record<string, Group>;
  names: Record<string, { was: string | null; now: string | null }>;
}

interface Draft extends Difference {
  when: number;
  run: string;
  state: string;
}
