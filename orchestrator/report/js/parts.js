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

/* A table; its roles are said, as a narrow screen shows its rows as blocks. */
export function table(heads, rows, label) {
  const head = h("tr", { role: "row" }, heads.map((one) => h("th", { scope: "col", role: "columnheader" }, one)));
  const body = rows.map((row) => h("tr", { role: "row" }, row.map((cell) => h("td", { role: "cell" }, cell))));
  return h("div.scroll", h("table", { role: "table", "aria-label": label }, h("thead", { role: "rowgroup" }, head), h("tbody", { role: "rowgroup" }, body)));
}
