/* Formats figures and languages for the user. */

/**
 * 1:02:09, or 2:09.4 with tenths
 * @param {number} seconds
 */
export function clock(seconds, digits = 0) {
  const factor = 10 ** digits;
  // A clock shows the second that has begun; a fraction is a measurement, and rounded.
  const scaled = Math.max(0, seconds) * factor;
  const whole = (digits ? Math.round(scaled) : Math.floor(scaled + 1e-6)) / factor;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = (whole % 60).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/**
 * @param {number | null | undefined} share
 * @param {number} [digits]
 */
export function percent(share, digits) {
  if (share === null || share === undefined) return "–";
  const value = share * 100;
  const places = digits ?? ((value > 0 && value < 9.95) || (value > 90 && value < 99.95) ? 1 : 0);
  return `${value.toFixed(places)}%`;
}

/**
 * @param {number} count
 * @param {string} noun
 */
export const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** @param {number | null | undefined} seconds */
export function took(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds >= 59.5) return clock(seconds);
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

/** @param {number | null | undefined} count */
export function bytes(count) {
  if (!count) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let amount = count;
  let unit = 0;
  while (amount >= 999.5 && unit < 4) {
    amount /= 1000;
    unit += 1;
  }
  return `${amount < 9.95 && unit ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`;
}

/**
 * A language's English name; its code if the browser does not know it.
 * @param {string} code
 */
export function languageName(code) {
  if (!code || code === "und") return "unknown language";
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
