/* Measures texts on the screen. */

const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/**
 * How many lines a text takes in `width` pixels, broken at blanks (or anywhere in a longer word).
 * @param {string} text
 * @param {number} width
 * @param {string} font
 */
export function linesIn(text, width, font) {
  ruler.font = font;
  let lines = 0;
  for (const line of text.split("\n")) {
    if (ruler.measureText(line).width <= width) {
      lines += 1;
      continue;
    }
    let used = Infinity;
    for (const word of line.split(/(?<=\s)/)) {
      const room = ruler.measureText(word).width;
      if (used + room > width) {
        lines += Math.max(1, Math.ceil(room / width));
        used = room % width;
      } else used += room;
    }
  }
  return lines;
}
