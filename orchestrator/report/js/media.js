/* Plays the film, and reports if the browser cannot. */
import { cueAt, page } from "./state.js";
import { byId } from "./elements.js";

const film = /** @type {HTMLVideoElement} */ (byId("film"));
/** @type {number | null} */
let stopAt = null;
let offset = 0;

export function startMedia() {
  offset = page.data.film.clip?.[0] ?? 0; // a clip's times start at 0
  page.duration = page.data.film.seconds;

  page.on("seek", (time) => {
    stopAt = null;
    if (film.readyState > 0) film.currentTime = time + offset;
  });
  film.addEventListener("loadedmetadata", loaded);
  film.addEventListener("error", unplayable);
  film.addEventListener("play", () => {
    page.playing = true;
    requestAnimationFrame(tick);
  });
  film.addEventListener("pause", () => {
    page.playing = false;
    tell();
  });
  film.addEventListener("seeked", tell);
  film.addEventListener("timeupdate", tell);
  film.src = page.data.media.film;
  page.on("time", caption);
  page.on("redraw", caption);
}

function loaded() {
  const picture = film.videoWidth > 0;
  document.body.classList.toggle("sound-only", !picture);
  if (!page.duration && Number.isFinite(film.duration)) {
    page.duration = film.duration - offset;
    page.redraw();
  }
  film.currentTime = page.time + offset;
}

function tell() {
  page.time = Math.max(0, film.currentTime - offset);
  if (stopAt !== null && page.time >= stopAt) {
    stopAt = null;
    film.pause();
  }
  page.tell("time", page.time);
}

function tick() {
  if (!page.playing) return;
  tell();
  requestAnimationFrame(tick);
}

export function toggle() {
  if (film.error || film.readyState === 0) return;
  if (film.paused) film.play().catch(unplayable);
  else film.pause();
}

/**
 * Play a cue, then pause.
 * @param {Cue} cue
 */
export function playCue(cue) {
  if (film.error || film.readyState === 0) return;
  page.seek(cue.start);
  stopAt = cue.end;
  film.play().catch(unplayable);
}

function caption() {
  const text = page.cues[cueAt(page.time)]?.text ?? "";
  const place = byId("caption");
  if (place.textContent !== text) place.textContent = text;
}

function unplayable() {
  const place = byId("unplayable");
  document.body.classList.add("no-film");
  place.hidden = false;
  const { name } = page.data.media;
  if (!page.data.editing && location.protocol.startsWith("http")) {
    // Whoever serves a report shields it from everything else that it serves.
    place.textContent = "Here the report has no film: open it in the editor. Everything else works.";
    return;
  }
  const why =
    film.error?.code === 4
      ? `This browser cannot play ${name}, or the file was moved.`
      : "Playback stopped because of an error.";
  place.textContent = page.data.editing
    ? why
    : `${why} To hear it, run: orchestrator review ${name}. Everything else in this report works without it.`;
}
