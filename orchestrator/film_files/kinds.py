"""Tells films from other files: by the ending of the name first, by the first bytes where it does not tell.

Reading the beginning of 10,000 files on a disk or a share takes minutes, reading their names a second. So the
content is read only of files whose ending is unknown, missing, or used for other things as well (`.ts` is
also TypeScript).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from ipc import plain_file
from orchestrator.util.film_names import MEDIA

Kind = Literal["film", "recording", "disc", "unfinished", "other", "unknown"]

_FILMS = (
    "3g2 3gp 3gp2 3gpp amv asf avi bik bik2 divx drc dv dvr-ms evo f4v flc fli flv gxf h261 h263 h264 h265 "
    "h266 hevc isma ismv ivf k3g m1v m2p m2t m2ts m2v m4v mjpeg mjpg mk3d mkv mov mp2v mp4 mp4v mpe mpeg "
    "mpeg1 mpeg2 mpeg4 mpg mpv mpv2 mxf mxg nsv nut ogm ogv ogx pmp pva qt rmvb roq smk thp tod trp tts vc1 "
    "vivo vob vp6 vp8 vp9 webm wm wmv wtv xesc xmv xvid y4m"
)
_EITHER = "264 265 266 avs2 dat img iso mod mts mve obu rec rm swf tp ts vdr vfw vid viv vqa vro yuv"
_INCOMPLETE = (
    "!bt !qb !sync !ut aria2__temp bc! crdownload download dtapart fdmdownload filepart incomplete jc! mega "
    "ob! opdownload part partial qkdownload td temp tmp unconfirmed xltd ytdl"
)
_TEXTS = (
    "ass ssa srt sub idx sup vtt sbv smi sami ttml dfxp stl scc lrc mks pgs txt nfo md pdf epub mobi doc "
    "docx odt rtf csv tsv json xml html htm css js log ini cfg conf toml yaml yml url lnk desktop webloc"
)
_PICTURES = "jpg jpeg jpe jfif png gif bmp webp svg tif tiff tbn ico heic avif psd raw cr2 nef"
_LISTS = "m3u m3u8 pls asx xspf strm disc mpd wpl"
_ARCHIVES = "zip rar 7z gz bz2 xz zst tar tgz par par2 sfv md5 sha1 sha256 torrent nzb r00 r01 001"
_DATA = (
    "exe dll so msi sh bat py pyc c h cpp java class db sqlite ttf otf woff woff2 edl bif bts sync aria2 "
    "plexignore ignore orchestratorignore nomedia trickplay lock bak"
)
FILMS = frozenset(_FILMS.split())
"""Endings of films that nothing else has."""
_BOTH = frozenset(_EITHER.split())
"""Endings that films share with other files, so that the content decides."""
_DISC_IMAGES = frozenset(["dvdmedia", "img", "iso", "mdf", "nrg", "udf"])
_UNFINISHED = frozenset(_INCOMPLETE.split())
"""What browsers, BitTorrent clients and copying programs add to the name of an incomplete file."""
_ANYBODYS = frozenset(["bt", "sync", "td", "temp", "tmp"])
"""Those that other programs use too: only after the ending of a film."""
_OTHER = frozenset(f"{_TEXTS} {_PICTURES} {_LISTS} {_ARCHIVES} {_DATA}".split())
"""Endings that no film has."""
_SNIFFED = 4096
_PACKET = 188
_MAGIC = re.compile(
    rb"\x1a\x45\xdf\xa3"  # Matroska, WebM
    rb"|.{4}(?:ftyp|moov|mdat|free|skip|wide|pnot)"  # MP4, QuickTime
    rb"|RIFF.{4}(?:AVI |AMV )"
    rb"|FLV\x01"
    rb"|\x30\x26\xb2\x75\x8e\x66\xcf\x11"  # ASF
    rb"|\x00\x00\x01[\xba\xb3]"  # MPEG program and video streams
    rb"|\.RMF"
    rb"|\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02"  # MXF
    rb"|OggS.{24}.?(?:\x80theora|\x01video|fishead|BBCD)"
    rb"|nut/multimedia container",
    re.DOTALL,
)


def by_name(name: str) -> Kind:
    """What a file is by the ending of its name; `unknown` if only the content can tell."""
    ending = name.rpartition(".")[2].casefold() if "." in name else ""
    if ending in _UNFINISHED:
        return "unfinished" if _of_film(name, ending) else "other"
    if ending in FILMS:
        return "film"
    if ending in _BOTH:
        return "unknown"
    if ending in _DISC_IMAGES:
        return "disc"
    if ending in _OTHER:
        return "other"
    return "recording" if ending in MEDIA else "unknown"


def by_content(path: Path, name: str) -> Kind:
    """What a file is by its first bytes; `OSError` if they cannot be read."""
    head = _head(path)
    if _MAGIC.match(head) or _is_transport_stream(head):
        return "film"
    return "disc" if name.rpartition(".")[2].casefold() in _DISC_IMAGES else "other"


def _of_film(name: str, ending: str) -> bool:
    """Whether what is incomplete may become a film: `a.mkv.part`, and `a.part`, but not `a.pdf.part`."""
    before = name.rpartition(".")[0].rpartition(".")[2].casefold()
    return before in FILMS or (ending not in _ANYBODYS and before not in _OTHER | MEDIA)


def _head(path: Path) -> bytes:
    if plain_file.kind_of(path.stat()):
        return b""
    with path.open("rb") as stream:
        return stream.read(_SNIFFED)


def _is_transport_stream(head: bytes) -> bool:
    """Whether MPEG-TS packets begin here; those of cameras and Blu-ray have four bytes before each."""
    return any(
        len(head) > first + 4 * size and all(head[first + n * size] == 0x47 for n in range(5))
        for first, size in ((0, _PACKET), (4, _PACKET + 4))
    )
