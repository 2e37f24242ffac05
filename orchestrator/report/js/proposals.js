/* Shows the changes that a model proposes, each with what became of it. What fits where: as in `ipc/proposals.py`.
   While editing, `apply_proposals.js` sets how they are applied. */
import { page } from "./state.js";
import { h } from "./elements.js";
import { plural } from "./words.js";
import { jump, section, table } from "./parts.js";

const NEAR_S = 0.3;
const DENSE = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/;
const WORD = /[\p{L}\p{N}]/u;

/**
 * The text with the change made; null if it does not fit, or is made already.
 * @param {string} text
 * @param {string} before
 * @param {string} after
 */
export function fitted(text, before, after) {
  if (!before || before === after) return null;
  if (after.includes(before) && found(text, after)) return null;
  const match = found(text, before);
  if (!match) return null;
  const end = match.index + match[0].length;
  return text.slice(0, match.index) + broken(match[0], after) + text.slice(end);
}

/**
 * The first place of a part that is whole words, whatever blanks are between them.
 * @param {string} text
 * @param {string} part
 */
function found(text, part) {
  const words = part
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"))
    .join("\\s+");
  const chars = [...part.trim()];
  const opens = spaced(chars[0]) ? "(?<![\\p{L}\\p{N}\\p{M}_])" : "";
  const closes = spaced(chars[chars.length - 1]) ? "(?![\\p{L}\\p{N}\\p{M}_])" : "";
  return new RegExp(opens + words + closes, "u").exec(text);
}

/** @param {string | undefined} char */
const spaced = (char) => Boolean(char) && WORD.test(char ?? "") && !DENSE.test(char ?? "");

/**
 * The new text with the line break of what it replaces, if that has one.
 * @param {string} was
 * @param {string} after
 */
function broken(was, after) {
  if (!was.includes("\n") || after.includes("\n")) return after;
  const words = after.split(/\s+/);
  const at = Math.min(was.split("\n")[0].trim().split(/\s+/).length, words.length);
  if (at === words.length) return `${after}\n`;
  return `${words.slice(0, at).join(" ")}\n${words.slice(at).join(" ")}`;
}

/**
 * The cue for which a proposal is, with its new text; null if no cue near fits.
 * @param {Proposal} one
 */
export function place(one) {
  for (const cue of page.cues) {
    if (cue.start >= one.end + NEAR_S) break;
    if (cue.end <= one.start - NEAR_S) continue;
    const text = fitted(cue.text, one.before, one.after);
    if (text !== null) return { cue, text };
  }
  return null;
}

/**
 * Whether the new text is in a cue there.
 * @param {Proposal} one
 */
const isMade = (one) =>
  page.cues.some(
    (cue) => cue.end > one.start - NEAR_S && cue.start < one.end + NEAR_S && found(cue.text, one.after),
  );

/* How a proposal is applied; null in a page in which nothing can be edited. */
export const acts = { apply: /** @type {((one: Proposal) => void) | null} */ (null) };

const own = () => page.data.proposals.filter((one) => one.track === page.track?.id);

export function proposalsSection() {
  const all = own();
  if (!all.length) return null;
  const open = all.filter(place);
  const { apply } = acts;
  const applyAll = () => {
    for (const one of open) apply?.(one);
  };
  const rows = all.map((one) => [
    jump(one.start),
    h("span", { dir: "auto" }, h("del", one.before), " ", h("ins", one.after)),
    [one.kind, one.reason].filter(Boolean).join(": "),
    state(one),
  ]);
  return section(
    "Proposed changes",
    apply
      ? "A model proposes these changes. None is made unless you apply it; Ctrl+Z takes it back."
      : "A model proposed these changes. None was made; to apply them, open the film with orchestrator review.",
    table(["time", "change", "reason", ""], rows, "Proposed changes"),
    apply &&
      open.length > 1 &&
      h(
        "div.acts",
        h("button", { type: "button", id: "apply-all", onclick: applyAll }, "Apply all"),
        h("span.note", plural(open.length, "change")),
      ),
  );
}

/**
 * What can be done with a proposal, or became of it.
 * @param {Proposal} one
 */
function state(one) {
  const { apply } = acts;
  if (place(one)) return apply && h("button.apply", { type: "button", onclick: () => apply(one) }, "Apply");
  return isMade(one) ? "applied" : "the text has changed, or two cues share it";
}
