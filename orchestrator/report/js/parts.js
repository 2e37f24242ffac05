/* Parts of the sections below the film. */
import { page } from "./state.js";
import { byId, h } from "./elements.js";
import { clock } from "./words.js";

/**
 * @param {string} title
 * @param {string | null} lead
 * @param {Content[]} rest
 */
export function section(title, lead, ...rest) {
  return h("section.finding", h("h2", title), lead && h("p.lead", lead), rest);
}

/**
 * A button that goes to a time.
 * @param {number | null | undefined} time
 */
export function jump(time) {
  if (time === null || time === undefined) return "–";
  const go = () => {
    page.seek(time);
    byId("desk").scrollIntoView({ block: "nearest" });
  };
  return h("button.jump", { type: "button", onclick: go }, clock(time, 1));
}

/**
 * A table with explicit roles, because a narrow screen shows its rows as blocks.
 * @param {string[]} heads
 * @param {Content[][]} rows
 * @param {string} label
 */
export function table(heads, rows, label) {
  const head = h(
    "tr",
    { role: "row" },
    heads.map((one) => h("th", { scope: "col", role: "columnheader" }, one)),
  );
  const body = rows.map((row) =>
    h(
      "tr",
      { role: "row" },
      row.map((cell) => h("td", { role: "cell" }, cell)),
    ),
  );
  return h(
    "div.scroll",
    h(
      "table",
      { role: "table", "aria-label": label },
      h("thead", { role: "rowgroup" }, head),
      h("tbody", { role: "rowgroup" }, body),
    ),
  );
}
