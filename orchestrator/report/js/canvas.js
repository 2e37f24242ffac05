/* Prepares the timeline's canvases: colours, pen and waveform. */
import { page } from "./state.js";

export const COARSE = 32; // points of the waveform that are drawn as one if they are closer than a pixel

/**
 * The waveform's peaks, with a coarse copy for showing the whole film; null without a waveform.
 * @returns {Sound | null}
 */
export function readSound() {
  const { waveform } = page.data;
  if (!waveform) return null;
  const text = atob(waveform.peaks);
  const peaks = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const coarse = new Uint8Array(Math.ceil(peaks.length / COARSE));
  peaks.forEach((peak, k) => {
    const at = Math.floor(k / COARSE);
    coarse[at] = Math.max(coarse[at], peak);
  });
  const loudest = coarse.reduce((most, one) => Math.max(most, one), 1);
  return { peaks, coarse, loudest, rate: waveform.per_second };
}

const NAMES = [
  "ink",
  "soft",
  "faint",
  "line",
  "panel",
  "paper",
  "accent",
  "warn",
  "bad",
  "speech",
  "wave",
  "cue",
  "shot",
];

/**
 * The colours of the page's styles by name.
 * @returns {Record<string, string>}
 */
export function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = [...NAMES, ...Array.from({ length: 8 }, (_, k) => `s${k}`)];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/**
 * Set a canvas to the screen's resolution; returns its pen and its size in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 */
export function prepared(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}
