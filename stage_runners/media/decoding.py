"""Decoding an audio track with ffmpeg: mono PCM with time stamps, then PCM on the film's clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stage_runners.media import ffmpeg as media_ffmpeg
from stage_runners.media import opening
from stage_runners.media.numbering import number_of
from stage_runners.media.probe import Film, Track, head_start

SAMPLE_RATE = 16_000
CONVERT = f"aresample={SAMPLE_RATE}:out_chlayout=mono:out_sample_fmt=s16"
GAP = 0.02
ON_THE_CLOCK = f"aresample=async=1:min_hard_comp={GAP}:first_pts=0"
"""Gaps and overlaps of more than 20 ms are corrected; ffmpeg's default of 100 ms would distort word times."""
FILLED_S = 30 * 3600.0
"""ffmpeg takes a longer gap for a wrong time stamp, and leaves it out (`dts_error_threshold`)."""
MOST_SILENCE_S = 12 * 3600.0
"""Of gaps in all. A file of a few kilobytes can have time stamps a thousand days apart, and would become a
terabyte of silence."""
Clip = tuple[float, float]


class AudioSource(NamedTuple):
    """What is decoded: a track of a film, or a clip in seconds after the container's start."""

    path: Path
    film: Film
    track: Track
    clip: Clip | None


def decoding(source: AudioSource, channel: int | None, timed: Path) -> list[str]:
    """Ffmpeg's arguments to decode a track into mono PCM with time stamps, as NUT at `timed`.

    The mono mix of all channels, or one `channel`. The clock is the container's, as in mux: see
    `ffmpeg.whole_clock`.
    """
    import ffmpeg

    path, film, track, clip = source
    span = {"ss": f"{clip[0]:.6f}", "t": f"{clip[1] - clip[0]:.6f}"} if clip else {}
    late = 0.0 if clip else head_start(film)
    begin = f"asetpts=PTS-{late:.6f}/TB,atrim=start=0"
    one = _pan(track, channel)
    command = ffmpeg.input(opening.url(path), **opening.options(), **span).output(
        opening.url(timed), map=f"0:{number_of(track, path)}", af=f"{one}{CONVERT},{begin}", f="nut",
        acodec="pcm_s16le", avoid_negative_ts="disabled", vn=None, sn=None, dn=None,
    )  # fmt: skip
    return [*command.compile(overwrite_output=True)[1:], *media_ffmpeg.whole_clock(jumps=film.jumps)]


def _pan(track: Track, channel: int | None) -> str:
    """The filter that takes one channel, or all alike if they have no layout; else nothing.

    ffmpeg takes up to eight channels without a layout for those of a cinema, of which it drops the fourth,
    and has no mix for more.
    """
    if channel is not None:
        # The layout may change in the middle; the channel is that of the layout at the start.
        return f"{f'aformat=channel_layouts={track.layout},' if track.layout else ''}pan=mono|c0=c{channel},"
    if track.layout or track.channels < 2:
        return ""
    return f"pan=mono|c0<{'+'.join(f'c{k}' for k in range(track.channels))},"


def placing(timed: Path, clip: Clip | None, raw: Path) -> list[str]:
    """Ffmpeg's arguments to convert PCM with time stamps at `timed` to raw PCM at `raw`, filling gaps."""
    import ffmpeg

    span = {"t": f"{clip[1] - clip[0]:.6f}"} if clip else {}
    command = ffmpeg.input(opening.url(timed), **opening.options("nut"), copyts=None).output(
        opening.url(raw), af=ON_THE_CLOCK, f="s16le", **span
    )
    return [*command.compile(overwrite_output=True)[1:]]


def any_audio(timed: Path) -> bool:
    """Whether there is any PCM at `timed`: ffmpeg leaves a file of headers if there is none."""
    import av

    try:
        with opening.opened(timed) as container:
            return any(packet.size for packet in container.demux(audio=0))
    except (av.error.FFmpegError, IndexError, ValueError):
        return False


def missing(timed: Path) -> float:
    """Missing seconds within PCM with time stamps at `timed`, which become silence."""
    return sum(_gaps(timed, None))


def silence(timed: Path) -> float:
    """The seconds of silence that `placing` adds to PCM at `timed`; 0 if the file's length rules out many."""
    with opening.opened(timed) as container:
        seconds = (container.duration or 0) / 1e6
    if seconds - timed.stat().st_size / (2 * SAMPLE_RATE) <= MOST_SILENCE_S:
        return 0.0
    return sum(gap for gap in _gaps(timed, 0.0) if gap <= FILLED_S)


def _gaps(timed: Path, end: float | None) -> Iterator[float]:
    """The gaps in PCM with time stamps, in seconds, from the instant `end` or the first sample on."""
    with opening.opened(timed) as container:
        for packet in container.demux(audio=0):
            if packet.pts is None:
                continue
            start = float(packet.pts * packet.time_base)
            if end is not None and start - end > GAP:
                yield start - end
            end = start + packet.size / (2 * SAMPLE_RATE)
