/* Requests to the server: save the edits, render the subtitles, end. */
import { page } from "./state.js";
import { changes, takeUp } from "./edits.js";
import { isDirty, markSaved, moment } from "./history.js";
import { ready, status, tell } from "./status.js";
import { storeDraft } from "./stored_drafts.js";

const review = /** @type {ReviewData} */ (page.data.review);
const VIEW = `orchestrator-view:${page.data.film.digest}`;
const GONE = review.back
  ? "The service does not answer. Your changes are stored in this browser."
  : "The server has stopped: start `orchestrator review` again. Your changes are stored in this browser.";
let leaving = false;

/**
 * Send a request; null if the server has stopped.
 * @param {string} path
 * @param {unknown} body
 */
async function ask(path, body) {
  try {
    const headers = { "Content-Type": "application/json", "X-Orchestrator-Token": review.token };
    return await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    return null;
  }
}

/**
 * Why the server refused a request.
 * @param {Response | null} answer
 * @returns {Promise<string>}
 */
async function whyNot(answer) {
  if (!answer) return GONE;
  const { message, hint } = await answer.json().catch(() => ({}));
  return `${message ?? `error ${answer.status}`}${hint ? ` (${hint})` : ""}`;
}

/* Save the changes; returns whether that worked. */
export async function save() {
  if (status.busy) return false;
  if (!isDirty()) return true;
  tell("Saving…", { working: true });
  const at = moment(); // the user may continue to type meanwhile
  const answer = await ask("save", { state: review.state, run: review.run, ...changes() });
  ready();
  if (answer?.status !== 200) {
    tell(`Not saved: ${await whyNot(answer)}`, { bad: true });
    return false;
  }
  review.state = (await answer.json()).state;
  review.unmade = true;
  markSaved(at);
  storeDraft();
  tell("Saved. Later runs keep your edits. Render the subtitles to update the files.");
  return true;
}

/* Save, then render the subtitles and the film again. */
export async function again() {
  if (status.busy || !(await save())) return;
  tell("Rendering the subtitles…", { working: true });
  const answer = await ask("again", {});
  if (answer?.status !== 200 || !answer.body) {
    ready();
    tell(await whyNot(answer), { bad: true });
    return;
  }
  const end = await follow(answer.body.getReader());
  ready();
  if (end && (end.status === 0 || end.status === 6)) {
    const files = end.files
      .filter((file) => file.name !== "report")
      .map((file) => file.path.split("/").pop());
    const view = { time: page.time, track: page.track?.id ?? "", note: `Updated: ${files.join(", ")}` };
    sessionStorage.setItem(VIEW, JSON.stringify(view));
    location.reload();
    return;
  }
  const more = end ? [...end.failed, ...end.said] : [GONE];
  tell("The subtitles could not be rendered. Your saved edits are kept.", { bad: true, more });
}

/**
 * Show the progress of a run; returns its final report, or null if the connection broke.
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 */
async function follow(reader) {
  const decoder = new TextDecoder();
  /** @type {{name: string, path: string}[]} */
  const files = [];
  /** @type {string[]} */
  const failed = [];
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done) return null;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = JSON.parse(line);
      if ("status" in event)
        return { status: Number(event.status), said: /** @type {string[]} */ (event.said), files, failed };
      if (event.file) files.push(event.file);
      if (event.how === "failed") failed.push(`${event.stage}: ${event.why} ${event.hint}`);
      if (event.how === "running") {
        const share = event.of ? ` ${Math.round((event.done / event.of) * 100)}%` : "";
        tell(`${event.stage}${share}…`, { working: true });
      }
    }
  }
}

/* Stop the server; unsaved changes stay in this browser. */
export async function end() {
  if (isDirty() && !leaving) {
    leaving = true;
    tell("There are unsaved changes. Press Done again to quit anyway: they are stored in this browser.", {
      bad: true,
    });
    return;
  }
  const answer = await ask("end", {});
  const ended = answer?.status === 200;
  if (ended && review.back) {
    location.assign(review.back);
    return;
  }
  tell(ended ? "Review ended. You can close this window." : GONE, { bad: !ended });
}

/* Restore saved edits, and the position before the page was reloaded. */
export function startSaving() {
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
    status.note = { text: view.note, bad: false, more: [] };
  }
  page.on("edited", () => {
    leaving = false;
    if (status.note && !status.busy) status.note = null;
  });
}
