/* Starts all modules, in the order of their dependencies. */
import { page } from "./state.js";
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
document.documentElement.dataset.ready = "true";
