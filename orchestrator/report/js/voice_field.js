/* A menu of speakers for the edited cue, or for each of its lines with a dash. */
import { colourOf, nameOf, page } from "./state.js";
import { byId, fillWith, h, valueIn } from "./elements.js";
import { respeak, voicesIn } from "./edits.js";
import { newSpeaker, rename } from "./people.js";

const NEW = "+";

/**
 * Show the menus, unless a name is being typed there.
 * @param {Cue} cue
 * @param {() => void} refresh shows the cue again
 */
export function showVoices(cue, refresh) {
  const count = Math.max(voicesIn(cue.text), 1);
  const shown = JSON.stringify([
    cue.id,
    count,
    cue.speakers,
    page.data.speakers.map((one) => [one.id, one.name]),
  ]);
  const box = byId("cue-voices");
  const typing = box.contains(document.activeElement) && box.querySelector("input");
  if (box.dataset.shown === shown || typing) return;
  box.dataset.shown = shown;
  fillWith(
    box,
    Array.from({ length: count }, (_, k) => voiceField(cue, k, count, refresh)),
  );
}

/**
 * The menu for the cue, or for its k-th line with a dash.
 * @param {Cue} cue
 * @param {number} k
 * @param {number} count
 * @param {() => void} refresh
 */
function voiceField(cue, k, count, refresh) {
  const of = (/** @type {number} */ n) => cue.speakers[n] ?? cue.speakers.at(-1) ?? "";
  const now = of(k);
  const give = (/** @type {string} */ label) =>
    respeak(cue.id, Array.from({ length: count }, (_, n) => (n === k ? label : of(n))).filter(Boolean));
  const chosen = (/** @type {Event} */ event) => {
    const value = valueIn(event);
    if (value === NEW)
      askName(box, "", "name of the new speaker", refresh, (name) => name && give(newSpeaker(name)));
    else give(value);
  };
  const renaming = () =>
    askName(box, nameOf(now), "new name, in the whole film", refresh, (name) => rename(now, name));
  const box = h(
    "span.voice",
    { "--one": now ? `var(--s${colourOf(now)})` : "var(--soft)" },
    h(
      "select",
      { "aria-label": count > 1 ? `Speaker of line ${k + 1}` : "Speaker", onchange: chosen },
      h("option", { value: "" }, "No speaker"),
      page.data.speakers.map((one) => h("option", { value: one.id, selected: one.id === now }, one.name)),
      h("option", { value: NEW }, "New speaker…"),
    ),
    now &&
      h(
        "button.rename",
        { type: "button", title: "r: rename this speaker in the whole film", onclick: renaming },
        "rename",
      ),
  );
  return box;
}

/**
 * Replace a menu by a field for a name.
 * @param {HTMLElement} box
 * @param {string} old
 * @param {string} what the field's label
 * @param {() => void} refresh
 * @param {(name: string) => void} done
 */
function askName(box, old, what, refresh, done) {
  const field = /** @type {HTMLInputElement} */ (
    h("input", {
      type: "text",
      maxlength: 80,
      "aria-label": what,
      placeholder: what,
      value: old,
      autocomplete: "off",
    })
  );
  const finish = (/** @type {boolean} */ keep) => {
    field.onblur = null;
    const name = field.value.trim();
    delete byId("cue-voices").dataset.shown;
    field.remove();
    if (keep && name !== old) done(name);
    refresh();
  };
  field.addEventListener("keydown", (event) => {
    if (!["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    finish(event.key === "Enter");
  });
  field.onblur = () => finish(true);
  box.replaceChildren(field);
  field.focus();
  field.select();
}
