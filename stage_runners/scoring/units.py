"""What is compared: stretches of text, turns of speakers, cues, and the part of a film in which they count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

Span = tuple[float, float]
"""Start and end in seconds of the film's clock."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A stretch of text: a segment, a cue's part, or a word. Times are None where nobody says them, and so is the speaker."""

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
        """The time in its middle, in seconds; only where it is timed."""
        return ((self.start or 0.0) + (self.end or 0.0)) / 2


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Somebody speaks, from start to end."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A cue as a file shows it. `lines` are the lines with what stands in them; `said` are those with labels and sounds left out."""

    start: float
    end: float
    lines: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """What one file says. What it says nothing of is empty.

    `ignored` are stretches that its author does not want scored. `notes` are for people.
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
        """All of its text, with blanks between."""
        return " ".join(unit.text for unit in self.units)

    @property
    def timed(self) -> bool:
        """Whether every stretch of its text has times."""
        return bool(self.units) and all(unit.timed for unit in self.units)

    def later(self, seconds: float) -> Source:
        """The same with every time so much later: what was made of a clip counts from the clip's start, a reference from the film's."""

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
        """Whether it says of every stretch of its text who speaks."""
        return bool(self.units) and all(unit.speaker for unit in self.units)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where a film is scored: in `within` (all of it where None), but for what is `without`."""

    within: Span | None = None
    without: tuple[Span, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.within is None and not self.without

    def holds(self, at: float) -> bool:
        """Whether this second is scored."""
        inside = self.within is None or self.within[0] <= at <= self.within[1]
        return inside and not any(start <= at <= end for start, end in self.without)

    def around(self, units: Sequence[Unit]) -> tuple[Scope, int]:
        """The scope without the stretches of text that lie across its edges, and how many those are.

        Which of their words are inside nobody knows, so what we heard meanwhile is left out with them.
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
        """The units whose middle is scored; one without times goes with the one before it."""
        if self.everything:
            return list(units)
        found, inside = [], False
        for unit in units:
            inside = self.holds(unit.middle) if unit.timed else inside
            if inside:
                found.append(unit)
        return found

    def kept_cues(self, cues: Sequence[Cue]) -> list[Cue]:
        """The cues that lie wholly in what is scored."""
        return [
            cue
            for cue in cues
            if self.holds(cue.start)
            and self.holds(cue.end)
            and not any(cue.start < end and start < cue.end for start, end in self.without)
        ]
