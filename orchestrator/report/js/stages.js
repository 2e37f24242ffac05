/* Shows each stage with its time, device and model, and deviations from the plan. */
import { page } from "./state.js";
import { h } from "./elements.js";
import { bytes, took } from "./words.js";
import { section, table } from "./parts.js";

/** @type {Record<string, string>} */
const STATUS = { waiting: "not run", starting: "stopped", running: "stopped" };

export function stagesSection() {
  const all = page.data.stages.filter((stage) => stage.status !== "off");
  const off = page.data.stages.filter((stage) => stage.status === "off");
  const slowest = Math.max(...all.map((stage) => stage.seconds ?? 0), 0.1);
  const rows = all.map((stage) => [
    h("b", stage.stage),
    status(stage),
    stage.seconds !== null &&
      h("span.long", h("span.bar", { "--share": stage.seconds / slowest }), took(stage.seconds)),
    [stage.device, stage.compute_type].filter((one) => one && one !== "default").join(" "),
    stage.model || stage.method || "",
    stage.peak_memory ? h("span.nowrap", bytes(stage.peak_memory)) : "",
  ]);
  return section(
    "Processing stages",
    summary(all),
    table(["stage", "status", "time", "device", "model or method", "memory"], rows, "Stages"),
    notes(all),
    off.length > 0 &&
      h(
        "details",
        h("summary", "Turned off in this run ", h("b", off.length)),
        h(
          "ul.notes",
          off.map((stage) => h("li", `${stage.stage}: ${stage.reason}`)),
        ),
      ),
  );
}

/** @param {StageRow} stage */
function status(stage) {
  if (stage.degraded.length) return h("span.how.degraded", "degraded");
  return h(`span.how.${stage.status}`, STATUS[stage.status] ?? stage.status);
}

/** @param {StageRow[]} all */
function summary(all) {
  const seconds = all.reduce((sum, stage) => sum + (stage.seconds ?? 0), 0);
  const { machine } = page.data.run;
  return [
    `${took(seconds)} of processing time`,
    all.some((stage) => stage.status === "cached") && "cached stages show the time of the run that made them",
    machine &&
      `${machine.system}, ${machine.cores} cores${machine.memory ? `, ${bytes(machine.memory)}` : ""}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {StageRow[]} stages */
function notes(stages) {
  const lines = stages.flatMap((stage) => {
    const retries = `${stage.stage}: retried ${stage.retries === 1 ? "once" : `${stage.retries} times`}`;
    return [
      stage.error && note(`${stage.stage} failed: ${stage.error.message}`, true, stage.error.hint),
      stage.degraded.map((why) => note(`${stage.stage} is degraded: ${why}`, true)),
      stage.fallbacks.map((why) => note(`${stage.stage} fell back: ${why}`, true)),
      stage.retries > 0 && note(retries, true),
      stage.notes.map((text) => note(`${stage.stage}: ${text}`, false)),
    ]
      .flat()
      .filter(Boolean);
  });
  return lines.length > 0 && h("ul.notes", lines);
}

/**
 * @param {string} text
 * @param {boolean} look whether the user should look at it
 * @param {string} [hint]
 */
const note = (text, look, hint) => h("li", { class: look ? "look" : "" }, text, hint && h("span.note", hint));
