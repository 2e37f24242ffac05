/* Makes, fills and finds elements of the page. */

/**
 * An element: h("p.note", {title: "x"}, "text", child, [more])
 * @param {string} what
 * @param {Content[]} rest
 * @returns {HTMLElement}
 */
export function h(what, ...rest) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const one of flat(rest)) {
    if (typeof one === "object" && !(one instanceof Node)) setAttributes(element, one);
    else element.append(one instanceof Node ? one : String(one));
  }
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {Attributes} attributes
 */
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name.startsWith("--")) element.style.setProperty(name, String(value));
    else if (value === null || value === undefined) continue;
    else if (name.startsWith("aria-")) element.setAttribute(name, String(value));
    else if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * The parts in one list, without false, null and undefined.
 * @param {Content[]} parts
 * @returns {(Node | string | number | true | Attributes)[]}
 */
function flat(parts) {
  return parts.flatMap((one) => {
    if (Array.isArray(one)) return flat(one);
    return one === null || one === undefined || one === false ? [] : [one];
  });
}

/**
 * Replace the content of an element; false and null are ignored, as in h().
 * @param {Element} place
 * @param {Content[]} parts
 */
export function fillWith(place, ...parts) {
  place.replaceChildren(...flat(parts).map((one) => (one instanceof Node ? one : String(one))));
}

/**
 * The element with an id, or null.
 * @param {string} id
 */
export const maybe = (id) => document.getElementById(id);

/**
 * The element with an id; an error if it is missing.
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return found;
}

/** @param {string} id */
export const inputById = (id) => /** @type {HTMLInputElement} */ (byId(id));

/** @param {string} id */
export const selectById = (id) => /** @type {HTMLSelectElement} */ (byId(id));

/** @param {string} id */
export const canvasById = (id) => /** @type {HTMLCanvasElement} */ (byId(id));

/**
 * The innermost element around an event's target that matches a selector.
 * @param {Event} event
 * @param {string} selector
 */
export function closest(event, selector) {
  const { target } = event;
  return target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(selector)) : null;
}

/**
 * The value of the field that an event came from.
 * @param {Event} event
 */
export const valueIn = (event) => /** @type {HTMLInputElement} */ (event.target).value;
