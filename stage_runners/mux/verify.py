"""Verifies the new film against the original: tracks, flags, chapters, attachments, packets and cues.

What is lost is reported, and the film kept (`losses`). Only a film whose cues are missing or misplaced is not
published: it is not what was asked for, and no container is the reason.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from ipc.errors import StageError
from stage_runners.media.probe import Film, Track, probe
from stage_runners.mux import losses
from stage_runners.mux.ffmpeg_command import Order
from stage_runners.mux.fitting import TEXT
from stage_runners.mux.read_back import StreamContent, attached, first_packets, hashes, read_through

if TYPE_CHECKING:
    from ipc.context import Context

SHIFT = 0.5
"""Seconds between cues and sound beyond which the film is not published."""
AUDIBLE = 0.08
"""Seconds between cues and sound that are reported. Starts that containers state differ by an audio
priming."""
_LATE = 0.02


def verify(output: Path, order: Order, film: Film, packets: Path, context: Context) -> float:
    """Read the new film back, and return its length in seconds.

    `StageError("crash")` if a cue is missing or misplaced: the film is then not published. Everything else
    that the new film lacks, or that could not be verified, is reported as `degraded`.
    """
    new_film = probe(output)
    subtitles = new_film.of("subtitle")
    if len(subtitles) < len(order.added):
        raise _wrong(output, f"{len(subtitles)} subtitle tracks, expected {len(order.added)}")
    ours = subtitles[len(subtitles) - len(order.added) :]
    pairs = _pairs(order, new_film, ours)
    losses.report(pairs, order, film, output, new_film, context)
    read = read_through(output, {track.index for track in ours}, context)
    _missing(pairs, order, read, context)
    _packets(order, pairs, read, packets, context)
    for track, new in zip(ours, order.added, strict=True):
        times = read[track.index].times if track.index in read else []
        shift = _cues(output, new.starts, times)
        if order.clip is None:
            _in_time(output, shift - order.late, pairs, order, film, context)
    return new_film.seconds or 0.0


def _pairs(order: Order, new_film: Film, ours: Sequence[Track]) -> list[tuple[Track, Track]]:
    """Each copied track with its counterpart; tracks of each type are in the order of writing.

    Matroska has covers as attachments, and libavformat reads some of those back as pictures, others not.
    """
    aside = order.container == "mkv"
    pairs: list[tuple[Track, Track]] = []
    for kind in ("video", "audio", "subtitle", "data", "picture", "attachment"):
        old = [track for track in order.kept if _kind(track, together=aside) == kind]
        if kind == "attachment":  # the film's own are copied, its covers are attached after them
            old.sort(key=lambda track: track.picture)
        new = [
            track
            for track in new_film.tracks
            if _kind(track, together=aside) == kind and not track.hidden and track not in ours
        ]
        pairs += _matched(old, new)
    return pairs


def _kind(track: Track, *, together: bool) -> str:
    """The type of a track; `together`: covers count as attachments."""
    if track.picture:
        return "attachment" if together else "picture"
    return track.type


def _matched(old: Sequence[Track], new: Sequence[Track]) -> list[tuple[Track, Track]]:
    """By order where there are as many, or more (MP4 adds tracks of timecodes); else the longest runs of
    alike.
    """
    if len(new) >= len(old):
        return list(zip(old, new, strict=False))
    runs = SequenceMatcher(None, list(map(_key, old)), list(map(_key, new)), autojunk=False)
    return [(old[run.a + k], new[run.b + k]) for run in runs.get_matching_blocks() for k in range(run.size)]


def _key(track: Track) -> tuple[str, str, str]:
    """What tells tracks of a type apart that both films state."""
    return track.filename or track.coding, track.language, track.title


def _missing(
    pairs: Sequence[tuple[Track, Track]], order: Order, read: dict[int, StreamContent], context: Context
) -> None:
    """Report tracks that are not in the new film, and those written anew that came out empty."""
    there = {old.index for old, _ in pairs}
    for track in order.kept:
        if track.index not in there:
            where = "the clip" if order.clip else "the film"
            context.degraded(f"{track.words()} is not in the new film: {where} may have no packets of it")
    for old, new in pairs:
        if order.form(old) != "copy" and old.type == "audio" and not read[new.index].packets:
            context.degraded(f"{old.words()} is empty in the new film: it could not be decoded")


def _packets(
    order: Order,
    pairs: Sequence[tuple[Track, Track]],
    read: dict[int, StreamContent],
    packets: Path,
    context: Context,
) -> None:
    """Check that packets are identical, or equally many if the containers store the codec differently."""
    copied = [t.index for t in order.copied]
    hash_of = dict(zip(copied, hashes(packets), strict=False)) if copied else {}
    same, other, doubtful = 0, [], []
    source: dict[int, StreamContent] | None = None
    for old, new in pairs:
        if order.form(old) != "copy":
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
    _attachments(order, pairs, read, source, context)
    context.fact("streams_identical", same)
    if other:
        context.fact("streams_rewrapped", [track.words() for track in other])


def _attachments(
    order: Order,
    pairs: Sequence[tuple[Track, Track]],
    read: dict[int, StreamContent],
    source: dict[int, StreamContent] | None,
    context: Context,
) -> None:
    """Compare fonts, other attachments and cover pictures byte for byte."""
    kept = [(old, new) for old, new in pairs if old.type == "attachment"]
    if kept:
        before = attached(order.film) if source is None else {k: s.form for k, s in source.items()}
        for old, new in kept:
            if not _holds(before.get(old.index, b""), new, read):
                context.degraded(f"the attachment {old.filename} is not the same in the new film")
    for old, new in pairs:
        picture = order.pictures.get(old.index)
        if picture and not _holds(picture.read_bytes(), new, read):
            context.degraded(f"the cover picture {picture.name} is not the same in the new film")


def _holds(data: bytes, new: Track, read: dict[int, StreamContent]) -> bool:
    """Whether an attachment of the new film has these bytes, however it is read back."""
    if new.type == "attachment":
        return read[new.index].form == data
    return read[new.index].crc == zlib.crc32(data)


def _cues(output: Path, starts: Sequence[float], times: list[float]) -> float:
    """Check that every cue is present, and at its distance from the first; returns by how much that moved."""
    times = sorted(times)
    if len(times) < len(starts):
        raise _wrong(output, f"{len(times)} cues, expected {len(starts)}")
    shift = times[0] - starts[0]
    late = max(abs(time - shift - start) for time, start in zip(times, starts, strict=False))
    if late > _LATE:
        raise _wrong(output, f"a cue is {late:.3f} s off")
    return shift


def _in_time(
    output: Path,
    shift: float,
    pairs: Sequence[tuple[Track, Track]],
    order: Order,
    film: Film,
    context: Context,
) -> None:
    """Check that the cues moved as the sound and the picture did: muxers move all streams together.

    The copied track that agrees best counts: a picture may begin later where a recording starts between key
    frames, and decoded sound without a codec's priming.
    """
    copied = [
        (old, new)
        for old, new in pairs
        if old.type in {"audio", "video"} and not old.picture and order.form(old) == "copy"
    ]
    moved = [
        new.start - (old.start - film.start)
        for old, new in copied
        if old.start is not None and new.start is not None
    ]
    least = min((shift - by for by in moved), key=abs, default=0.0)
    if abs(least) > AUDIBLE:  # what headers state leaves out what an edit list hides
        before, after = first_packets(order.film), first_packets(output)
        moved = [
            after[new.index] - (before[old.index] - film.start)
            for old, new in copied
            if old.index in before and new.index in after
        ]
        least = min((shift - by for by in moved), key=abs, default=least)
    if abs(least) > SHIFT:
        raise _wrong(output, f"the subtitles are {least:.3f} s off")
    if abs(least) > AUDIBLE:
        when = "late" if least > 0 else "early"
        context.degraded(f"the subtitle tracks of the new film may be {abs(least):.2f} s {when}")


def _wrong(output: Path, what: str) -> StageError:
    return StageError(
        "crash", f"{output.name}: the film was not written correctly: {what}", "please report it"
    )
