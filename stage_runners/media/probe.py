"""Reads a film's container and tracks with PyAV, because the packaged ffmpeg has no ffprobe."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ipc.errors import StageError
from stage_runners.media import opening
from stage_runners.media.lengths import announced_bytes, guessed, unfinished

if TYPE_CHECKING:
    from av.codec.context import CodecContext
    from av.container import InputContainer
    from av.stream import Stream


@dataclass(frozen=True, kw_only=True)
class Track:
    """One stream of a film.

    `index` is its number in PyAV, `at` its number in ffmpeg (`numbering`; None if ffmpeg does not list it),
    `id` the container's own number or 0. `number` counts within its type, from 0. `codec` is the decoder's
    name, `coding` that of the format (`mp3float` and `mp3`), empty where PyAV has no decoder. The samples of
    `deep` audio have more than 16 bits. `start` is on the container's clock, `seconds` is its end after the
    film's start; both are None if not stated. `purposes` are its dispositions except `default`, by ffmpeg's
    names. A `hidden` track holds the container's internal data (MP4's chapters), which no player shows.
    """

    index: int
    number: int
    type: str
    codec: str
    coding: str = ""
    id: int = 0
    at: int | None = None
    language: str = ""
    title: str = ""
    default: bool = False
    purposes: tuple[str, ...] = ()
    channels: int = 0
    layout: str = ""
    speakers: tuple[str, ...] = ()
    rate: int = 0
    deep: bool = False
    start: float | None = None
    seconds: float | None = None
    picture: bool = False
    filename: str = ""
    mimetype: str = ""
    handler: str = ""
    timecode: str = ""
    hidden: bool = False

    def words(self) -> str:
        """The track in words: `audio track 1 (eng, aac, stereo)`."""
        sound = {1: "mono", 2: "stereo"}.get(
            self.channels, f"{self.channels} channels" if self.channels else ""
        )
        facts = ", ".join(fact for fact in (self.language, self.codec, sound, self.title) if fact)
        return f"{self.type} track {self.number} ({facts})"


@dataclass(frozen=True, kw_only=True)
class Film:
    """A container: the names of its format, its start on its clock, its stated duration, and its tracks.

    `seconds` is None if no header states it; `likely` is then libavformat's guess, good for progress only.
    `jumps` is whether its time stamps may jump (MPEG-TS and similar), so that ffmpeg sets a new clock.
    `cut` is the size in bytes that the file announces, if it is cut off before.
    `unseen` are streams that only ffmpeg lists, in words.
    """

    format: str
    start: float
    seconds: float | None
    tracks: tuple[Track, ...]
    chapters: int = 0
    jumps: bool = False
    likely: float | None = None
    cut: int | None = None
    tags: dict[str, str] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()

    def of(self, kind: str) -> list[Track]:
        """The tracks of a type: `audio`, `video`, `subtitle`, `data`, `attachment`."""
        return [track for track in self.tracks if track.type == kind]


UNKNOWN = "unknown"
"""The codec of a stream for which PyAV has no decoder."""
_LATE_US = 1_000_000
AAC_PRIMING = 1024
"""Samples that an AAC encoder adds before the audio; Matroska files long did not record them."""


def head_start(film: Film) -> float:
    """Seconds by which a muxer shifted the whole film to make room for the audio encoder's priming, else 0.

    Negative times cannot be written, so ffmpeg shifts all streams of a Matroska film: the video then begins
    exactly one priming after an audio track at the start of the file, and both are in sync. The film itself
    begins with its video. Source: measured on films made by libavformat 58 to 60, see docs/decisions.
    """
    pictures = [t.start for t in film.of("video") if not t.picture and t.start is not None]
    if "matroska" not in film.format or not pictures:
        return 0.0
    for track in film.of("audio"):
        late = pictures[0] - (track.start or 0.0)
        # Matroska's clock ticks in milliseconds.
        if track.codec.startswith("aac") and track.rate and abs(late - AAC_PRIMING / track.rate) < 0.0015:
            return pictures[0] - film.start
    return 0.0


def probe(path: Path) -> Film:
    """Read a film's headers; `StageError("input")` if the file is not a readable film."""
    import av

    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise StageError(
            "input", f"{path.name}: cannot be read: {error.strerror}", "check its name and permissions"
        ) from error
    if path.is_dir() or size == 0:
        what = "this is a folder" if path.is_dir() else "the file is empty"
        raise StageError("input", f"{path.name}: {what}", "choose a video file")
    try:
        with guessed() as guess:
            container = opening.opened(path)
        with container:
            return _film(container, announced_bytes(path), stated=not guess.made)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        why, hint = opening.refusal(path)
        if not why:
            why, hint = unfinished(path)
        if why:
            raise StageError("input", f"{path.name}: {why}", hint) from error
        raise StageError(
            "input",
            f"{path.name}: not a film that ffmpeg can read: {_reason(error)}",
            "check whether the file is complete and a player can play it",
        ) from error


def _film(container: InputContainer, cut: int | None, *, stated: bool) -> Film:
    import av

    jumps = bool(int(container.format.flags) & av.format.Flags.ts_discont.value)
    stated = stated and not jumps and not _by_clock(container) and container.format.name != "avi"
    likely = _length(container)
    numbers: dict[str, int] = {}
    tracks = []
    for stream in container.streams:
        tags = {name.lower(): text for name, text in stream.metadata.items()}
        kind = stream.type or "data"
        number = numbers.get(kind, 0)
        numbers[kind] = number + 1
        context = stream.codec_context
        disposition = stream.disposition
        names = tuple(flag.name for flag in av.stream.Disposition if flag.name and flag in disposition)
        tracks.append(
            Track(
                index=stream.index,
                number=number,
                type=kind,
                codec=context.name if context is not None else (stream.metadata.get("mimetype") or UNKNOWN),
                coding=context.codec.canonical_name if context is not None else "",
                id=stream.id,
                at=stream.index,
                language=stream.metadata.get("language", "").lower().replace("und", ""),
                title=stream.metadata.get("title", ""),
                default="default" in names,
                purposes=tuple(name for name in names if name != "default"),
                channels=getattr(context, "channels", 0) or 0 if kind == "audio" else 0,
                layout=(sides := _layout(context))[0],
                speakers=sides[1],
                rate=getattr(context, "sample_rate", 0) or 0 if kind == "audio" else 0,
                deep=kind == "audio" and context is not None and _bits(context) > 16,
                start=_start(stream),
                seconds=_seconds(stream, container.start_time or 0) if stated else None,
                picture="attached_pic" in names,
                filename=tags.get("filename", ""),
                mimetype=tags.get("mimetype", ""),
                handler=tags.get("handler_name", ""),
                timecode=tags.get("timecode", ""),
                hidden=stream.discard == av.stream.Discard.all,
            )
        )
    return Film(
        format=container.format.name,
        start=(container.start_time or 0) / 1e6,
        seconds=likely if stated else None,
        tracks=tuple(tracks),
        jumps=jumps,
        likely=likely,
        cut=cut,
        chapters=len(container.chapters()),
        tags=dict(container.metadata),
    )


def _bits(context: CodecContext) -> int:
    """Bits of a decoded sample; 0 if not known."""
    sound = getattr(context, "format", None)
    return sound.bits if sound is not None else 0


def _layout(context: CodecContext | None) -> tuple[str, tuple[str, ...]]:
    """The name of the channel layout and of each channel.

    Two that a file does not name (plain WAV) are stereo; more have no layout, and numbers for names, because
    a recorder has a microphone on each, and programs put those of a cinema in different orders.
    """
    layout = getattr(context, "layout", None)
    if layout is None or not layout.nb_channels:
        return "", ()
    if "channels" in layout.name:
        known = {1: ("mono", ("FC",)), 2: ("stereo", ("FL", "FR"))}
        return known.get(layout.nb_channels, ("", tuple(map(str, range(layout.nb_channels)))))
    return layout.name, tuple(channel.name for channel in layout.channels)


def _length(container: InputContainer) -> float | None:
    """The container's stated duration from its start; Matroska states the time of its end."""
    if not container.duration:
        return None
    from_zero = "matroska" in container.format.name or _by_clock(container)
    start = (container.start_time or 0) if from_zero else 0
    return float(container.duration - max(0, start)) / 1e6


def _by_clock(container: InputContainer) -> bool:
    """Whether the duration may be the last time stamp of an FLV that begins late on its clock.

    libavformat takes that where a live recording states none, and does not tell which it took.
    """
    start = container.start_time or 0
    return container.format.name == "flv" and _LATE_US < start < (container.duration or 0)


def _start(stream: Stream) -> float | None:
    """The start of a stream, in seconds on the container's clock."""
    if stream.start_time is None or stream.time_base is None:
        return None
    return float(stream.start_time * stream.time_base)


def _seconds(stream: Stream, film_start: int) -> float | None:
    """The stated end of a stream, in seconds after the film's start; Matroska stores it in a tag."""
    first = max(0, film_start) / 1e6
    if stream.duration and stream.time_base:
        return float((stream.duration + (stream.start_time or 0)) * stream.time_base) - first
    tag = next((value for name, value in stream.metadata.items() if name.upper().startswith("DURATION")), "")
    if found := re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", tag.strip()):
        hours, minutes, seconds = found.groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds) - first
    return None


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return str(text).partition(":")[0].strip() if "file:" in str(text) else str(text)


def on_the_container(clip: tuple[float, float] | None, film: Film) -> tuple[float, float] | None:
    """A clip in seconds of the film, converted to seconds after the start of its container."""
    if clip is None:
        return None
    late = head_start(film)
    return clip[0] + late, clip[1] + late
