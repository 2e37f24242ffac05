/* The service itself: its machine, its devices, and its settings with the place that set each. */
import { byId, fillWith, h } from "../../../report/js/elements.js";
import { bytes, plural } from "../../../report/js/words.js";
import { ask, inWords } from "./api.js";
import { model } from "./model.js";
import { bar, duration, when } from "./parts.js";

const DEFAULT = "built-in default"; // of the service's answer
let at = 0; // when it was last fetched

/* Fetch what is shown; again after a minute. */
export async function showMachine() {
  if (Date.now() - at < 60_000) return;
  at = Date.now();
  await Promise.all([
    part("machine", "/api/machine", machine),
    part("settings", "/api/settings", settings),
    part("watched", "/api/watched", watched),
    part("devices", "/api/devices", devices),
  ]);
}

/**
 * @param {string} id
 * @param {string} path
 * @param {(content: any) => (Node | string | null)[]} draw
 */
async function part(id, path, draw) {
  try {
    fillWith(byId(id), ...draw(await ask("GET", path)));
  } catch (error) {
    at = 0;
    fillWith(byId(id), h("p.wrong", inWords(error)));
  }
}

export function drawRunner() {
  const status = model.status;
  if (!status) return;
  const { runner } = status;
  const words = /** @type {{[state: string]: string}} */ ({
    working: "processes films",
    idle: "waiting, with its models loaded",
    stopped: "not started: no film is waiting",
    broken: "cannot start",
  });
  fillWith(
    byId("runner"),
    row("version", status.version),
    row("running since", when(status.started)),
    row("worker", [
      words[runner.state] ?? runner.state,
      runner.since ? [", since ", when(runner.since)] : null,
    ]),
    row("its log", h("code", runner.log)),
    row("API", h("code", `${location.origin}/api`)),
  );
}

/**
 * @param {string} name
 * @param {Content} value
 * @param {Content} [more]
 */
const row = (name, value, more) =>
  h("tr", h("th", { scope: "row" }, name), h("td", value), more ? h("td", more) : null);

/** @param {ServeWatched} found */
function watched(found) {
  byId("watched-section").hidden = !found.folders.length;
  const folders = found.folders.map((one) => h("code", h("bdi", one)));
  if (found.at === null) return [h("p", folders), h("p.note", "Not looked at yet.")];
  const rules = Object.entries(found.left_out ?? {});
  const why = found.why ?? [];
  const total = rules.reduce((sum, [, count]) => sum + count, 0);
  return [
    h(
      "table",
      h(
        "tbody",
        row(plural(folders.length, "folder"), folders),
        row("looked at", when(found.at)),
        row("films to do", (found.to_do ?? 0).toLocaleString("en")),
        found.growing ? row("may still grow", found.growing.toLocaleString("en")) : null,
        row("left out", total ? rules.map(([rule, count]) => `${count} ${rule}`).join(", ") : "none"),
      ),
    ),
    why.length
      ? h(
          "details",
          h("summary", why.length < total ? `The first ${why.length} that are left out` : "What is left out"),
          h(
            "ul.left-out",
            why.map((one) => h("li", h("bdi", { title: one.film }, lastOf(one.film)), `: ${one.reason}`)),
          ),
        )
      : null,
  ];
}

/** @param {string} path */
const lastOf = (path) => path.split("/").slice(-2).join("/");

/** @param {ServeMachine} found */
function machine(found) {
  const { size, limit } = found.cache;
  return [
    h(
      "table",
      h(
        "tbody",
        row("processor", `${found.cpu}, ${found.cores} cores`),
        row("memory", bytes(found.memory)),
        row("GPU", found.gpus.length ? found.gpus.join(", ") : "none was detected"),
        ...found.disks.map((disk) =>
          row(disk.name === "tool" ? "disk of the tool" : "disk of the films", [
            disk.total && disk.free !== undefined
              ? [
                  `${bytes(disk.free) || "0 B"} of ${bytes(disk.total)} free`,
                  bar(1 - disk.free / disk.total, `Used of ${disk.folder}`),
                ]
              : (disk.problem ?? ""),
            h("code", h("bdi", disk.folder)),
          ]),
        ),
        row("cache of results", [
          limit ? `${bytes(size) || "0 B"} of at most ${bytes(limit)}` : bytes(size) || "0 B",
          limit ? bar(size / limit, "Used of the cache's limit") : null,
          h("code", h("bdi", found.cache.folder)),
        ]),
      ),
    ),
  ];
}

/** @param {{stages: ServeDevice[] | null}} found */
function devices(found) {
  if (!found.stages)
    return [h("p", "Not known. On the machine, run ", h("code", "orchestrator devices"), ".")];
  const rows = found.stages.map((one) =>
    row(one.stage, one.error ?? one.device ?? "", one.error ? "–" : one.model || "–"),
  );
  return [h("table", headOf("stage", "device", "model"), h("tbody", rows))];
}

/** @param {string[]} names */
const headOf = (...names) =>
  h(
    "thead",
    h(
      "tr",
      names.map((one) => h("th", { scope: "col" }, one)),
    ),
  );

/**
 * A setting as on the command line.
 * @param {string} name
 */
const optionOf = (name) =>
  name.startsWith("device.")
    ? `--device ${name.slice(7)}`
    : `--${name.replace(/^--/, "").replaceAll("_", "-")}`;

/** @param {ServeSettings} found */
function settings(found) {
  const table = (/** @type {ServeSetting[]} */ list) =>
    h(
      "table.settings",
      headOf("setting", "value", "set by"),
      h(
        "tbody",
        list.map((one) =>
          h(
            "tr",
            h("th", { scope: "row" }, optionOf(one.name)),
            h("td", one.value || "none"),
            h("td.from", one.from, one.why && h("span.note", one.why)),
          ),
        ),
      ),
    );
  const changed = found.options;
  const set = found.service.filter((one) => one.from !== DEFAULT);
  const others = found.service.filter((one) => one.from === DEFAULT);
  return [
    h("h3", "Service"),
    set.length ? table(set) : h("p", "All have their defaults."),
    h("details", h("summary", `${others.length} with their defaults`), table(others)),
    h("h3", "Options of every film"),
    changed === null
      ? h("p", "Not known. On the machine, run ", h("code", "orchestrator config"), ".")
      : null,
    changed?.length === 0 ? h("p", "All have their defaults.") : null,
    changed?.length ? table(changed) : null,
    h(
      "p.note",
      "To change them, start the service with other options, or write them into ",
      found.config_file ? h("code", h("bdi", found.config_file.path)) : "the configuration file",
      ".",
    ),
  ];
}

/* The line at the top of the page. */
export function summary() {
  const status = model.status;
  if (!status) return "";
  const { running, queued } = status.jobs;
  return `up for ${duration(status.time - status.started)}, ${running} running, ${queued} waiting`;
}
