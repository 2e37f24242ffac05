"""The names of films: what the files beside a film begin with, and names that ffmpeg cannot open."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.errors import INPUT, FatalError

_VIDEO = (
    "3g2 3gp 3gp2 3gpp amv asf avi bik bik2 dat divx drc dv dvr-ms evo f4v flc fli flv gxf h261 h263 h264 "
    "264 h265 265 h266 266 hevc img iso isma ismv ivf k3g m1v m2p m2t m2ts m2v m4v mjpeg mjpg mk3d mkv "
    "mks mod mov mp2v mp4 mp4v mpe mpeg mpeg1 mpeg2 mpeg4 mpg mpv mpv2 mts mve mxf mxg nsv nut obu ogm "
    "ogv ogx pmp pva qt rec rm rmvb roq smk swf thp tod tp trp ts tts vc1 vdr vfw vid viv vob vp6 vp8 vp9 "
    "vqa vro webm wm wmv wtv xesc xmv xvid y4m yuv"
)
_AUDIO = (
    "8svx aa aa3 aac aax ac3 ac4 adts adx aif aifc aiff alac amr ape apl au avr awb caf dff dsf dts dtshd "
    "eac3 ec3 fla flac gsm hca ircam lc3 loas m4a m4b m4p m4r mac mka mlp mp1 mp2 mp3 mpa mpc mpga oga "
    "ogg oma opus paf qcelp ra ram rf64 rso s16le shn snd sox sph spx tak thd truehd tta voc vox w64 wav "
    "wave wma wv"
)
SOUND = frozenset(_AUDIO.split())
"""Endings of recordings without a picture."""
MEDIA = frozenset([*_VIDEO.split(), *SOUND])
"""Suffixes of films and recordings. Another ending is a part of the name: `Mr. Smith goes`, `Blade 2.0`."""


_TEXTS = frozenset(["3gp", "f4v", "m4v", "mk3d", "mkv", "mov", "mp4", "nut", "ogm", "ogv", "qt", "webm"])
"""Suffixes of containers that can have subtitle tracks of text."""


def stem_of(film: Path) -> str:
    """The film's name without the suffix, if it has one."""
    return film.stem if film.suffix[1:].lower() in MEDIA else film.name


def may_hold_texts(film: Path) -> bool:
    """Report whether a container with this suffix can have subtitle tracks of text."""
    return film.suffix[1:].lower() in _TEXTS


def check_utf8(path: Path, remedy: str) -> None:
    """Raise `FatalError` (input) with `remedy` if the path is not UTF-8, as PyAV needs it."""
    raw = os.fsencode(path)
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        shown = raw.decode(errors="backslashreplace")
        raise FatalError(f"{shown}: the name is not UTF-8: ffmpeg cannot open it", remedy, INPUT) from error
