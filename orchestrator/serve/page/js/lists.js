/* Keeps the elements of a list in step with its items: what did not change stays, with focus and open parts. */

/** @type {WeakMap<Element, string>} */
const drawn = new WeakMap();

/**
 * @template {{id: string}} Item
 * @param {Element} place
 * @param {Item[]} items
 * @param {(item: Item) => HTMLElement} make a new, empty element
 * @param {(element: HTMLElement, item: Item) => void} fill
 * @param {(item: Item) => unknown} [basis] what the content depends on; without it on the item alone
 */
export function keepList(place, items, make, fill, basis = (item) => item) {
  const there = new Map(
    [...place.children].map((one) => [
      /** @type {HTMLElement} */ (one).dataset.id,
      /** @type {HTMLElement} */ (one),
    ]),
  );
  const active = document.activeElement;
  const held = active instanceof HTMLElement && place.contains(active) ? active : null;
  const row = /** @type {HTMLElement | null} */ (held?.closest("[data-id]") ?? null);
  const act = held?.dataset.act;
  const position = row ? [...place.children].indexOf(row) : -1;
  let next = place.firstElementChild;
  for (const item of items) {
    const element = there.get(item.id) ?? make(item);
    element.dataset.id = item.id;
    there.delete(item.id);
    const content = JSON.stringify(basis(item));
    if (drawn.get(element) !== content) {
      fill(element, item);
      drawn.set(element, content);
    }
    if (element === next) next = next.nextElementSibling;
    else place.insertBefore(element, next);
  }
  for (const gone of there.values()) gone.remove();
  if (held && row && document.activeElement !== held) restore(place, row, act, position);
}

/**
 * Give the focus to the same button of the row, or to the row that took its place.
 * @param {Element} place
 * @param {HTMLElement} row
 * @param {string | undefined} act
 * @param {number} position
 */
function restore(place, row, act, position) {
  const kept = row.isConnected ? row : place.children[Math.min(position, place.children.length - 1)];
  const same = act ? kept?.querySelector(`[data-act="${act}"]:not(:disabled)`) : null;
  const button = same ?? kept?.querySelector("button:not(:disabled), a[href], summary");
  const heading = place.closest("section")?.querySelector("h2");
  const target = button ?? heading;
  if (target instanceof HTMLElement) target.focus();
}
