"""What ffmpeg and PyAV may open when they read a film: that one file, in a format that names no other.

The one place that decides it. A playlist (HLS, DASH, concat), a session description or an image sequence
names files and addresses, and ffmpeg recognises them by content, whatever the file is called; so a film from
the internet could have ffmpeg read any file of this user, or ask any server. Two limits stand against it: the
protocol `file` alone, and a list of formats that hold all their data themselves.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av.container import InputContainer

PROTOCOLS = "file"
FORMATS = (
    "3dostr", "4xm", "aa", "aac", "aax", "ac3", "ac4", "act", "adx", "aea", "aiff", "alaw", "amr", "amrnb",
    "amrwb", "apac", "ape", "aptx", "aptx_hd", "argo_asf", "asf", "asf_o", "ast", "au", "av1", "avi", "avr",
    "avs", "avs2", "avs3", "bethsoftvid", "bfi", "bink", "binka", "bonk", "c93", "caf", "cavsvideo", "cine",
    "codec2", "daud", "dfpwm", "dhav", "dirac", "dnxhd", "dsf", "dsicin", "dss", "dts", "dtshd", "dv", "dxa",
    "ea", "eac3", "evc", "film_cpk", "flac", "flic", "flv", "fwse", "g722", "g723_1", "g726", "g729", "gsm",
    "gxf", "h261", "h263", "h264", "hcom", "hevc", "iamf", "idcin", "iff", "ifv", "ilbc", "ipmovie", "ircam",
    "ivf", "jv", "kux", "kvag", "lc3", "live_flv", "lmlm4", "loas", "luodat", "lvf", "lxf", "m4v", "matroska",
    "mca", "mgsts", "mjpeg", "mlp", "mm", "mmf", "moflex", "mov", "mp3", "mpc", "mpc8", "mpeg", "mpegts",
    "mpegvideo", "msf", "mtaf", "mtv", "mulaw", "mv", "mvi", "mxf", "mxg", "nc", "nistsphere", "nsv", "nut",
    "nuv", "obu", "ogg", "oma", "osq", "paf", "pmp", "pva", "pvf", "qcp", "qoa", "r3d", "rl2", "rm", "roq",
    "rpl", "rsd", "rso", "s337m", "sbc", "sds", "shn", "siff", "sln", "smjpeg", "smk", "sol", "sox", "spdif",
    "swf", "tak", "thp", "truehd", "tta", "ty", "usm", "vag", "vc1", "vividas", "vivo", "vmd", "voc", "vqf",
    "vvc", "w64", "wady", "wav", "wavarc", "wc3movie", "wsaud", "wsd", "wsvqa", "wtv", "wv", "xa", "xmv",
    "xvag", "xwma", "yop", "yuv4mpegpipe",
)  # fmt: skip
"""ffmpeg's names of demuxers that open no other file.

Not among them: playlists (`hls`, `dash`, `concat`, `imf`), streams (`sdp`, `rtsp`), scripts (`avisynth`,
`vapoursynth`, `lavfi`), image sequences (`image2`), formats in several files (`vobsub`, `mlv`), and what is
no film (subtitles, pictures, tracker music, raw data).
"""
_SNIFFED = 4096
_COPY = "ffmpeg -i {name} -c copy joined.mkv"
_KINDS: tuple[tuple[str, re.Pattern[bytes], str], ...] = (
    ("an HLS playlist", re.compile(rb"\s*#EXTM3U"), _COPY.replace("-i", "-allowed_extensions ALL -i")),
    ("a concat list", re.compile(rb"\s*ffconcat"), _COPY.replace("-i", "-f concat -safe 0 -i")),
    ("a DASH manifest", re.compile(rb"(?s).*<MPD\b"), _COPY),
    ("an IMF package", re.compile(rb"(?s).*<CompositionPlaylist\b"), _COPY.replace("-i", "-f imf -i")),
    ("a session description (SDP)", re.compile(rb"v=0\r?\n(?s:.*)\nm="), _COPY),
    ("a playlist", re.compile(rb"(?i)\s*(\[playlist\]|\[reference\]|<asx|<smil|rtsp|\w+://)"), _COPY),
)
"""What a file is by its first bytes, and the command by which its user can make one film of it."""
_SCRIPTS = {".avs": "an AviSynth script", ".vpy": "a VapourSynth script"}


def url(path: Path) -> str:
    """The path in a form that ffmpeg takes literally, without protocols, patterns or options."""
    return f"file:{path}"


def options(form: str = "") -> dict[str, str]:
    """The limits as options of ffmpeg's demuxers; `form` is the format of a file that this program wrote."""
    return {"protocol_whitelist": PROTOCOLS, "format_whitelist": form or ",".join(FORMATS)}


def arguments(path: Path, form: str = "") -> list[str]:
    """Ffmpeg's arguments for an input: the limits, the format `form` if it is known, and the file."""
    limits = [word for name, value in options(form).items() for word in (f"-{name}", value)]
    return [*limits, *(["-f", form] if form else []), "-i", url(path)]


def opened(source: Any, **settings: Any) -> InputContainer:
    """PyAV's container of a file (`Path`) or of a stream that this program writes, within the limits."""
    import av

    name = url(source) if isinstance(source, Path) else source
    return av.open(name, mode="r", metadata_errors="replace", options=options(), **settings)


def refusal(path: Path) -> tuple[str, str]:
    """Why a file is not opened as a film, and what to do, if it names other files; else two empty strings."""
    try:
        with path.open("rb") as stream:
            start = stream.read(_SNIFFED).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return "", ""
    for kind, pattern, command in _KINDS:
        if pattern.match(start):
            return (
                f"{kind} names other files or addresses, and none of them is opened",
                f"if you trust it, make one film of it first: {command.format(name=shlex.quote(path.name))}",
            )
    if kind := _SCRIPTS.get(path.suffix.lower(), ""):
        return f"{kind} is a program, and is not run", "render it to a film first"
    return "", ""
