/* Names that the user gives to speakers. */
import { page } from "./state.js";
import { arrange, begin, state } from "./history.js";

/**
 * Name a speaker, as part of a change; null: the automatic name.
 * @param {string} label
 * @param {string | null} name
 */
export function call(label, name) {
  state.names = { ...state.names, [label]: name };
  const shown = name ?? "(automatic name)";
  const isNew = !page.data.speakers.some((one) => one.id === label);
  page.data.speakers = page.data.speakers.map((one) =>
    one.id === label ? { ...one, name: shown, known: true } : one,
  );
  if (isNew)
    page.data.speakers.push({
      id: label,
      name: shown,
      known: true,
      source: "",
      confidence: null,
      evidence: [],
      seconds: 0,
    });
}

/**
 * Rename a speaker in the whole film; an empty name restores the automatic one.
 * @param {string} label
 * @param {string} name
 */
export function rename(label, name) {
  begin();
  call(label, name.trim().replace(/\s+/g, " ") || null);
  arrange();
}

/**
 * Add a speaker that was not detected; returns the label.
 * @param {string} name
 */
export function newSpeaker(name) {
  const taken = new Set(page.data.speakers.map((speaker) => speaker.id));
  let number = 1;
  while (taken.has(`PERSON_${number}`)) number += 1;
  rename(`PERSON_${number}`, name);
  return `PERSON_${number}`;
}
