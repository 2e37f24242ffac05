"""The arguments of ffmpeg for the new film: it copies packets and hashes them on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from stage_runners.chapters.files import Chapter
from stage_runners.media import ffmpeg, opening
from stage_runners.media.probe import Track
from stage_runners.mux.ebml import Element
from stage_runners.mux.fitting import MUXERS, SPECIAL
from stage_runners.mux.language_tags import Tagged, padded
from stage_runners.mux.tracks import Added, flags_of
from stage_runners.text.iso639 import language


@dataclass(frozen=True, kw_only=True)
class Order:
    """The film to write: the tracks `kept` of `film`, and `added`, of which number `default` is the default.

    `pictures` are the cover pictures as files, by the index of their track: Matroska stores them as
    attachments. `late` is how many seconds the film begins after its container. `alone` clears the default
    flag of the film's subtitle tracks. `forms` are the tracks, by index, that are not copied but written in
    another form; `tags` their languages as BCP 47 tags where ffmpeg would drop these. `chapters` take the
    place of those that ffmpeg reads from the file `room`; or that file has the chapters `named`. The time
    stamps of a film may `jump`. In an `untimed` film (AVI, MPEG-PS) some packets lack presentation times,
    which are computed. The video `made`, first in `kept`, is encoded with the options `encoding`; otherwise
    it is copied like the other tracks.
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
    jumps: bool = False
    forms: Mapping[int, str] = field(default_factory=dict)
    tags: Mapping[int, str] = field(default_factory=dict)
    chapters: Element | None = None
    room: Path | None = None
    named: Sequence[Chapter] = ()
    made: int | None = None
    encoding: Sequence[str] = ()

    @property
    def copied(self) -> list[Track]:
        """The tracks whose packets are copied."""
        return [t for t in self.mapped if t.index != self.made and t.type != "attachment"]

    @property
    def mapped(self) -> list[Track]:
        """The tracks that ffmpeg takes from the film, in the order of the new one."""
        return [t for t in self.kept if t.index not in self.pictures]

    def as_ffmpeg(self) -> Order:
        """The same film without what is written into it after ffmpeg."""
        added = [replace(new, tag="") for new in self.added]
        return replace(self, added=added, tags={}, chapters=None, room=self.room if self.named else None)

    def form(self, track: Track) -> str:
        """`copy`, or the encoder that writes the track."""
        return self.forms.get(track.index, "copy")

    @property
    def tagged(self) -> dict[int, Tagged]:
        """The tracks of the new film that get a BCP 47 tag, by their place in it."""
        mapped = [track for track in self.mapped if track.type != "attachment"]
        found = {}
        for place, track in enumerate(mapped):
            if tag := self.tags.get(track.index):
                name = track.title or (track.handler if self.container == "mp4" else "")
                found[place] = Tagged(place, name, tag)
        for place, new in enumerate(self.added, len(mapped)):
            if new.tag:
                found[place] = Tagged(place, new.title, new.tag)
        return found


def arguments(order: Order, output: Path, hashes: Path) -> list[str]:
    """Arguments to copy the tracks, add ours, and write the CRC-32 of each copied track to `hashes`."""
    command = ["-y", *(["-fflags", "+genpts"] if order.untimed else [])]
    if order.clip:
        command += ["-ss", f"{order.clip[0]:.6f}", "-t", f"{order.clip[1] - order.clip[0]:.6f}"]
    command += opening.arguments(order.film)
    for new in order.added:
        command += ["-itsoffset", f"{order.late:.6f}", *opening.arguments(new.file, new.form)]
    chapters = "0"
    if order.room:
        command += opening.arguments(order.room, "ffmetadata")
        chapters = str(len(order.added) + 1)
    command += ["-map_metadata", "0", "-map_chapters", chapters, "-c", "copy", "-copy_unknown"]
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
        command += ["-movflags", "+faststart", *SPECIAL["mp4"]]
    else:
        command += ["-default_mode", "passthrough"]  # else the first of each kind becomes the default one
    # Bit-exact: no library versions, no random identifiers.
    # The queue: packets wait for cues, which are rare.
    command += ["-fflags", "+bitexact", "-max_interleave_delta", "0", "-max_muxing_queue_size", "4096"]
    command += ["-f", MUXERS[order.container], opening.url(output)]
    if order.copied:
        for track in order.copied:
            command += ["-map", f"0:{track.at}"]
        command += ["-c", "copy", "-copy_unknown", "-f", "streamhash", "-hash", "CRC32", opening.url(hashes)]
    return command + ffmpeg.whole_clock(jumps=order.jumps)


_MIME = {
    ".jpg": "image/jpeg", ".png": "image/png", ".bmp": "image/bmp", ".gif": "image/gif",
    ".webp": "image/webp", ".tiff": "image/tiff", ".jxl": "image/jxl", ".avif": "image/avif",
}  # fmt: skip


def _kept(order: Order) -> list[str]:
    """The film's streams with their dispositions: without them, ffmpeg sets default flags itself."""
    command, tagged = [], order.tagged
    attached = 0
    for number, track in enumerate(order.mapped):
        command += ["-map", f"0:{track.at}"]
        if track.type == "attachment":
            attached += 1
            continue
        flags = flags_of(track, alone=order.alone)
        command += [f"-disposition:{number}", "+".join(flags) or "0"]
        if (form := order.form(track)) != "copy":
            command += [f"-c:{number}", form]
        if one := tagged.get(number - attached):
            command += _name(f"s:{number}", padded(one, order.container), order.container)
            if len(track.language) != 3:  # a tag where ffmpeg expects a code
                command += [f"-metadata:s:{number}", f"language={_code(one.tag, order.container)}"]
        elif order.container == "mp4" and track.title:
            command += [f"-metadata:s:{number}", f"handler_name={track.title}"]  # what players show
    return command


def _ours(order: Order) -> list[str]:
    command, tagged = [], order.tagged
    texts = sum(track.type == "subtitle" for track in order.kept)
    first = sum(track.type != "attachment" for track in order.mapped)
    for place, new in enumerate(order.added):
        number = texts + place
        one = tagged.get(first + place)
        title = padded(one, order.container) if one else new.title
        flags = (*(["default"] if place == order.default else []), *new.purposes)
        command += [
            "-map", f"{place + 1}:0", f"-c:s:{number}", _codec(new, order.container),
            f"-metadata:s:s:{number}", f"language={_code(new.language, order.container)}",
            f"-metadata:s:s:{number}", f"title={new.title if order.container == 'mp4' else title}",
            f"-metadata:s:s:{number}", f"handler_name={title}",
            f"-disposition:s:{number}", "+".join(flags) or "0",
        ]  # fmt: skip
    return command


def _name(stream: str, name: str, container: str) -> list[str]:
    """What sets a track's name: the handler's is what players show of an MP4."""
    return [f"-metadata:{stream}", f"{'handler_name' if container == 'mp4' else 'title'}={name}"]


def _code(tag: str, container: str) -> str:
    """The code of three letters of a language."""
    spoken = language(tag)
    return spoken.terminologic if container == "mp4" else spoken.bibliographic


def _codec(new: Added, container: str) -> str:
    if container == "mp4":
        return "mov_text"
    return "copy" if new.form == "ass" else "srt"
