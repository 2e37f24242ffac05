/* Types of the report's data, which `orchestrator/report/data.py` makes, and of the page's state.
   Only the type checker reads this file. Times are seconds unless a name ends in `_ms`. */

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

/* The saved part of a cue: text with line feeds, labels of speakers in the order of its lines with a dash. */
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
  unsure: Interval[]; // parts of the text with low-confidence words
  base: PlainCue[] | null; // the cues before it was edited
  silence?: boolean; // speech without text, listed among the cues to review
  rival?: string; // why it conflicts with a version saved elsewhere
  beside?: boolean; // whether both versions are kept
}

interface Rule {
  flag: string; // of the cues that break it; `gap` is no flag
  name: string;
  limit: string;
  share: number | null;
  broken: (number | string)[]; // ids of cues
}

/* The form of a speaker's label, with NAME for the name, and its maximum length. */
interface LabelStyle {
  form: string;
  room: number;
}

interface Track {
  id: string; // empty for the source language, else the target language's code
  language: string;
  translated: boolean;
  limits: CueLimits;
  labels: (LabelStyle & { every: boolean }) | null; // null if the subtitles show none
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
  verdict: "dropped" | "flagged" | "recovered" | "empty" | "unspoken" | "extra";
  text: string;
  why: string[];
  score: number;
  need: number;
}

/* A change that a model proposes: `before`, a part of the text of a cue there, would become `after`. */
interface Proposal {
  track: string;
  start: number;
  end: number;
  before: string;
  after: string;
  kind: string;
  reason: string;
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

/* Data for editing. `deleted`: cues that an earlier edit removed, by track. */
interface ReviewData {
  token: string;
  back: string; // where Done leads; empty: nowhere, the window can be closed
  state: string;
  run: string;
  saved: Changes | null;
  deleted: Record<string, PlainCue[]>;
  unmade?: boolean; // there are saved edits that the files do not contain yet
}

/* The changes for the server: the cues of each edited track, and names by label (null: the automatic one). */
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
  proposals: Proposal[];
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

/* The events of the page, by name. */
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

/* The visible part of the timeline. */
interface View {
  start: number;
  span: number;
}

/* The waveform, and a coarse copy of it; `rate`: points per second. */
interface Sound {
  peaks: Uint8Array;
  coarse: Uint8Array;
  loudest: number;
  rate: number;
}

/* The area of a lane: it shows seconds `from` to `to` in `width` pixels; `x` gives the pixel of a time. */
interface Area {
  pen: CanvasRenderingContext2D;
  colours: Record<string, string>;
  from: number;
  to: number;
  width: number;
  x: (time: number) => number;
}

/* Arguments of `h()`: attributes, listeners (`onclick`), custom properties (`--share`), and content. */
type Attributes = { [name: string]: unknown };
type Content = Node | string | number | boolean | null | undefined | Attributes | Content[];

/* A side of a cue. */
type Side = "start" | "end";

/* The editable state at one moment. `names`: those that the user set, by label; null: the automatic name. */
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

/* The toolbar's message. */
interface Note {
  text: string;
  bad: boolean;
  more: string[];
}

/* A conflict in a restored draft, with its place. */
interface Remark {
  text: string;
  track?: string;
  start?: number;
}

/* Removed and added cues that overlap. */
interface Group {
  gone: PlainCue[];
  put: PlainCue[];
}

/* The difference of two moments. */
interface Difference {
  tracks: Record<string, Group>;
  names: Record<string, { was: string | null; now: string | null }>;
}

interface Draft extends Difference {
  when: number;
  run: string;
  state: string;
}
