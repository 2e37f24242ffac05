/* What the sections below the film are made of. */
import { page } from "./state.js";
import { byId, clock, h } from "./words.js";

export function section(title, lead, ...rest) {
  return h("section.finding", h("h2", title), lead && h("p.lead", lead), rest);
}

export const jump = (time) =>
  time === null || time === undefined
    ? "–"
    : h("button.jump", { type: "button", onclick: () => (page.seek(time), byId("desk").scrollIntoView({ block: "nearest" })) }, clock(time, 1));

export function table(heads, rows, label) {
  const cells = (row) => row.map((cell, k) => h("td", { "data-head": heads[k] ?? "" }, cell));
  return h(
    "div.scroll",
    h("table", { "aria-label": label }, h("thead", h("tr", heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", rows.map((row) => h("tr", cells(row))))),
  );
}
