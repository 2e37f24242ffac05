"""Reads films to compare the new one with the old: packets, attachments, chapters, rotation."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from stage_runners.media import opening

if TYPE_CHECKING:
    from av.stream import AttachmentStream, Stream
    from av.video.stream import VideoStream

    from ipc.context import Context

_GAP = 2
"""MP4 fills the time between cues with empty packets of two bytes."""
_SOON = 5000
"""Packets among which every track that begins with the film has its first one."""


@dataclass
class StreamContent:
    """A stream as read: the CRC-32 of its packets, the number of non-empty ones, the starts of our cues."""

    crc: int = 0
    packets: int = 0
    times: list[float] = field(default_factory=list)
    form: bytes = b""


class Chapter(NamedTuple):
    """A chapter, in seconds of its film."""

    start: float
    end: float
    title: str


def read_through(path: Path, timed: set[int], context: Context | None = None) -> dict[int, StreamContent]:
    """Read a film's packets once, by stream index; times only for streams in `timed`, on its clock."""
    contents: dict[int, StreamContent] = {}
    with opening.opened(path) as container:
        texts = {stream.index for stream in container.streams if _codec(stream) == "mov_text"}
        for stream in container.streams:
            contents[stream.index] = StreamContent(form=_form(stream))
        for count, packet in enumerate(container.demux()):
            if context is not None and count % 1000 == 0:
                context.check()
            if packet.size == 0:
                continue
            index = packet.stream_index
            content = contents.setdefault(index, StreamContent())  # a stream may show up in the middle
            content.crc = zlib.crc32(packet, content.crc)
            if index in texts and packet.size <= _GAP:
                continue
            content.packets += 1
            if index in timed and packet.pts is not None:
                content.times.append(float(packet.pts * packet.time_base))
    return contents


def first_packets(path: Path) -> dict[int, float]:
    """The time of the first packet of each audio and video track, in seconds on the container's clock.

    Before an MP4's edit list these are negative: a film that was cut without encoding begins with packets
    that players decode and do not show, and whose copy in another container they do show.
    """
    found: dict[int, float] = {}
    with opening.opened(path) as container:
        wanted = {s.index for s in container.streams if s.type in {"audio", "video"}}
        for count, packet in enumerate(container.demux()):
            if packet.stream_index in wanted - set(found) and packet.size and packet.pts is not None:
                found[packet.stream_index] = float(packet.pts * packet.time_base)
            if count > _SOON or wanted <= set(found):
                break
    return found


def _codec(stream: Stream) -> str:
    """The name of a stream's decoder; empty if PyAV has none for it."""
    return stream.codec_context.name if stream.codec_context is not None else ""


def _form(stream: Stream) -> bytes:
    """What stands before a stream's packets: the bytes of an attachment, or a codec's header."""
    if stream.type == "attachment":
        return bytes(cast("AttachmentStream", stream).data or b"")
    return bytes(getattr(stream.codec_context, "extradata", None) or b"")


def attached(path: Path) -> dict[int, bytes]:
    """The bytes of each attachment, by stream index."""
    with opening.opened(path) as container:
        return {stream.index: _form(stream) for stream in container.streams if stream.type == "attachment"}


def chapters(path: Path) -> list[Chapter]:
    """The chapters that libavformat reads."""
    with opening.opened(path) as container:
        start = (container.start_time or 0) / 1e6
        return [
            Chapter(
                float(c["start"] * c["time_base"]) - start,
                float(c["end"] * c["time_base"]) - start,
                str(c["metadata"].get("title", "")),
            )
            for c in container.chapters()
        ]


def hashes(path: Path) -> list[int]:
    """The CRC-32 of each stream, from ffmpeg's `streamhash`: lines such as `0,v,CRC32=afecdad4`."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return []
    return [int(line.rpartition("=")[2], 16) for line in lines if "=" in line]


def turned(path: Path, index: int) -> int | None:
    """The rotation by a player, in degrees, from the first frame; None if no frame can be decoded."""
    import av

    try:
        with opening.opened(path) as container:
            frame = next(container.decode(cast("VideoStream", container.streams[index])))
            return int(frame.rotation)
    except (av.error.FFmpegError, StopIteration, ValueError, AttributeError):
        return None
