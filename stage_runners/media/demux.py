"""demux: the film's speech track as mono int16 at 16 kHz, on the film's clock.

Sample 0 is the instant `format.start_time` of the container (or the start of the clip): ffmpeg puts its inputs on that clock, and
its resampler pads or trims to it and fills gaps, `aresample=async=1:first_pts=0`. So offsets live in the audio and nowhere else.
That takes two steps with time stamps between them: where a track changes its form (a broadcast from 5.1 to stereo), ffmpeg builds its
filters anew, and a resampler that pads to the start would pad once more in the middle of the film. Where a muxer moved the whole
film to make room for its sound's priming, the film begins that much later: `media_probe.head_start`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.media import ffmpeg as media_ffmpeg
from stage_runners.media.probe import Film, Track, head_start, on_the_container, probe
from stage_runners.media.stage import DEMUX
from stage_runners.text.iso639 import same_language

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = DEMUX

SAMPLE_RATE = 16_000
CONVERT = f"aresample={SAMPLE_RATE}:out_chlayout=mono:out_sample_fmt=s16"
GAP = 0.02
ON_THE_CLOCK = f"aresample=async=1:min_hard_comp={GAP}:first_pts=0"
"""Gaps and overlaps of more than 20 ms are mended at once; the 100 ms of ffmpeg's default would be heard in word times."""
NOT_THE_FILM = {"comment", "visual_impaired", "descriptions", "hearing_impaired", "karaoke", "clean_effects"}
SHORT_BY_SECONDS = 1.0
"""A track that ends so much before what it announced has been cut off."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Choose the track, decode it, and say what was chosen and why."""
    del model
    import numpy as np

    path = inputs["film"]
    film = probe(path)
    track, why = choose(film, context.params.get("audio_track"), context.params.get("language"), path.name)
    context.log(f"{track.words()}: {why}")
    clip = on_the_container(clip_of(context.params.get("clip")), film)
    if clip and film.seconds and clip[0] >= film.seconds:
        raise StageError(
            "config", f"--clip begins at {clip[0]:.0f} s, but {path.name} lasts {film.seconds:.0f} s"
        )
    expected = _expected(film, track, clip)
    timed, raw = context.scratch() / "timed.nut", context.scratch() / "pcm"
    said = media_ffmpeg.run(
        decoding(path, film, track, clip, timed), context, expected or 0.0, "decode", timed
    )
    media_ffmpeg.run(placing(timed, clip, raw), context, expected or 0.0, "place", raw)
    lost = missing(timed) if said else 0.0
    timed.unlink()
    if not raw.exists() or raw.stat().st_size < 2:
        raise StageError(
            "input",
            f"{track.words()} of {path.name} holds no sound",
            "choose another with --audio-track; orchestrator plan does not look into films",
        )
    samples = np.memmap(raw, dtype=np.int16, mode="r", shape=(raw.stat().st_size // 2,))
    seconds = len(samples) / SAMPLE_RATE
    _mark_if_cut(context, film, track, clip, seconds, expected, said, path.name)
    if lost > SHORT_BY_SECONDS:
        context.degraded(f"{path.name} is damaged: {lost:.0f} s within its sound could not be read")
    context.method = "ffmpeg"
    context.fact("seconds", round(seconds, 3))
    context.fact("audio_track", track.number)
    context.fact("audio_track_chosen", f"{track.words()}: {why}")
    others = [other.words() for other in film.of("audio") if other.number != track.number]
    context.fact("other_audio_tracks", others)
    context.fact("title", film.tags.get("title", ""))
    context.save_audio("audio", samples, SAMPLE_RATE)


def choose(film: Film, asked: int | None, language: str | None, name: str) -> tuple[Track, str]:
    """The audio track to listen to, and why.

    In this order: the number asked for; tracks in the asked language; tracks that are the film and not a comment or a
    description of it; the default one; more channels; the first. `StageError` where there is none.
    """
    tracks = film.of("audio")
    if not tracks:
        raise StageError("input", f"{name} has no audio track", "there is nothing to transcribe in it")
    if asked is not None:
        if not 0 <= asked < len(tracks):
            there = "; ".join(track.words() for track in tracks)
            raise StageError(
                "config", f"--audio-track {asked}: {name} has no such track", f"there is: {there}"
            )
        return tracks[asked], "asked for"
    if len(tracks) == 1:
        other = language and tracks[0].language and not same_language(tracks[0].language, language)
        return tracks[0], f"the only one; no track says that it is in {language}" if other else "the only one"
    spoken = [track for track in tracks if language and same_language(track.language, language)]
    proper = [track for track in spoken or tracks if not NOT_THE_FILM & set(track.purposes)]
    pool = proper or spoken or tracks
    best = max(pool, key=lambda track: (track.default, track.channels, -track.number))
    reasons = []
    if spoken:
        reasons.append(f"in the language asked for ({language})")
    elif language:
        reasons.append(f"no track says that it is in {language}")
    if len(pool) > 1:
        reasons.append("the default one" if best.default else "the fullest, or the first of equals")
    elif len(pool) < len(spoken or tracks):
        reasons.append("the others are comments or descriptions")
    return best, ", ".join(reasons) or "the only one in it"


def decoding(
    path: Path, film: Film, track: Track, clip: tuple[float, float] | None, timed: Path
) -> list[str]:
    """Ffmpeg's arguments: decode one track into mono PCM with time stamps, NUT at `timed`.

    Of a format whose time stamps may leap, ffmpeg takes the start from the streams that are used, and mends leaps by them.
    So there all of them are used, the others into nothing: the clock is then that of the container, and that of mux.
    """
    import ffmpeg

    span = {"ss": f"{clip[0]:.6f}", "t": f"{clip[1] - clip[0]:.6f}"} if clip else {}
    late = 0.0 if clip else head_start(film)
    begin = f"asetpts=PTS-{late:.6f}/TB,atrim=start=0"
    command = ffmpeg.input(media_ffmpeg.url(path), **span).output(
        media_ffmpeg.url(timed), map=f"0:{track.index}", af=f"{CONVERT},{begin}", f="nut", acodec="pcm_s16le",
        avoid_negative_ts="disabled", vn=None, sn=None, dn=None,
    )  # fmt: skip
    rest = ["-map", "0", "-map", "-0:d", "-c", "copy", "-f", "null", "-"] if film.jumps else []
    return [*command.compile(overwrite_output=True)[1:], *rest]


def placing(timed: Path, clip: tuple[float, float] | None, raw: Path) -> list[str]:
    """Ffmpeg's arguments: PCM with time stamps at `timed` to bare PCM at `raw`, with silence where there was nothing."""
    import ffmpeg

    span = {"t": f"{clip[1] - clip[0]:.6f}"} if clip else {}
    command = ffmpeg.input(media_ffmpeg.url(timed), copyts=None).output(
        media_ffmpeg.url(raw), af=ON_THE_CLOCK, f="s16le", **span
    )
    return [*command.compile(overwrite_output=True)[1:]]


def missing(timed: Path) -> float:
    """Seconds that lack within PCM with time stamps at `timed`: there silence will be, and nothing is heard in it."""
    import av

    lost, end = 0.0, None
    with av.open(f"file:{timed}") as container:
        for packet in container.demux(audio=0):
            if packet.pts is None:
                continue
            start = float(packet.pts * packet.time_base)
            if end is not None and start - end > GAP:
                lost += start - end
            end = start + packet.size / (2 * SAMPLE_RATE)
    return lost


def _expected(film: Film, track: Track, clip: tuple[float, float] | None) -> float | None:
    """Seconds that should come out, where the container or the clip says."""
    whole = film.seconds if film.seconds is not None else track.seconds
    if clip is None:
        return whole
    return min(clip[1], whole) - clip[0] if whole else clip[1] - clip[0]


def _mark_if_cut(
    context: Context,
    film: Film,
    track: Track,
    clip: tuple[float, float] | None,
    seconds: float,
    expected: float | None,
    said: str,
    name: str,
) -> None:
    """Mark a film that ends before it said it would. A track may well be shorter than the film: only its own word counts,
    or the film's where ffmpeg complained.
    """
    announced = track.seconds if clip is None else None
    if announced is None and said:
        announced = expected
    if announced is not None and seconds < announced - SHORT_BY_SECONDS:
        whole = max(announced, film.seconds or 0.0)
        context.degraded(f"{name} ends early: {seconds:.0f} s of {whole:.0f} s could be read")
    elif said:
        count = len(said.splitlines())
        context.warn(f"ffmpeg complained while decoding ({count} kinds), first: {said.splitlines()[0]}")
