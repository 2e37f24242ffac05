"""What scoring compares: units of text, speaker turns, cues, and the part of the film that counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

Span = tuple[float, float]
"""Start and end in seconds of the film's clock."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A piece of text: a segment, part of a cue, or a word. Unknown times and an unknown speaker are None."""

    text: str
    start: float | None = None
    end: float | None = None
    speaker: str | None = None

    @property
    def timed(self) -> bool:
        """Whether both times are known."""
        return self.start is not None and self.end is not None

    @property
    def middle(self) -> float:
        """Its middle in seconds; only meaningful if it is timed."""
        return ((self.start or 0.0) + (self.end or 0.0)) / 2


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One speaker speaks from start to end."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A cue of a subtitle file: its `lines` as written, and as `said`, without labels and sounds."""

    start: float
    end: float
    lines: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """The content of one file. Fields for which it has no data are empty.

    `ignored` are the spans that its author excluded from scoring. `notes` are for the user.
    """

    name: str
    kind: str
    units: tuple[Unit, ...] = ()
    words: tuple[Unit, ...] = ()
    turns: tuple[Turn, ...] = ()
    cues: tuple[Cue, ...] = ()
    ignored: tuple[Span, ...] = ()
    language: str = ""
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of its text, with spaces between."""
        return " ".join(unit.text for unit in self.units)

    @property
    def timed(self) -> bool:
        """Whether all of its text has times."""
        return bool(self.units) and all(unit.timed for unit in self.units)

    def later(self, seconds: float) -> Source:
        """The same with every time moved later.

        The times of a clip's results count from the clip's start, those of a reference from the film's.
        """

        def moved(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
            return tuple(
                replace(u, start=u.start + seconds, end=u.end + seconds)
                if u.start is not None and u.end is not None
                else u
                for u in units
            )

        return replace(
            self,
            units=moved(self.units),
            words=moved(self.words),
            turns=tuple(replace(t, start=t.start + seconds, end=t.end + seconds) for t in self.turns),
            cues=tuple(replace(c, start=c.start + seconds, end=c.end + seconds) for c in self.cues),
        )

    @property
    def attributed(self) -> bool:
        """Whether all of its text has a speaker."""
        return bool(self.units) and all(unit.speaker for unit in self.units)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The part of a film that is scored: `within` (all of it if None), minus the spans of `without`."""

    within: Span | None = None
    without: tuple[Span, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether the whole film is scored."""
        return self.within is None and not self.without

    def holds(self, at: float) -> bool:
        """Whether this time, in seconds, is scored."""
        inside = self.within is None or self.within[0] <= at <= self.within[1]
        return inside and not any(start <= at <= end for start, end in self.without)

    def around(self, units: Sequence[Unit]) -> tuple[Scope, int]:
        """The scope without the units that cross its edges, and the number of those.

        It is unknown which of their words are inside, so our words at the same time are excluded as well.
        """
        if self.within is None:
            return self, 0
        edges = self.within
        across = tuple(
            (unit.start, unit.end)
            for unit in units
            if unit.start is not None
            and unit.end is not None
            and any(unit.start < edge < unit.end for edge in edges)
        )
        return Scope(within=self.within, without=(*self.without, *across)), len(across)

    def kept(self, units: Sequence[Unit]) -> list[Unit]:
        """The units whose middle is scored; one without times goes with the unit before it."""
        if self.everything:
            return list(units)
        result, inside = [], False
        for unit in units:
            inside = self.holds(unit.middle) if unit.timed else inside
            if inside:
                result.append(unit)
        return result

    def kept_cues(self, cues: Sequence[Cue]) -> list[Cue]:
        """The cues that lie entirely in the scored part."""
        return [
            cue
            for cue in cues
            if self.holds(cue.start)
            and self.holds(cue.end)
            and not any(cue.start < end and start < cue.end for start, end in self.without)
        ]
