"""The stage demux: the film's speech track as mono int16 at 16 kHz, on the film's clock.

Sample 0 is the container's `format.start_time`, or the start of the clip: ffmpeg puts its inputs on that
clock, and its resampler pads, trims and fills gaps (`aresample=async=1:first_pts=0`). So only the audio
contains offsets. Decoding takes two steps with time stamps between them: if a track changes its format (a
broadcast from 5.1 to stereo), ffmpeg rebuilds its filters, and a resampler that pads to the start would pad
again in the middle of the film. If a muxer shifted the whole film to make room for audio priming, the film
begins that much later: see `probe.head_start`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.media import ffmpeg as media_ffmpeg
from stage_runners.media import opening
from stage_runners.media.excerpt import beyond, excerpt
from stage_runners.media.numbering import film_of, number_of
from stage_runners.media.probe import Film, Track, head_start, on_the_container
from stage_runners.media.stage import DEMUX
from stage_runners.text.iso639 import same_language

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = DEMUX

SAMPLE_RATE = 16_000
CONVERT = f"aresample={SAMPLE_RATE}:out_chlayout=mono:out_sample_fmt=s16"
GAP = 0.02
ON_THE_CLOCK = f"aresample=async=1:min_hard_comp={GAP}:first_pts=0"
"""Gaps and overlaps of more than 20 ms are corrected; ffmpeg's default of 100 ms would distort word times."""
NOT_THE_FILM = {"comment", "visual_impaired", "descriptions", "hearing_impaired", "karaoke", "clean_effects"}
SHORT_BY_SECONDS = 1.0
"""A track that ends this much before its stated duration is truncated."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Choose the track, report the choice, and decode it."""
    del model
    import numpy as np

    path = inputs["film"]
    film = film_of(path)
    track, why, doubtful = choose(
        film, context.params.get("audio_track"), context.params.get("language"), path.name
    )
    context.log(f"{track.words()}: {why}")
    clip = on_the_container(clip_of(context.params.get("clip")), film)
    expected = _expected(film, track, clip)
    timed, raw = context.scratch() / "timed.nut", context.scratch() / "pcm"
    source, part, span = excerpt(path, film, clip, context)
    heard = part.of("audio")[track.number]
    errors = media_ffmpeg.run(
        decoding(source, part, heard, span, timed), context, expected or 0.0, "decode", timed
    )
    if not _any_audio(timed):
        raise _nothing(film, track, clip, path.name)
    media_ffmpeg.run(placing(timed, clip, raw), context, expected or 0.0, "place", raw)
    lost = missing(timed) if errors else 0.0
    timed.unlink()
    if not raw.exists() or raw.stat().st_size < 2:
        raise _nothing(film, track, clip, path.name)
    samples = np.memmap(raw, dtype=np.int16, mode="r", shape=(raw.stat().st_size // 2,))
    seconds = len(samples) / SAMPLE_RATE
    _mark_if_cut(context, film, track, clip, seconds, expected, errors, path.name)
    if lost > SHORT_BY_SECONDS:
        context.degraded(f"{path.name} is damaged: {lost:.0f} s of its audio could not be read")
    context.method = "ffmpeg"
    context.fact("seconds", round(seconds, 3))
    context.fact("audio_track", track.number)
    context.fact("audio_track_chosen", f"{track.words()}: {why}")
    context.fact("audio_track_doubtful", doubtful)
    others = [other.words() for other in film.of("audio") if other.number != track.number]
    context.fact("other_audio_tracks", others)
    context.fact("title", film.tags.get("title", ""))
    context.save_audio("audio", samples, SAMPLE_RATE)


class Chosen(NamedTuple):
    """The audio track to transcribe, the reason, and whether the film's tracks say otherwise."""

    track: Track
    why: str
    doubtful: bool = False


def choose(film: Film, asked: int | None, language: str | None, name: str) -> Chosen:
    """The audio track to transcribe.

    In this order: the requested number; tracks in the requested language; tracks other than commentary and
    audio description; the default track; most channels; the first. `StageError` if there is none.
    """
    tracks = film.of("audio")
    if not tracks:
        raise StageError("input", f"{name}: no audio track", "choose a film with sound")
    if asked is not None:
        if not 0 <= asked < len(tracks):
            choices = "; ".join(track.words() for track in tracks)
            raise StageError(
                "config", f"--audio-track {asked}: {name} has no such track", f"choose one of: {choices}"
            )
        return Chosen(tracks[asked], "set by --audio-track")
    if len(tracks) == 1:
        if language and tracks[0].language and not same_language(tracks[0].language, language):
            return Chosen(tracks[0], f"the only one; no track is marked as {language}", doubtful=True)
        return Chosen(tracks[0], "the only one")
    spoken = [track for track in tracks if language and same_language(track.language, language)]
    proper = [track for track in spoken or tracks if not NOT_THE_FILM & set(track.purposes)]
    pool = proper or spoken or tracks
    best = max(pool, key=lambda track: (track.default, track.channels, -track.number))
    reasons = []
    if spoken:
        reasons.append(f"in the requested language ({language})")
    elif language:
        reasons.append(f"no track is marked as {language}")
    if len(pool) > 1:
        reasons.append("the default track" if best.default else "most channels, or the first of equals")
    elif len(pool) < len(spoken or tracks):
        reasons.append("the others are commentary or audio description")
    return Chosen(best, ", ".join(reasons) or "the only one", doubtful=bool(language and not spoken))


def decoding(
    path: Path, film: Film, track: Track, clip: tuple[float, float] | None, timed: Path
) -> list[str]:
    """Ffmpeg's arguments to decode one track into mono PCM with time stamps, as NUT at `timed`.

    The clock is the container's, as in mux: see `ffmpeg.whole_clock`.
    """
    import ffmpeg

    span = {"ss": f"{clip[0]:.6f}", "t": f"{clip[1] - clip[0]:.6f}"} if clip else {}
    late = 0.0 if clip else head_start(film)
    begin = f"asetpts=PTS-{late:.6f}/TB,atrim=start=0"
    command = ffmpeg.input(opening.url(path), **opening.options(), **span).output(
        opening.url(timed), map=f"0:{number_of(track, path)}", af=f"{CONVERT},{begin}", f="nut",
        acodec="pcm_s16le", avoid_negative_ts="disabled", vn=None, sn=None, dn=None,
    )  # fmt: skip
    return [*command.compile(overwrite_output=True)[1:], *media_ffmpeg.whole_clock(jumps=film.jumps)]


def placing(timed: Path, clip: tuple[float, float] | None, raw: Path) -> list[str]:
    """Ffmpeg's arguments to convert PCM with time stamps at `timed` to raw PCM at `raw`, filling gaps."""
    import ffmpeg

    span = {"t": f"{clip[1] - clip[0]:.6f}"} if clip else {}
    command = ffmpeg.input(opening.url(timed), **opening.options("nut"), copyts=None).output(
        opening.url(raw), af=ON_THE_CLOCK, f="s16le", **span
    )
    return [*command.compile(overwrite_output=True)[1:]]


def _any_audio(timed: Path) -> bool:
    """Whether there is any PCM at `timed`: ffmpeg leaves a file of headers if there is none."""
    import av

    try:
        with opening.opened(timed) as container:
            return any(packet.size for packet in container.demux(audio=0))
    except (av.error.FFmpegError, IndexError, ValueError):
        return False


def missing(timed: Path) -> float:
    """Missing seconds within PCM with time stamps at `timed`, which become silence."""
    lost, end = 0.0, None
    with opening.opened(timed) as container:
        for packet in container.demux(audio=0):
            if packet.pts is None:
                continue
            start = float(packet.pts * packet.time_base)
            if end is not None and start - end > GAP:
                lost += start - end
            end = start + packet.size / (2 * SAMPLE_RATE)
    return lost


def _nothing(film: Film, track: Track, clip: tuple[float, float] | None, name: str) -> StageError:
    """What to say of a track, or of a clip of it, without any audio."""
    if clip and not (film.seconds and clip[0] < film.seconds):
        return beyond(name, film, clip)
    where = " in this clip" if clip else ""
    return StageError(
        "input", f"{name}: {track.words()} is empty{where}", "choose another track with --audio-track"
    )


def _expected(film: Film, track: Track, clip: tuple[float, float] | None) -> float | None:
    """The expected seconds of audio, for progress: the stated duration, or what libavformat guesses."""
    whole = film.seconds or track.seconds or film.likely
    if clip is None:
        return whole
    return min(clip[1], whole) - clip[0] if whole and whole > clip[0] else clip[1] - clip[0]


def _mark_if_cut(
    context: Context,
    film: Film,
    track: Track,
    clip: tuple[float, float] | None,
    seconds: float,
    expected: float | None,
    errors: str,
    name: str,
) -> None:
    """Report a film that ends before its stated duration, or is smaller than its stated size.

    A track may be shorter than the film, so the track's duration counts, or the film's if ffmpeg reported
    errors. A duration that libavformat guessed does not count.
    """
    announced = track.seconds if clip is None else None
    if announced is None and errors and film.seconds:
        announced = expected
    if announced is not None and seconds < announced - SHORT_BY_SECONDS:
        whole = max(announced, film.seconds or 0.0)
        context.degraded(f"{name} ends early: only {seconds:.0f} s of {whole:.0f} s could be read")
    elif film.cut and clip is None:
        context.degraded(
            f"{name} ends early: only {seconds:.0f} s could be read; "
            f"the file should have {film.cut / 1e6:.1f} MB"
        )
    elif errors:
        count = len(errors.splitlines())
        context.warn(
            f"ffmpeg reported {count} kinds of errors while decoding; the first: {errors.splitlines()[0]}"
        )
