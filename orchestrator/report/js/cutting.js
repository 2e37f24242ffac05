/* Where a cue is cut in two, in its text and in time. */
import { page } from "./state.js";

/* The blank nearest to the middle of a text; a line break is a better one. */
export function middle(text) {
  const half = text.length / 2;
  let best = 0;
  for (let k = 1; k < text.length; k += 1) {
    if (!/\s/.test(text[k])) continue;
    const near = Math.abs(k - half) - (text[k] === "\n" ? text.length / 4 : 0);
    if (!best || near < Math.abs(best - half) - (text[best] === "\n" ? text.length / 4 : 0)) best = k;
  }
  return best || Math.round(half);
}

/* When the word behind a place in the text is spoken: by the words that were heard where their number fits, else by letters. */
export function spokenAt(cue, at) {
  const { words } = page.data;
  if (words && !page.track.translated) {
    const starts = words.start.filter((start, k) => start >= cue.start - 0.1 && (start + words.end[k]) / 2 < cue.end);
    const all = cue.text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    const first = cue.text.slice(0, at).split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    if (starts.length === all && first > 0 && first < all) return starts[first];
  }
  return cue.start + (cue.end - cue.start) * (at / cue.text.length);
}
