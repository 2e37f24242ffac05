/* The cues of another language beside those that are shown: the source beside a translation, and the reverse. */
import { lastBefore, page } from "./state.js";

const LEAST = 0.5; // share of the shorter of two cues that both are on screen

/** The track beside the visible one, or null if there is only one. Of several translations, the first. */
export function otherTrack() {
  if (!page.track) return null;
  const wanted = !page.track.translated;
  return page.data.tracks.find((track) => track.translated === wanted) ?? null;
}

/**
 * The text of the other track while a cue is on screen; empty if there is none.
 * @param {PlainCue} cue
 */
export function textBeside(cue) {
  const cues = otherTrack()?.cues ?? [];
  const texts = [];
  for (let k = Math.max(0, lastBefore(cues, cue.start)); k < cues.length && cues[k].start < cue.end; k++) {
    const shared = Math.min(cue.end, cues[k].end) - Math.max(cue.start, cues[k].start);
    const shorter = Math.min(cue.end - cue.start, cues[k].end - cues[k].start);
    if (shared > LEAST * shorter) texts.push(cues[k].text);
  }
  return texts.join("\n");
}

/** The attributes of such a text. */
export const besideLooks = () => ({ lang: otherTrack()?.language ?? "", dir: "auto" });
