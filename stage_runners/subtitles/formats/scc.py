"""SCC (Scenarist): closed captions of CEA-608, as American broadcasters and stores take them.

Pop-on captions, centred above the bottom of the picture, with drop-frame time codes of 29.97 frames a second.
A caption is sent before it is shown, at two bytes a frame, so that it appears in time.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from stage_runners.subtitles import cea608
from stage_runners.subtitles.cues import Cue
from stage_runners.subtitles.output_format import Document, Format, Noted, UnwritableError

_LOST = 0.02
"""Share of letters that CEA-608 may lack."""
_LATE = 6
"""Frames by which a caption may appear late without a note."""


def write(document: Document) -> Noted:
    """The file, with a note on letters that CEA-608 lacks and on late captions.

    Raises `UnwritableError` if it lacks more than a few.
    """
    cues = sorted((cue for cue in document.cues if cue.text(labels=True).strip()), key=lambda cue: cue.start)
    if not cues:
        raise UnwritableError("it would have no caption")
    rows = [_rows(cue) for cue in cues]
    lost = sum(cea608.known(cue.text(labels=True).replace("\n", " "))[1] for cue in cues)
    if lost > _LOST * sum(len(text) for one in rows for text in one):
        raise UnwritableError(
            "CEA-608 has no letters for this text: only those of English, Spanish, French, Portuguese, "
            "German and Danish"
        )
    stream = _Stream()
    for cue, lines, following in zip(cues, rows, [*cues[1:], None], strict=True):
        stream.show(cue.start, lines)
        if following is None or following.start > cue.end:
            stream.clear(cue.end)
    stream.finish()
    notes = []
    if lost:
        notes.append(f"{lost} characters that CEA-608 lacks are shown as ?")
    if stream.late:
        notes.append(f"{stream.late} captions appear late, because speech is too fast for CEA-608")
    sent = (f"{cea608.time_code(at)}\t{cea608.written(pairs)}" for at, pairs in stream.sent)
    return Noted(("Scenarist_SCC V1.0\n\n" + "\n\n".join(sent) + "\n").encode("ascii"), "; ".join(notes))


def _rows(cue: Cue) -> list[str]:
    """The lines in the letters of CEA-608; those that are too long are broken again."""
    lines = [cea608.known(line)[0] for line in cue.text(labels=True).split("\n")]
    rows = [part for line in lines for part in textwrap.wrap(line, cea608.COLUMNS)]
    if len(rows) > 4:  # the most that captions should have
        rows = textwrap.wrap(" ".join(lines), cea608.COLUMNS)
    return rows[: cea608.ROWS]


class _Stream:
    """Pairs of bytes by the frame in which they are sent, in `sent` as (first frame, pairs)."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, Sequence[int]]] = []
        self.late = 0
        self._free = 0
        self._clear: int | None = None

    def show(self, start: int, rows: Sequence[str]) -> None:
        """Send a caption so that it appears at `start`, in milliseconds, or as soon as there is time."""
        pairs = [cea608.LOAD] * 2 + [cea608.ERASE_HIDDEN] * 2
        for number, text in enumerate(rows, cea608.ROWS - len(rows) + 1):
            pairs += cea608.row(text, number)
        at = cea608.frame(start)
        if self._clear is not None and max(self._free, self._clear) + 2 <= at - len(pairs):
            self.finish()
        if self._clear is None:
            self._send(max(self._free, at - len(pairs)), pairs)
        else:
            self._send_around(max(self._free, at - len(pairs) - 2), pairs, self._clear)
        self.late += self._free - at > _LATE
        self._send(self._free, [cea608.SHOW] * 2)

    def clear(self, end: int) -> None:
        """Erase the caption at `end`, in milliseconds."""
        self._clear = cea608.frame(end)

    def finish(self) -> None:
        """Send what is left: the end of the latest caption."""
        if self._clear is not None:
            self._send(max(self._free, self._clear), [cea608.ERASE_SHOWN] * 2)
            self._clear = None

    def _send_around(self, begin: int, pairs: Sequence[int], clear: int) -> None:
        """Send the pairs from `begin` on, and erase the caption that is shown meanwhile at `clear`."""
        place = min(max(0, clear - begin), len(pairs))
        while 0 < place < len(pairs) and pairs[place - 1] == pairs[place]:
            place += 1  # not between a code and its repetition
        self._send(begin, pairs[:place])
        self._send(max(self._free, begin + place), [cea608.ERASE_SHOWN] * 2)
        self._send(self._free, pairs[place:])
        self._clear = None

    def _send(self, begin: int, pairs: Sequence[int]) -> None:
        """Send the pairs in a line of their own: readers take the time of a line for all that it does."""
        if pairs:
            self.sent.append((begin, pairs))
            self._free = begin + len(pairs)


FORMAT = Format(
    name="scc",
    extension="scc",
    content="cues",
    media_type="text/plain",
    description="SCC: closed captions (CEA-608) for American broadcasters and stores, 29.97 frames a second",
    write=write,
)
