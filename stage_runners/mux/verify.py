"""Verifies the new film against the original: tracks, flags, chapters, attachments, packets and cues."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ipc.errors import StageError
from stage_runners.media import opening
from stage_runners.media.probe import Film, Track, probe
from stage_runners.mux.ffmpeg_command import Order
from stage_runners.mux.tracks import TEXT, flags_of, form_of
from stage_runners.text.iso639 import same_language

if TYPE_CHECKING:
    from av.stream import AttachmentStream
    from av.video.stream import VideoStream

    from ipc.context import Context

SHIFT = 0.5
_LATE = 0.02
_KINDS = ("video", "audio", "subtitle", "attachment")
_GAP = 2
"""MP4 fills the time between cues with empty packets of two bytes."""


@dataclass
class StreamContent:
    """A stream as read: the CRC-32 of its packets, the number of non-empty ones, the starts of our cues."""

    crc: int = 0
    packets: int = 0
    times: list[float] = field(default_factory=list)
    form: bytes = b""


def verify(output: Path, order: Order, film: Film, hashes: Path, context: Context) -> float:
    """Read the new film back, and return its length in seconds.

    `StageError("crash")` if a track, chapter or cue is missing or misplaced: the film is then not published.
    Properties of tracks that the container cannot store, or may have changed, are reported as `degraded`.
    """
    found = probe(output)
    pairs = _pairs(output, order, found)
    if order.clip is None and found.chapters != film.chapters:
        raise _wrong(output, f"{found.chapters} chapters, expected {film.chapters}")
    _chapters(output, order, film)
    _flags(pairs, order, context)
    _turns(pairs, order, output, context)
    ours = found.of("subtitle")[len(found.of("subtitle")) - len(order.added) :]
    read = read_through(output, {track.index for track in ours}, context)
    _packets(output, order, pairs, read, hashes, context)
    for track, new in zip(ours, order.added, strict=True):
        _cues(output, new.starts, read[track.index].times if track.index in read else [], found, order)
    return found.seconds or 0.0


def _pairs(output: Path, order: Order, found: Film) -> list[tuple[Track, Track]]:
    """Each copied track with its counterpart; tracks of each type are in the order of writing."""
    pairs: list[tuple[Track, Track]] = []
    for kind in (*_KINDS, "data"):
        for picture in (False, True):
            old = [t for t in order.kept if (t.type, t.picture) == (kind, picture)]
            new = [t for t in found.of(kind) if t.picture == picture and not t.hidden]
            ours = len(order.added) if kind == "subtitle" and not picture else 0
            if len(new) < len(old) + ours or (kind != "data" and len(new) > len(old) + ours):
                what = "picture" if picture else kind
                if order.clip:
                    raise StageError(
                        "config",
                        f"--clip: the clip has no complete picture of a {kind} stream",
                        "choose a longer clip",
                    )
                raise _wrong(output, f"{len(new)} {what} streams, expected {len(old) + ours}")
            pairs += zip(old, new[: len(old)], strict=True)
    return pairs


def _chapters(output: Path, order: Order, film: Film) -> None:
    """Compare titles and times; a clip has the chapters inside it."""
    if order.clip is None and film.chapters:
        old, new = chapters(order.film), chapters(output)
        if [title for _, title in old] != [title for _, title in new]:
            raise _wrong(output, "chapters have other titles")
        if any(abs(a - b) > SHIFT for (a, _), (b, _) in zip(old, new, strict=True)):
            raise _wrong(output, "chapters begin at other times")


def chapters(path: Path) -> list[tuple[float, str]]:
    """The start of each chapter, in seconds of the film, and its title."""
    with opening.opened(path) as container:
        start = (container.start_time or 0) / 1e6
        return [
            (float(c["start"] * c["time_base"]) - start, str(c["metadata"].get("title", "")))
            for c in container.chapters()
        ]


def _flags(pairs: Sequence[tuple[Track, Track]], order: Order, context: Context) -> None:
    """Report dispositions, languages, titles, names of attachments and timecodes that the container lost."""
    for old, new in pairs:
        wanted = set(flags_of(old, alone=order.alone))
        have = {*new.purposes, *(["default"] if new.default else [])}
        lost = [f"the flag {flag}" for flag in sorted(wanted - have)] if old.type != "attachment" else []
        if old.type == "subtitle" and "default" in have - wanted:
            lost.append("that it is not the default")
        if old.language and not same_language(old.language, new.language):
            lost.append(f"the language {old.language}")
        if old.title and old.title not in {new.title, new.handler}:
            lost.append(f"the title {old.title}")
        if old.timecode and not new.timecode:
            lost.append("the timecode")
        if old.type == "attachment" and (old.filename, old.mimetype) != (new.filename, new.mimetype):
            lost.append(f"the name {old.filename} ({old.mimetype})")
        if lost:
            context.degraded(f"{order.container} does not preserve {', '.join(lost)} of {old.words()}")


def _turns(pairs: Sequence[tuple[Track, Track]], order: Order, output: Path, context: Context) -> None:
    """Report a lost rotation: old versions of ffmpeg lose that of upright phone videos in Matroska."""
    for old, new in pairs:
        if old.type == "video" and not old.picture and old.index != order.made:
            was = turned(order.film, old.index)
            if was and was != turned(output, new.index):
                context.degraded(
                    f"{order.container} does not preserve the rotation by {was} degrees of {old.words()}"
                )


def read_through(path: Path, timed: set[int], context: Context | None = None) -> dict[int, StreamContent]:
    """Read a film's packets once, by stream index; times only for streams in `timed`, on its clock."""
    found: dict[int, StreamContent] = {}
    with opening.opened(path) as container:
        texts = {
            s.index for s in container.streams if s.type == "subtitle" and s.codec_context.name == "mov_text"
        }
        for stream in container.streams:
            code = getattr(stream.codec_context, "extradata", None)
            found[stream.index] = StreamContent(form=bytes(code or b""))
            if stream.type == "attachment":
                found[stream.index].form = bytes(cast("AttachmentStream", stream).data or b"")
        for count, packet in enumerate(container.demux()):
            if context is not None and count % 1000 == 0:
                context.check()
            if packet.size == 0:
                continue
            index = packet.stream_index
            content = found[index]
            content.crc = zlib.crc32(packet, content.crc)
            if index in texts and packet.size <= _GAP:
                continue
            content.packets += 1
            if index in timed and packet.pts is not None:
                content.times.append(float(packet.pts * packet.time_base))
    return found


def _packets(
    output: Path,
    order: Order,
    pairs: Sequence[tuple[Track, Track]],
    read: dict[int, StreamContent],
    hashes: Path,
    context: Context,
) -> None:
    """Check that packets are identical, or equally many if the containers store the codec differently."""
    copied = [t.index for t in order.copied]
    hash_of = dict(zip(copied, _hashes(hashes), strict=False)) if copied else {}
    same, other, doubtful = 0, [], []
    source: dict[int, StreamContent] | None = None
    for old, new in pairs:
        if form_of(old, order.container) != "copy":
            continue
        if old.type == "attachment" or old.index in {*order.pictures, order.made}:
            continue
        if hash_of.get(old.index) == read[new.index].crc:
            same += 1
            continue
        if source is None and order.clip is None:
            source = read_through(order.film, set(), context)
        before = (source or {}).get(old.index)
        written = read[new.index]
        # Annex B or ADTS in a transport stream: the headers move into the container's codec data.
        moved = before is not None and (before.form != written.form or old.codec in TEXT)
        if order.clip is not None or (before is not None and moved and before.packets == written.packets):
            other.append(old)
        else:
            doubtful.append(old)
    for track in doubtful:
        context.degraded(f"{track.words()} could not be verified against the film, packet by packet")
    _attachments(output, order, pairs, read, source)
    context.fact("streams_identical", same)
    if other:
        context.fact("streams_rewrapped", [track.words() for track in other])


def _attachments(
    output: Path,
    order: Order,
    pairs: Sequence[tuple[Track, Track]],
    read: dict[int, StreamContent],
    source: dict[int, StreamContent] | None,
) -> None:
    """Compare fonts, other attachments and cover pictures byte for byte."""
    kept = [(old, new) for old, new in pairs if old.type == "attachment"]
    if kept:
        before = attached(order.film) if source is None else {k: s.form for k, s in source.items()}
        for old, new in kept:
            if before.get(old.index) != read[new.index].form:
                raise _wrong(output, f"the attachment {old.filename} has changed")
    for old, new in pairs:
        picture = order.pictures.get(old.index)
        if picture and zlib.crc32(picture.read_bytes()) != read[new.index].crc:
            raise _wrong(output, "the cover picture has changed")


def attached(path: Path) -> dict[int, bytes]:
    """The bytes of each attachment, by stream index."""
    with opening.opened(path) as container:
        attachments = (cast("AttachmentStream", s) for s in container.streams if s.type == "attachment")
        return {attachment.index: bytes(attachment.data or b"") for attachment in attachments}


def _hashes(path: Path) -> list[int]:
    """The CRC-32 of each stream, from ffmpeg's `streamhash`: lines such as `0,v,CRC32=afecdad4`."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return []
    return [int(line.rpartition("=")[2], 16) for line in lines if "=" in line]


def _cues(output: Path, starts: Sequence[float], times: list[float], found: Film, order: Order) -> None:
    """Check that every cue is present, and at its time."""
    times = sorted(times)
    if len(times) < len(starts):
        raise _wrong(output, f"{len(times)} cues, expected {len(starts)}")
    shift = times[0] - starts[0]
    late = max(abs(time - shift - start) for time, start in zip(times, starts, strict=False))
    # A muxer may shift all streams by the small time that a codec begins before zero.
    if order.clip is None and abs(shift - found.start) > SHIFT:
        raise _wrong(output, f"the subtitles are {shift - found.start:.3f} s off")
    if late > _LATE:
        raise _wrong(output, f"a cue is {late:.3f} s off")


def _wrong(output: Path, what: str) -> StageError:
    return StageError(
        "crash", f"{output.name}: the film was not written correctly: {what}", "please report it"
    )


def turned(path: Path, index: int) -> int | None:
    """The rotation by a player, in degrees, from the first frame; None if no frame can be decoded."""
    import av

    try:
        with opening.opened(path) as container:
            frame = next(container.decode(cast("VideoStream", container.streams[index])))
            return int(frame.rotation)
    except (av.error.FFmpegError, StopIteration, ValueError):
        return None
