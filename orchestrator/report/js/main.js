/* Starts all modules, in the order of their dependencies. */
import { cueAt, page } from "./state.js";
import { startCues } from "./cues.js";
import { startFilters } from "./filters.js";
import { startFindings } from "./findings.js";
import { startInspector } from "./inspector.js";
import { startKeys } from "./keys.js";
import { startMedia } from "./media.js";
import { startTimeline } from "./timeline.js";

Object.assign(globalThis, { page }); // for tests and debugging
startMedia();
startFilters();
startCues();
startInspector();
startTimeline();
startFindings();
startKeys();
page.show("");
page.tell("time", 0);
const [, moment] = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash) ?? [];
if (moment) {
  const time = Number(moment) + 0.001;
  const cue = page.cues[cueAt(time)];
  if (cue) page.select(cue.id);
  else page.seek(time);
}
document.documentElement.dataset.ready = "true";
