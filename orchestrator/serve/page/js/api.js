/* Requests to the service. A session is a cookie that scripts cannot read; the token itself is kept nowhere. */

/** The service's answer to a request that it did not carry out; status 0: there was no answer. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {string} [hint]
   */
  constructor(status, message, hint = "") {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** @type {() => void} */
let signIn = () => {};

/**
 * Call `action` if the service needs the token.
 * @param {() => void} action
 */
export function whenSignedOut(action) {
  signIn = action;
}

/**
 * The service's answer. Throws `Refused`.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
export async function ask(method, path, body) {
  const headers = body === undefined ? undefined : { "Content-Type": "application/json" };
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, "The service does not answer.", "Check that it is running.");
  }
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  if (answer.status === 401 && path !== "/api/session") signIn();
  throw new Refused(answer.status, String(content.message ?? `error ${answer.status}`), content.hint);
}

/**
 * An error in words.
 * @param {unknown} error
 */
export function inWords(error) {
  if (!(error instanceof Refused)) throw error;
  return `${sentence(error.message)}${error.hint ? ` ${sentence(error.hint)}` : ""}`;
}

/**
 * A message as a sentence: with a capital letter, unless it begins with a name or path, and a full stop.
 * @param {string} text
 */
export function sentence(text) {
  const trimmed = text.trim();
  const first = /^[a-z][a-z']* [^:]/.test(trimmed) ? trimmed[0].toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.!?…]$/.test(first) || !first ? first : `${first}.`;
}
