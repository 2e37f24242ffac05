/* Keeping what was edited: saved with the server, kept in this browser until then, and the subtitles made again. */
import { page } from "./state.js";
import { byId, clock, fillWith, h, languageName, plural } from "./words.js";
import { canRedo, canUndo, changes, deleted, isDirty, markSaved, moment, redo, restore, savedAt, takeUp, undo } from "./edits.js";
import { difference, isEmpty, layOver } from "./drafts.js";

const { review } = page.data;
const FILM = `orchestrator-review:${page.data.film.digest}:`;
const KEY = `${FILM}${Date.now()}-${Math.random().toString(36).slice(2)}`; // each page that is open keeps its own
const VIEW = `orchestrator-view:${page.data.film.digest}`;
let busy = "";
let leaving = false;
let note = null; // {text, bad, more}
let later = 0;
let pending = false;
let listed = false; // whether the deleted cues are shown

/* Ask the server; the answer as {status, content}, status 0 where it is gone. */
async function ask(path, body) {
  try {
    const headers = { "Content-Type": "application/json", "X-Orchestrator-Token": review.token };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: answer.status, answer };
  } catch {
    return { status: 0, answer: null };
  }
}

const GONE = "The server is gone: start `orchestrator review` again. What you changed is kept in this browser.";

/* Save what was changed; whether that went well. */
export async function save() {
  if (busy) return false;
  if (!isDirty()) return true;
  tell("saving …", { working: true });
  const at = moment(); // somebody may type on until the answer is there
  const sent = changes();
  const { status, answer } = await ask("/save", { state: review.state, run: review.run, ...sent });
  busy = "";
  if (status !== 200) {
    const content = answer ? await answer.json().catch(() => ({})) : { message: GONE };
    tell(`Not saved: ${content.message ?? status}${content.hint ? ` (${content.hint})` : ""}`, { bad: true });
    return false;
  }
  review.state = (await answer.json()).state;
  review.unmade = true;
  markSaved(at);
  keepDraft();
  tell("Saved. Every later run keeps it; the files are as they were until the subtitles are made again.");
  return true;
}

/* Save, and make subtitles and film again. */
export async function again() {
  if (busy || !(await save())) return;
  tell("making the subtitles …", { working: true });
  const { status, answer } = await ask("/again", {});
  if (status !== 200) {
    busy = "";
    const content = answer ? await answer.json().catch(() => ({})) : { message: GONE };
    tell(content.message ?? `error ${status}`, { bad: true });
    return;
  }
  const end = await follow(answer.body.getReader());
  busy = "";
  if (end && (end.status === 0 || end.status === 6)) {
    const files = end.files.filter((file) => file.name !== "report").map((file) => file.path.split("/").pop());
    const view = { time: page.time, track: page.track?.id ?? "", note: `Made again: ${files.join(", ")}` };
    sessionStorage.setItem(VIEW, JSON.stringify(view));
    location.reload();
    return;
  }
  tell("The subtitles could not be made again. What you saved is kept.", { bad: true, more: end ? [...end.failed, ...end.said] : [GONE] });
}

/* Show how a run goes; what it told at its end. */
async function follow(reader) {
  const decoder = new TextDecoder();
  const files = [];
  const failed = [];
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done) return null;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const told = JSON.parse(line);
      if ("status" in told) return { ...told, files, failed };
      if (told.file) files.push(told.file);
      if (told.how === "failed") failed.push(`${told.stage}: ${told.why} ${told.hint}`);
      if (told.how === "running") {
        const share = told.of ? ` ${Math.round((told.done / told.of) * 100)} %` : "";
        tell(`${told.stage}${share} …`, { working: true });
      }
    }
  }
}

/* Give the server back; unsaved changes stay in this browser. */
async function end() {
  if (isDirty() && !leaving) {
    leaving = true;
    return tell("Not everything is saved. Done once more ends it all the same; what you typed is kept in this browser.", { bad: true });
  }
  const { status } = await ask("/end", {});
  tell(status === 200 ? "Ended. This window can be closed." : GONE, { bad: status !== 200 });
}

/* Say something that holds until the next change. */
export const say = (text) => tell(text, { bad: true });

function tell(text, { bad = false, working = false, more = [] } = {}) {
  busy = working ? text : busy;
  note = { text, bad, more };
  draw();
}

/* Keep unsaved changes in this browser, where a closed tab does not lose them. */
function keepDraft() {
  clearTimeout(later);
  pending = false;
  const draft = { when: Date.now(), run: review.run, state: review.state, ...difference() };
  if (!isDirty() || isEmpty(draft)) return forget();
  try {
    localStorage.setItem(KEY, JSON.stringify(draft));
    return true;
  } catch {
    tell("This browser keeps nothing for a closed tab: save now and then.", { bad: true });
    return false;
  }
}

function keepDraftSoon() {
  clearTimeout(later);
  later = setTimeout(keepDraft, 300);
  pending = true;
}

function forget() {
  clearTimeout(later);
  pending = false;
  try {
    localStorage.removeItem(KEY);
  } catch {
    // a browser that keeps nothing has nothing to forget
  }
  return true;
}

/* Offer what a page that is no longer open kept: an open one holds a lock of its name. */
async function offerEarlier() {
  const open = new Set(((await navigator.locks?.query())?.held ?? []).map((lock) => lock.name));
  if (!byId("offer").hidden) return;
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(FILM) && !open.has(key) && key !== KEY).sort();
  for (const key of keys) {
    try {
      const draft = JSON.parse(localStorage.getItem(key));
      if (!isEmpty(draft)) return offer(key, draft);
    } catch {
      // nothing that this page kept
    }
    localStorage.removeItem(key);
  }
}

function offer(key, draft) {
  const when = new Date(draft.when).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
  const moved = draft.run !== review.run ? "; the film was run again since then" : "";
  const end = (said) => {
    byId("offer").hidden = true;
    if (said.length) warn(said);
    else offerEarlier();
  };
  const take = h("button", { type: "button", id: "take-up", onclick: () => {
    const said = layOver(draft);
    if (keepDraft()) localStorage.removeItem(key);
    end(said);
  } }, "take them up");
  const drop = h("button", { type: "button", id: "drop", onclick: () => (localStorage.removeItem(key), end([])) }, "drop them");
  fillWith(byId("offer"), `There are changes of ${when} that were not saved${moved}.`, take, drop);
  byId("offer").hidden = false;
}

/* Say what was changed here and by somebody else; it stays until somebody has seen it. */
function warn(said) {
  const seen = h("button", { type: "button", id: "seen", onclick: () => ((byId("offer").hidden = true), offerEarlier()) }, "seen");
  const go = ({ track, start }) => {
    if (page.track?.id !== track) page.show(track);
    const cue = page.cues.find((one) => one.rival && Math.abs(one.start - start) < 0.005) ?? page.cues.findLast((one) => one.start <= start + 0.005);
    if (cue) page.select(cue.id);
  };
  const lines = said.map((one) => h("li", one.start === undefined ? null : h("button.jump", { type: "button", onclick: () => go(one) }, clock(one.start, 1)), ` ${one.text}`));
  fillWith(byId("offer"), h("ul", lines), seen);
  byId("offer").hidden = false;
}

function draw() {
  const place = byId("keep");
  const edited = page.cues.filter((cue) => cue.base).length;
  const together = page.cues.filter((cue) => cue.flags.includes("collides"));
  const first = together[0];
  fillWith(
    place,
    button("save", "Save", "Ctrl+S", save, busy || !isDirty()),
    button("again", "Make the subtitles", "Ctrl+Shift+Enter", again, busy || !(isDirty() || review.unmade)),
    button("undo", "Undo", "Ctrl+Z", undo, busy || !canUndo()),
    button("redo", "Redo", "Ctrl+Shift+Z", redo, busy || !canRedo()),
    h("span", { class: isDirty() ? "state dirty" : "state" }, [isDirty() && "not saved", edited && plural(edited, "edited cue"), ...elsewhere()].filter(Boolean).join(" · ")),
    bin(),
    first && h("button.jump", { type: "button", onclick: () => page.select(first.id) }, `${together.length} cues are shown at the same time: ${clock(first.start, 1)}`),
    h("span.note", { role: "status", class: note?.bad ? "note bad" : "note" }, note?.text ?? ""),
    note?.more?.length ? h("pre", note.more.join("\n")) : null,
    button("end", "Done", "", end, busy),
  );
}

/* The other tracks that are not saved. */
const elsewhere = () =>
  page.data.tracks.filter((track) => track !== page.track && track.cues !== savedAt().cues[track.id]).map((track) => `${languageName(track.language)} not saved either`);

/* The deleted cues, to be brought back. */
function bin() {
  const gone = page.track ? deleted() : [];
  if (!gone.length) return null;
  const rows = gone.slice(0, 100).map((one) => h("li", clock(one.start, 1), ` ${one.text.replaceAll("\n", " / ")} `, h("button", { type: "button", onclick: () => restore(one) }, "bring back")));
  return h("details.bin", { open: listed, ontoggle: (event) => (listed = event.target.open) }, h("summary", `${plural(gone.length, "cue")} deleted`), h("ul", rows));
}

const button = (id, text, keys, action, off) =>
  h("button", { type: "button", id, title: keys, disabled: Boolean(off), onclick: () => void action() }, text);

/* What the last saving or running left to be said, and where the page was. */
export function startKeeping() {
  if (review.saved) {
    takeUp(review.saved);
    review.unmade = true;
  }
  markSaved();
  const view = JSON.parse(sessionStorage.getItem(VIEW) ?? "null");
  sessionStorage.removeItem(VIEW);
  if (view) {
    if (page.track?.id !== view.track) page.show(view.track);
    page.seek(view.time);
    const shown = page.cues.findLast((cue) => cue.start <= view.time + 0.01);
    if (shown) setTimeout(() => page.select(shown.id, { seek: false }), 0);
    note = { text: view.note, bad: false, more: [] };
  }
  navigator.locks?.request(KEY, () => new Promise(() => {}));
  for (const wait of [0, 500, 2000]) setTimeout(offerEarlier, wait); // a page that is just closing is still open
  page.on("edited", () => {
    leaving = false;
    if (note && !busy) note = null;
    keepDraftSoon();
    draw();
  });
  page.on("redraw", draw);
  addEventListener("pagehide", () => pending && keepDraft());
  draw();
}
