/* Stores unsaved changes in this browser, and offers them to the next page of the film. */
import { page } from "./state.js";
import { byId, fillWith, h } from "./elements.js";
import { clock } from "./words.js";
import { isDirty } from "./history.js";
import { difference, isEmpty, layOver } from "./drafts.js";
import { refuse } from "./status.js";

const { review } = page.data;
const FILM = `orchestrator-review:${page.data.film.digest}:`;
/* Each open page has its own. */
export const KEY = `${FILM}${Date.now()}-${Math.random().toString(36).slice(2)}`;
let later = 0;
let pending = false;

/* Store the unsaved changes; returns whether that worked. */
export function storeDraft() {
  clearTimeout(later);
  pending = false;
  const draft = { when: Date.now(), run: review?.run, state: review?.state, ...difference() };
  if (!isDirty() || isEmpty(draft)) return forget();
  try {
    localStorage.setItem(KEY, JSON.stringify(draft));
    return true;
  } catch {
    refuse("This browser cannot store drafts: save often.");
    return false;
  }
}

function storeDraftSoon() {
  clearTimeout(later);
  later = window.setTimeout(storeDraft, 300);
  pending = true;
}

function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // a browser that stores nothing has nothing to remove
  }
  return true;
}

/* Offer the drafts of closed pages; an open page holds a lock of its name. */
async function offerEarlier() {
  const held = (await navigator.locks?.query())?.held ?? [];
  const open = new Set(held.map((lock) => lock.name));
  if (!byId("offer").hidden) return;
  const keys = Object.keys(localStorage).filter(
    (key) => key.startsWith(FILM) && !open.has(key) && key !== KEY,
  );
  for (const key of keys.sort()) {
    try {
      /** @type {Draft} */
      const draft = JSON.parse(localStorage.getItem(key) ?? "");
      if (!isEmpty(draft)) return offer(key, draft);
    } catch {
      // not a draft
    }
    localStorage.removeItem(key);
  }
}

/**
 * @param {string} key
 * @param {Draft} draft
 */
function offer(key, draft) {
  const when = new Date(draft.when).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
  const since = draft.run !== review?.run ? ". The film was processed again since then" : "";
  const end = (/** @type {Remark[]} */ remarks) => {
    byId("offer").hidden = true;
    if (remarks.length) warn(remarks);
    else offerEarlier();
  };
  const restore = () => {
    const remarks = layOver(draft);
    if (storeDraft()) localStorage.removeItem(key);
    end(remarks);
  };
  const discard = () => {
    localStorage.removeItem(key);
    end([]);
  };
  fillWith(
    byId("offer"),
    `There are unsaved changes from ${when}${since}.`,
    h("button", { type: "button", id: "take-up", onclick: restore }, "Restore"),
    h("button", { type: "button", id: "drop", onclick: discard }, "Discard"),
  );
  byId("offer").hidden = false;
}

/**
 * Report conflicting changes, until the user confirms.
 * @param {Remark[]} remarks
 */
function warn(remarks) {
  const close = () => {
    byId("offer").hidden = true;
    offerEarlier();
  };
  const lines = remarks.map(({ text, track, start }) => {
    const place = track !== undefined && start !== undefined && goTo(track, start);
    return h("li", place, ` ${text}`);
  });
  fillWith(byId("offer"), h("ul", lines), h("button", { type: "button", id: "seen", onclick: close }, "OK"));
  byId("offer").hidden = false;
}

/**
 * A button that selects a conflicting cue.
 * @param {string} track
 * @param {number} start
 */
function goTo(track, start) {
  const go = () => {
    if (page.track?.id !== track) page.show(track);
    const cue =
      page.cues.find((one) => one.rival && Math.abs(one.start - start) < 0.005) ??
      page.cues.findLast((one) => one.start <= start + 0.005);
    if (cue) page.select(cue.id);
  };
  return h("button.jump", { type: "button", onclick: go }, clock(start, 1));
}

/* Store drafts from now on, and offer earlier ones. */
export function startDrafts() {
  navigator.locks?.request(KEY, () => new Promise(() => {}));
  // A page that is closing counts as open.
  for (const wait of [0, 500, 2000]) setTimeout(offerEarlier, wait);
  page.on("edited", storeDraftSoon);
  addEventListener("pagehide", () => pending && storeDraft());
}
