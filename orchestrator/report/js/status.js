/* The note in the toolbar, and whether the server is busy. */
import { page } from "./state.js";

export const status = { busy: "", note: /** @type {Note | null} */ (null) };

/**
 * Show a note until the next change. `working`: the server is busy until `ready`.
 * @param {string} text
 * @param {{bad?: boolean, working?: boolean, more?: string[]}} options
 */
export function tell(text, { bad = false, working = false, more = [] } = {}) {
  if (working) status.busy = text;
  status.note = { text, bad, more };
  page.tell("status");
}

/* The server has answered. */
export function ready() {
  status.busy = "";
}

/**
 * Report that something was not done.
 * @param {string} text
 */
export const refuse = (text) => tell(text, { bad: true });
