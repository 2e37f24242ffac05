/* Finds where to split a cue, in its text and in time. */
import { page } from "./state.js";

/**
 * The blank nearest to the middle of a text; a line break is preferred.
 * @param {string} text
 */
export function middle(text) {
  const half = text.length / 2;
  const cost = (/** @type {number} */ at) => Math.abs(at - half) - (text[at] === "\n" ? text.length / 4 : 0);
  let best = 0;
  for (let k = 1; k < text.length; k += 1)
    if (/\s/.test(text[k]) && (!best || cost(k) < cost(best))) best = k;
  return best || Math.round(half);
}

/**
 * When the word after a position in the text is spoken: by the recognised words if their number matches, else by
 * the number of letters.
 * @param {Cue} cue
 * @param {number} at
 */
export function spokenAt(cue, at) {
  const { words } = page.data;
  if (words && !page.track?.translated) {
    const starts = words.start.filter(
      (start, k) => start >= cue.start - 0.1 && (start + words.end[k]) / 2 < cue.end,
    );
    const all = wordsIn(cue.text);
    const first = wordsIn(cue.text.slice(0, at));
    if (starts.length === all && first > 0 && first < all) return starts[first];
  }
  return cue.start + (cue.end - cue.start) * (at / cue.text.length);
}

/** @param {string} text */
const wordsIn = (text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
