/* How it was made: each stage with its time, device and model, and what went otherwise than planned. */
import { page } from "./state.js";
import { bytes, h, took } from "./words.js";
import { section, table } from "./parts.js";

const HOW = { done: "ran", cached: "stored", waiting: "not run", starting: "stopped", running: "stopped" };

export function stagesSection() {
  const all = page.data.stages.filter((stage) => stage.status !== "off");
  const off = page.data.stages.filter((stage) => stage.status === "off");
  const slowest = Math.max(...all.map((stage) => stage.seconds ?? 0), 0.1);
  const rows = all.map((stage) => [
    h("b", stage.stage),
    h(`span.how.${stage.degraded.length ? "degraded" : stage.status}`, stage.degraded.length ? "degraded" : (HOW[stage.status] ?? stage.status)),
    stage.seconds === null ? "" : h("span.long", h("span.bar", { "--share": stage.seconds / slowest }), took(stage.seconds)),
    [stage.device, stage.compute_type].filter((one) => one && one !== "default").join(" "),
    stage.model || stage.method || "",
    stage.peak_memory ? h("span.nowrap", bytes(stage.peak_memory)) : "",
  ]);
  const stored = all.some((stage) => stage.status === "cached");
  const work = all.reduce((sum, stage) => sum + (stage.seconds ?? 0), 0);
  const { machine } = page.data.run;
  const on = machine ? `${machine.system}, ${machine.cores} cores${machine.memory ? `, ${bytes(machine.memory)}` : ""}` : "";
  return section(
    "How it was made",
    [`${took(work)} of work`, stored ? "what is stored was made in an earlier run" : "", on].filter(Boolean).join(" · "),
    table(["stage", "", "time", "device", "model or method", "memory"], rows, "Stages"),
    notes(all),
    off.length > 0 && h("details", h("summary", "Off in this run ", h("b", off.length)), h("ul.notes", off.map((stage) => h("li", `${stage.stage}: ${stage.reason}`)))),
  );
}

function notes(stages) {
  const lines = stages.flatMap((stage) => [
    ...(stage.error ? [["failed", `${stage.stage} failed: ${stage.error.message}`, stage.error.hint]] : []),
    ...stage.degraded.map((why) => ["degraded", `${stage.stage} is degraded: ${why}`]),
    ...stage.fallbacks.map((why) => ["degraded", `${stage.stage} fell back: ${why}`]),
    ...(stage.retries ? [["degraded", `${stage.stage} was tried again, ${stage.retries === 1 ? "once" : `${stage.retries} times`}`]] : []),
    ...stage.notes.map((note) => ["", `${stage.stage}: ${note}`]),
  ]);
  return lines.length > 0 && h("ul.notes", lines.map(([how, text, hint]) => h("li", { class: how && "look" }, text, hint && h("span.note", hint))));
}
