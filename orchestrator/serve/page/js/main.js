/* Starts the page: its views, the connection to the service, and the sign-in. */
import { byId, fillWith, h, inputById } from "../../../report/js/elements.js";
import { drawAdd, startAdd } from "./add.js";
import { ask, inWords, sentence, whenSignedOut } from "./api.js";
import { drawFinished, startFinished, troubled } from "./finished.js";
import { connect, followVisibility } from "./live.js";
import { drawRunner, showMachine } from "./machine.js";
import { model, onChange, running, takeStatus, waiting } from "./model.js";
import { button, order } from "./parts.js";
import { drawReview, startReview, toReview } from "./review.js";
import { drawRunning } from "./running.js";
import { drawWaiting, startWaiting } from "./waiting.js";

const VIEWS = ["queue", "review", "finished", "service"];
const LATE = 1500; // ms without a connection, after which that is said
const DISMISSED = "dismissed-until";
let view = "";
/** @type {number | undefined} */
let late;
let lost = false;

function draw() {
  drawTop();
  if (view === "queue") {
    drawRunning();
    drawWaiting();
    drawAdd();
  }
  if (view === "review") drawReview();
  if (view === "finished") drawFinished();
  if (view === "service") drawRunner();
}

/* Until when what went wrong was dismissed: in this browser, and not on others. */
const dismissed = () => Number(localStorage.getItem(DISMISSED) ?? 0);

function dismiss() {
  localStorage.setItem(DISMISSED, String(Math.max(...troubled().map((job) => job.ended ?? 0))));
  draw();
}

function drawTop() {
  const bad = troubled().filter((job) => (job.ended ?? 0) > dismissed()).length;
  count("queue", running().length + waiting().length);
  count("review", toReview());
  count("finished", bad, bad > 0);
  if (model.connected) {
    clearTimeout(late);
    late = undefined;
    lost = false;
  } else {
    late ??= setTimeout(() => {
      lost = true;
      draw();
    }, LATE);
  }
  const status = model.status;
  byId("pause").hidden = !status;
  byId("pause").textContent = status?.paused ? "Resume queue" : "Pause queue";
  keepNotice(
    byId("notices"),
    [
      lost && ["lost", "No connection to the service. This page connects again when it is back."],
      status?.runner.trouble && ["trouble", `Films cannot be processed: ${sentence(status.runner.trouble)}`],
      status?.paused && [
        "paused",
        "The queue is paused: no further film is started. Films in progress, and those that clients wait for, go on.",
      ],
      status?.held && !status.paused && ["held", sentence(status.held)],
      bad > 0 &&
        view !== "finished" && ["bad", `${bad === 1 ? "1 film needs" : `${bad} films need`} attention.`],
    ].filter((one) => Array.isArray(one)),
  );
  document.title = `${running().length ? `${running().length} running · ` : ""}orchestrator`;
}

/**
 * @param {Element} place
 * @param {string[][]} notices
 */
function keepNotice(place, notices) {
  const text = JSON.stringify(notices);
  if (place.getAttribute("data-text") === text) return;
  place.setAttribute("data-text", text);
  fillWith(
    place,
    ...notices.map(([kind, words]) =>
      h(
        `p.notice.${kind}`,
        h("span", words),
        kind === "bad" && h("a.button", { href: "#finished" }, "Show"),
        kind === "bad" && button("Dismiss", "dismiss", dismiss),
      ),
    ),
  );
}

/**
 * @param {string} name
 * @param {number} number
 * @param {boolean} [bad]
 */
function count(name, number, bad = false) {
  const place = /** @type {HTMLElement} */ (document.querySelector(`nav a[href="#${name}"] b`));
  place.textContent = number > 99 ? "99+" : number ? String(number) : ""; // four views fit on a phone
  place.title = number > 99 ? number.toLocaleString("en") : "";
  place.className = bad ? "wrong" : "";
}

/* Show the view that the address names. */
function route() {
  const named = location.hash.slice(1);
  const next = VIEWS.includes(named) ? named : "queue";
  const moved = view !== "" && view !== next;
  view = next;
  for (const name of VIEWS) {
    byId(`view-${name}`).hidden = name !== view;
    const link = /** @type {HTMLElement} */ (document.querySelector(`nav a[href="#${name}"]`));
    if (name === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  draw();
  if (view === "service" && model.status) void showMachine();
  if (moved) byId(`view-${view}`).querySelector("h2")?.focus({ preventScroll: true });
  if (moved) scrollTo(0, 0);
}

function askForToken() {
  byId("sign-in").hidden = false;
  byId("all").hidden = true;
  inputById("token").focus();
}

/** @param {Event} event */
async function signIn(event) {
  event.preventDefault();
  const wrong = byId("sign-in-wrong");
  wrong.hidden = true;
  try {
    await ask("POST", "/api/session", { token: inputById("token").value.trim() });
  } catch (error) {
    wrong.textContent = inWords(error);
    wrong.hidden = false;
    inputById("token").select();
    return;
  }
  inputById("token").value = "";
  byId("sign-in").hidden = true;
  byId("all").hidden = false;
  byId("sign-out").hidden = false;
  await start();
  byId(`view-${view}`).querySelector("h2")?.focus();
}

async function start() {
  await connect();
  if (model.status?.token) byId("sign-out").hidden = false;
  if (view === "service") void showMachine();
}

byId("sign-in-form").addEventListener("submit", signIn);
byId("sign-out").addEventListener("click", async () => {
  if (await order("DELETE", "/api/session", undefined, "")) location.reload();
});
byId("pause").addEventListener("click", async () => {
  const paused = model.status?.paused;
  if (
    await order(
      "POST",
      paused ? "/api/resume" : "/api/pause",
      {},
      paused ? "Resumed." : "The queue is paused.",
    )
  ) {
    if (model.status) model.status.paused = !paused;
    draw();
  }
});
// What no event reports: quiet hours that begin, and what another page paused.
setInterval(async () => {
  if (!document.hidden && model.connected)
    takeStatus(await ask("GET", "/api/status").catch(() => model.status));
}, 15_000);
whenSignedOut(askForToken);
onChange(draw);
addEventListener("hashchange", route);
startAdd();
startWaiting();
startFinished();
startReview();
followVisibility();
route();
await start();
document.documentElement.dataset.ready = "true";
