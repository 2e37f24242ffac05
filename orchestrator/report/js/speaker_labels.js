/* The lines of a cue with its speakers' labels, as in `ipc/speaker_labels.py`. */
import { linesOf, size } from "./cue_rules.js";

const DASH = /^[-\u2013\u2014]\s?(?=\S)/;

/**
 * The label before a speaker's text; a name too long for its room is shortened.
 * @param {string} name
 * @param {LabelStyle} style
 */
export function label(name, { form, room }) {
  const around = size(form) - "NAME".length;
  let short = name;
  if (size(short) + around > room)
    short = short
      .trim()
      .split(/\s+/)[0]
      .replace(/[,;]+$/, "");
  if (size(short) + around > room) short = `${[...short].slice(0, Math.max(1, room - around - 1)).join("")}…`;
  return form.split("NAME").join(short.toUpperCase());
}

/** @param {string} own @param {string} line */
const joined = (own, line) => (own ? `${own} ${line}` : line);

/**
 * The lines of a cue with their labels.
 * @param {string} text
 * @param {string[]} speakers
 * @param {string | null} last the speaker before this cue
 * @param {(speaker: string) => string} labelOf
 * @param {boolean} every
 * @param {CueLimits} limits
 * @returns {string[]}
 */
export function shownLines(text, speakers, last, labelOf, every, limits) {
  const lines = linesOf(text);
  if (!lines.length || !speakers.length) return lines;
  const dashes = lines.map((line) => DASH.exec(line)?.[0] ?? "");
  if (speakers.length > 1 && dashes.filter(Boolean).length > 1) {
    let turn = -1;
    return lines.map((line, k) => {
      if (!dashes[k]) return line;
      turn = Math.min(turn + 1, speakers.length - 1);
      return dashes[k] + joined(labelOf(speakers[turn]), line.slice(dashes[k].length));
    });
  }
  const first = every || speakers[0] !== last ? labelOf(speakers[0]) : "";
  const whole = joined(first, lines[0]);
  if (first && size(whole) > limits.width && lines.length < limits.lines) return [first, ...lines];
  return [whole, ...lines.slice(1)];
}
