/* Types of what the service's API answers (docs/serve.md) and of the page's state. Times are seconds since
   1970, sizes bytes. Only the type checker reads this file. */

type ServeState = "queued" | "running" | "done" | "degraded" | "failed" | "cancelled" | "set_aside";

interface ServeProblem {
  message: string;
  hint?: string;
}

interface ServeFile {
  name: string;
  size: number;
  type: string;
  url: string;
}

/* A stage of a job. `started` and `ended` are there once it has been running. */
interface ServeStep {
  status?: string;
  reason?: string;
  device?: string;
  model?: string;
  phase?: string;
  done?: number;
  total?: number;
  unit?: string;
  seconds?: number;
  degraded?: string[];
  fallbacks?: string[];
  error?: ServeProblem;
  last_log?: string;
  started?: number;
  ended?: number;
}

interface ServeJob {
  id: string;
  state: ServeState;
  name: string;
  film: string | null; // null: it was uploaded
  source: string;
  urgent: boolean;
  cancelling: boolean;
  options: { [name: string]: unknown };
  attempts: number;
  created: number;
  started: number | null;
  ended: number | null;
  title: string;
  seconds: number; // the film's length
  language: string;
  degraded: string[];
  problem: ServeProblem | null;
  files: ServeFile[];
  fraction: number;
  running: string[];
  steps?: { [name: string]: ServeStep };
}

interface ServeStatus {
  version: string;
  time: number;
  started: number;
  runner: { state: string; since: number | null; trouble: string; log: string };
  held: string;
  paused: boolean;
  jobs: { [state in ServeState]: number };
  disk_free: number;
  token: boolean; // whether one is needed
  settings: { folders: string[]; options: { [name: string]: unknown }; between: string; at_once: number };
}

/* `/api/folders`: what is in a folder. `parent` is null at the top, where `folders` are the allowed ones. */
interface ServeFolder {
  path: string;
  parent: string | null;
  folders: { name: string; path: string }[];
  films: { name: string; path: string; size: number; rule: string }[]; // why a library leaves it out, or ""
  left_out: number;
}

/* `/api/watched`: what the last look at the watched folders found; `at` is null before the first. */
interface ServeWatched {
  folders: string[];
  at: number | null;
  to_do?: number;
  growing?: number;
  left_out?: { [rule: string]: number };
  why?: { film: string; rule: string; reason: string }[];
}

interface ServeMachine {
  cpu: string;
  cores: number;
  memory: number;
  gpus: string[];
  disks: { name: string; folder: string; free?: number; total?: number; problem?: string }[];
  cache: { size: number; limit: number | null; folder: string };
}

interface ServeDevice {
  stage: string;
  device?: string;
  model?: string | null;
  env?: string;
  error?: string;
}

interface ServeSetting {
  name: string;
  value: string;
  from: string;
  why?: string;
}

interface ServeSettings {
  service: ServeSetting[];
  options: ServeSetting[] | null;
  config_file: { path: string; there: boolean } | null;
}

interface ServeCue {
  start: number;
  end: number;
  text: string;
  why: string[];
  priority: number; // 0 to 1
}

/* `/api/review`: a finished film with cues to review. */
interface ServeReview {
  job: string;
  cues: number;
  to_review: number;
  worst: ServeCue[];
}
