"""The symbols of the dashboard, each one cell wide, with a second set for ASCII terminals."""

from __future__ import annotations

from dataclasses import dataclass

FRAMES_PER_SECOND = 8


@dataclass(frozen=True, kw_only=True)
class Glyphs:
    """The marks by status, the frames of the spinner, and the characters of progress bars."""

    marks: dict[str, str]
    spinner: str
    full: str
    half: str
    rest: str
    ascii: bool = False

    def drawable(self, text: str) -> str:
        """`text` with the characters replaced that the terminal cannot draw."""
        return text.replace("…", "~").encode("ascii", "replace").decode() if self.ascii else text

    def mark(self, status: str, now: float, *, degraded: bool = False) -> str:
        """The mark of a stage or film with this status at the time `now`."""
        if status in {"running", "starting"}:
            return self.spinner[int(now * FRAMES_PER_SECOND) % len(self.spinner)]
        return "!" if degraded and status != "failed" else self.marks.get(status, " ")

    def bar(self, fraction: float, width: int, style: str) -> list[tuple[str, str]]:
        """A bar of exactly `width` cells, as pieces of text with their styles."""
        halves = round(max(0.0, min(1.0, fraction)) * width * 2)
        full = self.full * (halves // 2) + (self.half if halves % 2 else "")
        return [(full, style), (self.rest * (width - len(full)), "bright_black")]


UNICODE = Glyphs(
    marks={"done": "✓", "cached": "✓", "failed": "✗", "waiting": "·", "off": "-", "skipped": "-"},
    spinner="⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏",
    full="━",
    half="╸",
    rest="─",
)
ASCII = Glyphs(
    marks={"done": "+", "cached": "+", "failed": "x", "waiting": ".", "off": "-", "skipped": "-"},
    spinner="|/-\\",
    full="#",
    half="=",
    rest="-",
    ascii=True,
)
