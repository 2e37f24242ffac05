/* A list with elements for the visible rows only, for any number and heights of rows. */
import { h } from "./elements.js";

export const NARROW = 420; // pixels; a narrower list shows times above the text
const SPARE = 400; // pixels above and below that are drawn too

export class VirtualList {
  /**
   * @param {HTMLElement} place
   * @param {(item: Cue, index: number) => HTMLElement} draw makes a row's element
   * @param {(item: Cue, index: number, width: number) => number} height returns its height in pixels
   */
  constructor(place, draw, height) {
    this.place = place;
    this.draw = draw;
    this.height = height;
    this.width = 0;
    this.items = /** @type {Cue[]} */ ([]);
    this.tops = [0];
    this.rows = /** @type {Map<number, HTMLElement>} */ (new Map());
    this.space = h("div.space");
    place.append(this.space);
    place.addEventListener("scroll", () => this.paint(), { passive: true });
    new ResizeObserver(() => {
      if (this.width !== place.clientWidth) this.set(this.items);
      else this.paint();
    }).observe(place);
  }

  /** @param {Cue[]} items */
  set(items) {
    this.items = items;
    this.width = this.place.clientWidth;
    this.place.classList.toggle("narrow", this.width < NARROW);
    this.tops = [0];
    items.forEach((item, k) => {
      this.tops.push(this.tops[k] + this.height(item, k, this.width));
    });
    this.space.style.height = `${this.tops[items.length]}px`;
    this.refresh();
  }

  /* Redraw the visible rows. */
  refresh() {
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.paint();
  }

  paint() {
    const from = this.at(this.place.scrollTop - SPARE);
    const bottom = this.place.scrollTop + this.place.clientHeight + SPARE;
    const to = Math.min(this.items.length, this.at(bottom) + 1);
    for (const [index, row] of this.rows) {
      if (index < from || index >= to) {
        row.remove();
        this.rows.delete(index);
      }
    }
    for (let index = from; index < to; index += 1) {
      if (this.rows.has(index)) continue;
      const row = this.draw(this.items[index], index);
      row.style.top = `${this.tops[index]}px`;
      row.style.height = `${this.tops[index + 1] - this.tops[index]}px`;
      row.setAttribute("aria-posinset", String(index + 1));
      row.setAttribute("aria-setsize", String(this.items.length));
      this.rows.set(index, row);
      this.space.append(row);
    }
  }

  /**
   * Index of the row at a height.
   * @param {number} y
   */
  at(y) {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1] <= y) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low);
  }

  /**
   * Scroll to a row, with some margin.
   * @param {number} index
   */
  reveal(index, { middle = false } = {}) {
    if (index < 0 || index >= this.items.length) return;
    const { place } = this;
    const [top, bottom] = [this.tops[index], this.tops[index + 1]];
    const room = middle ? (place.clientHeight - (bottom - top)) / 2 : Math.min(48, place.clientHeight / 4);
    if (top - 4 < place.scrollTop || middle) place.scrollTop = top - room;
    else if (bottom + 4 > place.scrollTop + place.clientHeight)
      place.scrollTop = bottom + room - place.clientHeight;
    this.paint();
  }
}
