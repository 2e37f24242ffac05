"""The arguments of ffmpeg for the new film: it copies packets and hashes them on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stage_runners.media import opening
from stage_runners.media.probe import Track
from stage_runners.mux.tracks import Added, flags_of, form_of
from stage_runners.text.iso639 import language

MUXERS = {"mkv": "matroska", "mp4": "mp4"}


@dataclass(frozen=True, kw_only=True)
class Order:
    """The film to write: the tracks `kept` of `film`, and `added`, of which number `default` is the default.

    `pictures` are the cover pictures as files, by the index of their track: Matroska stores them as
    attachments. `late` is how many seconds the film begins after its container. `alone` clears the default
    flag of the film's subtitle tracks. In an `untimed` film (AVI, MPEG-PS) some packets lack presentation
    times, which are computed. The video `made`, first in `kept`, is encoded with the options `encoding`;
    otherwise it is copied like the other tracks.
    """

    film: Path
    container: str
    kept: Sequence[Track]
    added: Sequence[Added]
    default: int | None
    alone: bool = False
    pictures: dict[int, Path]
    clip: tuple[float, float] | None = None
    late: float = 0.0
    untimed: bool = False
    made: int | None = None
    encoding: Sequence[str] = ()

    @property
    def copied(self) -> list[Track]:
        """The tracks whose packets are copied."""
        anew = {*self.pictures, self.made}
        return [t for t in self.kept if t.index not in anew and t.type != "attachment"]


def arguments(order: Order, output: Path, hashes: Path) -> list[str]:
    """Arguments to copy the tracks, add ours, and write the CRC-32 of each copied track to `hashes`."""
    command = ["-y", *(["-fflags", "+genpts"] if order.untimed else [])]
    if order.clip:
        command += ["-ss", f"{order.clip[0]:.6f}", "-t", f"{order.clip[1] - order.clip[0]:.6f}"]
    command += opening.arguments(order.film)
    for new in order.added:
        command += ["-itsoffset", f"{order.late:.6f}", *opening.arguments(new.file, new.form)]
    command += _kept(order) + list(order.encoding) + _ours(order)
    for number, (index, picture) in enumerate(order.pictures.items()):
        command += ["-attach", opening.url(picture)]
        at = sum(track.type == "attachment" for track in order.kept) + number
        track = next(track for track in order.kept if track.index == index)
        for name, text in (
            ("mimetype", track.mimetype or _MIME.get(picture.suffix.lower(), "image/jpeg")),
            ("filename", picture.name),
        ):
            command += [f"-metadata:s:t:{at}", f"{name}={text}"]
    if order.container == "mp4":
        # Unofficial: boxes of Dolby Vision and spherical video, which plain MP4 omits.
        command += ["-movflags", "+faststart", "-strict", "unofficial"]
    else:
        command += ["-default_mode", "passthrough"]  # else the first of each kind becomes the default one
    # Bit-exact: no library versions, no random identifiers.
    # The queue: packets wait for cues, which are rare.
    command += ["-fflags", "+bitexact", "-max_interleave_delta", "0", "-max_muxing_queue_size", "4096"]
    command += ["-f", MUXERS[order.container], opening.url(output)]
    if order.copied:
        for track in order.copied:
            command += ["-map", f"0:{track.index}"]
        command += [
            "-c",
            "copy",
            "-copy_unknown",
            "-f",
            "streamhash",
            "-hash",
            "CRC32",
            opening.url(hashes),
        ]
    return command


_MIME = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


def _kept(order: Order) -> list[str]:
    """The film's streams with their dispositions: without them, ffmpeg sets default flags itself."""
    command, texts = ["-map_metadata", "0", "-map_chapters", "0", "-c", "copy", "-copy_unknown"], 0
    mapped = [track for track in order.kept if track.index not in order.pictures]
    for number, track in enumerate(mapped):
        command += ["-map", f"0:{track.index}"]
        if track.type != "attachment":
            flags = flags_of(track, alone=order.alone)
            command += [f"-disposition:{number}", "+".join(flags) or "0"]
        if track.type == "subtitle":
            if (form := form_of(track, order.container)) != "copy":
                command += [f"-c:s:{texts}", form]
            texts += 1
        if order.container == "mp4" and track.title:
            command += [f"-metadata:s:{number}", f"handler_name={track.title}"]  # what players show
    return command


def _ours(order: Order) -> list[str]:
    command = []
    texts = sum(track.type == "subtitle" for track in order.kept)
    for place, new in enumerate(order.added):
        number = texts + place
        spoken = language(new.language)
        tag = spoken.terminologic if order.container == "mp4" else spoken.bibliographic
        flags = (*(["default"] if place == order.default else []), *new.purposes)
        command += [
            "-map", f"{place + 1}:0", f"-c:s:{number}", _codec(new, order.container),
            f"-metadata:s:s:{number}", f"language={tag}", f"-metadata:s:s:{number}", f"title={new.title}",
            f"-metadata:s:s:{number}", f"handler_name={new.title}",
            f"-disposition:s:{number}", "+".join(flags) or "0",
        ]  # fmt: skip
    return command


def _codec(new: Added, container: str) -> str:
    if container == "mp4":
        return "mov_text"
    return "copy" if new.form == "ass" else "srt"
