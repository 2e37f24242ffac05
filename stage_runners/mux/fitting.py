"""In which form the new film's container holds a track: copied, written anew without loss, or not at all.

What every version of ffmpeg's muxers holds is listed here; for the rest, ffmpeg tries a tenth of a second. A
container's specification is no help: Matroska has names for codecs that its muxer does not write, and MP4
gained some between versions.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stage_runners.media import ffmpeg, opening
from stage_runners.media.probe import Film, Track

MUXERS = {"mkv": "matroska", "mp4": "mp4"}
NAMES = {"mkv": "Matroska", "mp4": "MP4"}
SPECIAL = {"mkv": (), "mp4": ("-strict", "unofficial")}
"""Unofficial: boxes of Dolby Vision and spherical video, which plain MP4 omits."""
TEXT = {"subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text"}
_WRITTEN_AS = {
    "mkv": {"mov_text": "srt", "text": "srt"},
    "mp4": dict.fromkeys(TEXT - {"mov_text"}, "mov_text"),
}
"""Text subtitles that the container has in its own form."""
_SURE = {
    "mkv": {
        "video": {"av1", "ffv1", "h264", "hevc", "mpeg1video", "mpeg2video", "mpeg4", "theora", "vp8", "vp9"},
        "audio": {
            "aac", "ac3", "alac", "dts", "eac3", "flac", "mp2", "mp3", "opus", "pcm_s16le", "pcm_s24le",
            "truehd", "vorbis",
        },
        "subtitle": {"subrip", "ass", "ssa", "webvtt", "hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle"},
    },
    "mp4": {"video": {"av1", "h264", "hevc", "mpeg4", "vp9"}, "audio": {"aac", "ac3", "eac3", "mp3"},
            "subtitle": {"mov_text"}},
}  # fmt: skip
_PICTURES_IN_MP4 = {"mjpeg", "png", "bmp"}
_TEXT_FORM = {"mkv": "srt", "mp4": "mov_text"}
_TELETEXT = "dvb_teletext"
"""Decoders make text of every page of it, news and weather, so it is not written as subtitles."""


@dataclass(frozen=True)
class Fit:
    """The form of a track in the new film, `copy` or an encoder of ffmpeg; or why there is none."""

    form: str = "copy"
    why: str = ""


def fit(track: Track, film: Film, container: str, tried: Callable[[Track, str], bool]) -> Fit:
    """How the container holds the track. `tried` is whether ffmpeg can write it in a form."""
    name = NAMES[container]
    if track.picture and container == "mkv":
        return Fit()  # its bytes are attached, not copied by ffmpeg
    if track.at is None:
        return Fit(why="this ffmpeg does not read it; a newer one may")
    if track.type == "attachment":
        return Fit() if container == "mkv" else Fit(why=_mkv("MP4 does not support attachments"))
    if track.picture:
        held = track.coding in _PICTURES_IN_MP4
        return Fit() if held else Fit(why=_mkv("MP4 does not support such a picture"))
    if track.type == "data" and container == "mkv":
        more = "; --container mp4 may" if "mp4" in film.format else ""
        return Fit(why=f"Matroska does not support data streams{more}")
    if track.type == "unknown":
        return Fit(why="ffmpeg does not know what is in it")
    for form in forms(track, container):
        if (form == "copy" and track.coding in _SURE[container].get(track.type, ())) or tried(track, form):
            return Fit(form)
    if track.type == "data":
        return Fit(why="MP4 does not support such a stream")
    known = track.coding not in {"", "none"}
    why = f"{name} does not support {track.coding if known else track.codec}"
    return Fit(why=_mkv(why) if container == "mp4" else why)


def forms(track: Track, container: str) -> list[str]:
    """The forms in which a track may be written, the best first.

    Sound that cannot be copied is decoded and written without loss: PCM as PCM of the same width where the
    container has it, everything else as FLAC, else as PCM or ALAC.
    """
    if track.type == "subtitle":
        own = _WRITTEN_AS[container].get(track.codec) or _WRITTEN_AS[container].get(track.coding)
        if own:
            return [own]
        return ["copy"] if track.coding == _TELETEXT else ["copy", _TEXT_FORM[container]]
    if track.type != "audio":
        return ["copy"]
    pcm = _pcm(track)
    if container == "mkv" and track.coding.startswith("pcm_"):
        return ["copy", pcm, "flac"]
    return ["copy", "flac", "alac" if container == "mp4" else pcm]  # before version 6, MP4 took no FLAC


def _pcm(track: Track) -> str:
    """The PCM of Matroska that holds all bits of the track."""
    for prefix, form in (("pcm_f64", "pcm_f64le"), ("pcm_f", "pcm_f32le"), ("pcm_s32", "pcm_s32le")):
        if track.coding.startswith(prefix):
            return form
    return "pcm_s24le" if track.deep else "pcm_s16le"


def trial(film: Path, container: str, scratch: Path, program: str = "") -> Callable[[Track, str], bool]:
    """A function that lets ffmpeg (`program`, or the usual one) write a tenth of a second of a track."""

    def tried(track: Track, form: str) -> bool:
        command = [
            program or ffmpeg.executable(), "-nostdin", "-loglevel", "quiet", "-y", *opening.arguments(film),
            "-map", f"0:{track.at}", "-c", form, "-copy_unknown", "-t", "0.1", *SPECIAL[container],
            "-f", MUXERS[container], opening.url(scratch / "trial"),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        except OSError:
            return False  # the run that writes the film says why
        return done.returncode == 0

    return tried


def _mkv(why: str) -> str:
    return f"{why}; --container mkv preserves it"
