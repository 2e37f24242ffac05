"""What a layout is made of: the limits it keeps, what it weighs, and the cues it gives."""

from __future__ import annotations

from dataclasses import dataclass

DASH = "- "


@dataclass(frozen=True)
class Profile:
    """Limits of a cue: characters a line, lines, characters a second, milliseconds."""

    width: int = 42
    lines: int = 2
    cps: float = 17.0
    min_ms: int = 840
    max_ms: int = 7000
    gap_ms: int = 80
    chain_ms: int = 400
    """A gap shorter than this is closed to `gap_ms`: a short flicker of nothing disturbs more than none."""
    late_ms: int = 400
    """A cue may start this much after its first word where the one before could not be read otherwise."""


@dataclass(frozen=True)
class Costs:
    """What the layout weighs; the unit is about what one more cue is worth."""

    cue: float = 3.0
    clause: float = 4.0
    phrase: float = 12.0
    """A cut in the middle of a phrase, at no punctuation."""
    dangling: float = 2.0
    """Factor on what ending a line there would cost: an article at the end of a cue is worse than of a line."""
    sentence_inside: float = 2.0
    ragged: float = 3.0
    """A sentence that begins in a cue behind another one's end, and is cut."""
    pause_inside: float = 8.0
    """A second of silence inside a cue, past the first 0.3 s."""
    dialogue: float = 8.0
    """Two speakers in one cue."""
    brief: float = 6.0
    """A second that a cue is shorter than one second and a half."""
    late: float = 25.0
    """A second that a cue starts late."""
    fast: float = 12.0
    faster: float = 20.0
    """Reading time that lacks, as a share of what there is."""
    short: float = 80.0
    long: float = 300.0


@dataclass(frozen=True)
class Line:
    """A line: `label` is the speaker's label where one is shown, `dash` marks a dialogue. `text` may be empty."""

    text: str
    speaker: str | None
    label: str = ""
    dash: bool = False

    def shown(self, *, labels: bool = True) -> str:
        """The line as a reader sees it."""
        parts = [self.label if labels else "", self.text]
        return (DASH if self.dash else "") + " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Cue:
    """What is shown from `start` to `end` (milliseconds); `segments` are those whose words it holds."""

    start: int
    end: int
    lines: tuple[Line, ...]
    segments: tuple[int, ...]
    flags: tuple[str, ...]

    def text(self, *, labels: bool = False) -> str:
        """The lines, joined by line feeds."""
        lines = [line for line in self.lines if line.text or labels]
        return "\n".join(line.shown(labels=labels) for line in lines)
