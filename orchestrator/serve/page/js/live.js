/* The service's events, as they happen. The connection is made again after the service was restarted. */
import { Refused } from "./api.js";
import { load, setConnected, take, takeStatus } from "./model.js";

const FIRST = 500; // ms until the first new attempt, doubled each time
const LONGEST = 10_000;
let wait = FIRST;
/** @type {EventSource | null} */
let source = null;
/** @type {number | undefined} */
let again;

/* Load everything, and follow what changes. */
export async function connect() {
  clearTimeout(again);
  source?.close();
  source = null;
  if (document.hidden && wait > FIRST) return retry();
  try {
    await load();
  } catch (error) {
    setConnected(false);
    // Signed out: the page asks for the token, and connects when it has it.
    if (!(error instanceof Refused && error.status === 401)) retry();
    return;
  }
  const events = new EventSource("/api/events");
  source = events;
  events.addEventListener("status", (event) => {
    wait = FIRST;
    takeStatus(JSON.parse(event.data));
    setConnected(true);
  });
  for (const name of ["job", "progress"]) {
    events.addEventListener(name, (/** @type {MessageEvent} */ event) => take(JSON.parse(event.data)));
  }
  events.onerror = () => {
    if (source !== events) return;
    events.close(); // ours to repeat: EventSource gives up after some errors
    source = null;
    setConnected(false);
    retry();
  };
}

function retry() {
  clearTimeout(again);
  again = setTimeout(connect, wait);
  wait = Math.min(wait * 2, LONGEST);
}

/* A page in the background holds no connection: a browser has six for all of its pages together. */
export function followVisibility() {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(again);
      source?.close();
      source = null;
    } else void connect();
  });
}
