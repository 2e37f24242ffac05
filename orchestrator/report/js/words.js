/* Elements, and figures as people read them. */

/* An element: h("p.note", {title: "x"}, "text", child, [more]) */
export function h(what, ...rest) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const one of rest.flat(2)) {
    if (one === null || one === undefined || one === false) continue;
    if (typeof one === "object" && !(one instanceof Node)) {
      for (const [name, value] of Object.entries(one)) {
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else if (name.startsWith("--")) element.style.setProperty(name, value);
        else if (name.startsWith("aria-") && value !== null) element.setAttribute(name, String(value));
        else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
      }
    } else element.append(one);
  }
  return element;
}

/* Replace what an element holds; what is false or null is left out, as in h(). */
export function fillWith(place, ...parts) {
  place.replaceChildren(...parts.flat(2).filter((one) => one !== null && one !== undefined && one !== false));
}

export const byId = (id) => document.getElementById(id);

/* 1:02:09, or 2:09.4 with tenths */
export function clock(seconds, digits = 0) {
  const factor = 10 ** digits;
  const whole = Math.floor(Math.max(0, seconds) * factor + 1e-6) / factor;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = (whole % 60).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

export function percent(share, digits) {
  if (share === null || share === undefined) return "–";
  const value = share * 100;
  const places = digits ?? (value > 0 && value < 9.95 || value > 90 && value < 99.95 ? 1 : 0);
  return `${value.toFixed(places)} %`;
}

export const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

export function took(seconds) {
  if (seconds === null || seconds === undefined) return "";
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : seconds < 59.5 ? `${Math.round(seconds)} s` : clock(seconds);
}

export function bytes(count) {
  if (!count) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 999.5 && unit < 4) {
    count /= 1000;
    unit += 1;
  }
  return `${count < 9.95 && unit ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}

const FLAGS = {
  too_fast: "too fast",
  too_short: "too brief",
  too_long: "too long",
  late: "late",
  overlap: "two at once",
  guessed_times: "guessed times",
  unknown_speaker: "unknown speaker",
  no_speech: "no speech heard",
  unsure: "unsure words",
  doubtful: "doubtful",
  sound: "a sound",
  silence: "speech without text",
  edited: "edited",
  collides: "two cues at once",
  wide: "a line too long",
  lines: "too many lines",
  rival: "changed by two",
};

export const flagWords = (flag) => FLAGS[flag] ?? flag.replaceAll("_", " ");

/* A language by its own name in English; the code where the browser knows none. */
export function languageName(code) {
  if (!code || code === "und") return "no language";
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code);
  } catch {
    return code;
  }
}

const ruler = document.createElement("canvas").getContext("2d");

/* How many lines a text takes in `width` pixels, broken at blanks (or anywhere, where it has none). */
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
