"""What is read from the file of a known text: lines of speech, and who speaks them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ipc.intervals import Interval
from ipc.override_codes import Code


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of speech as written.

    `number` is where it stands: the line of the file, or the cue, from 1. `speaker` is None if the text does
    not say who speaks. An `optional` line, such as a song's, is not missed if nobody speaks it. One that
    `begins` has the name in the same row of the file, so it does not go on with the line before it.
    """

    number: int
    text: str
    speaker: str | None = None
    optional: bool = False
    begins: bool = False


@dataclass(frozen=True, kw_only=True)
class WrittenCue:
    """A cue of a subtitle file as it is shown: its lines, with override codes at places in them.

    `span` are its times in the file in seconds, None if they cannot be read.
    """

    text: str
    span: Interval | None
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, kw_only=True)
class KnownText:
    """The lines of a file; `form` says what it was read as, `notes` are for the user.

    `cues` are those of a subtitle file by their numbers; None for a text that is not divided into cues.
    """

    form: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = field(default=())
    cues: Mapping[int, WrittenCue] | None = None

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names of the speakers, in the order in which they appear."""
        return tuple(dict.fromkeys(line.speaker for line in self.lines if line.speaker))


_ENDS = tuple(".?!…。！？।۔:")  # noqa: RUF001


def joined(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, those put together that one speaker's speech was broken into to fit a page.

    A line goes on in the next row of the file, unless it ends a sentence or either is sung.
    """
    last: Line | None = None
    end = 0
    for line in lines:
        if (
            last is not None
            and line.number == end + 1
            and not line.begins
            and line.speaker
            and line.speaker == last.speaker
            and not (line.optional or last.optional)
            and not last.text.rstrip("\"'\u201d\u2019\u00bb)").endswith(_ENDS)
        ):
            last = replace(last, text=f"{last.text} {line.text}")
        else:
            if last is not None:
                yield last
            last = line
        end = line.number
    if last is not None:
        yield last
