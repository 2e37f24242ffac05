/* What stages and their phases are called on the page. */
import { languageName } from "../../../report/js/words.js";

const NAMES = /** @type {{[stage: string]: string}} */ ({
  demux: "audio",
  tmdb: "cast from TMDB",
  pre_ner: "names of the cast",
  vad: "speech detection",
  silero_vad: "speech detection",
  pyannote_vad: "speech detection",
  diarization: "speakers",
  asr: "transcription",
  alignment: "word times",
  attribution: "who says what",
  post_ner: "names in the text",
  naming: "speakers' names",
  shots: "cuts",
  mux: "subtitled film",
  burn: "burned-in film",
});
const PHASES = /** @type {{[phase: string]: string}} */ ({
  pieces: "comparing voices",
  voices: "comparing voices",
  embeddings: "comparing voices",
  clusters: "grouping voices",
  segmentation: "finding voices",
  picture: "looking for cuts",
  names: "checking names",
  "second pass": "listening again",
  layout: "laying out cues",
  listen: "listening",
  decode: "decoding",
  mux: "writing",
});
const STATES = /** @type {{[status: string]: string}} */ ({
  waiting: "waiting",
  starting: "starting",
  running: "running",
  done: "done",
  cached: "from the cache",
  failed: "failed",
  skipped: "skipped",
});

/**
 * The plain name of a stage; of one for a language with that.
 * @param {string} id such as `translation-de`
 */
export function stageName(id) {
  const [base, language] = id.split("-");
  const name = NAMES[base] ?? base;
  return language ? `${name}: ${languageName(language)}` : name;
}

/**
 * What a stage does now.
 * @param {ServeStep} step
 */
export function doing(step) {
  const status = step.status ?? "waiting";
  const phase = step.phase && status === "running" ? step.phase : "";
  return phase ? (PHASES[phase] ?? phase) : (STATES[status] ?? status);
}
