"""Subtitles as plain cues: times, words, and speakers as far as the file names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stage_runners.subtitle_files import entries, markup
from stage_runners.subtitle_files.entry import Event
from stage_runners.subtitle_files.speeches import USUAL, is_sung, says, speeches, spoken, without_notes


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one speaker says in a cue, without name, dash and sounds; `speaker` is None if not named."""

    speaker: str | None
    text: str
    sung: bool = False


@dataclass(frozen=True, kw_only=True)
class PlainCue:
    """A cue: the line of the file at which it begins, its times in seconds, and what is said in it.

    `lines` are those that are shown, with names, dashes and sounds. `said` is empty if nobody speaks.
    """

    line: int
    start: float
    end: float
    lines: tuple[str, ...]
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        """The words that are spoken, with blanks between."""
        return " ".join(one.text for one in self.said)


def plain_cues(text: str, kind: str = "") -> list[PlainCue]:
    """The cues that the text shows, in the order of their start; none if it has no subtitles.

    `text` is decoded (`stage_runners.text.code_pages.read_text`), `kind` as for `entries.read`: `srt`, `vtt`,
    `ass`, or empty for what the text looks like. Cues with unreadable times are left out; a speaker holds
    for one cue. Drawings, comments and notes are no cues.
    """
    subtitles = entries.read(text, kind)
    found = [_cue(event, subtitles.kind) for event in subtitles.events if event.shown]
    return sorted((cue for cue in found if cue.lines), key=lambda cue: cue.start)


def _cue(event: Event, kind: str) -> PlainCue:
    said: list[Said] = []
    lines: list[str] = []
    for voice, text in markup.spans(event, kind):
        shown = [line for line in text.split("\n") if line.strip()]
        lines += shown
        said += said_in(shown, voice)
    return PlainCue(
        line=event.line,
        start=event.start.shown,
        end=event.end.shown,
        lines=tuple(" ".join(line.split()) for line in lines),
        said=tuple(said),
    )


def said_in(lines: Sequence[str], voice: str | None, forms: str = USUAL) -> Iterator[Said]:
    """What is said in lines of a cue by whom; `voice` is the speaker whom the format names for all."""
    for speech in speeches(lines, forms):
        raw = " ".join(speech.lines)
        text = without_notes(spoken(raw))
        if says(text):
            speaker = voice or (speech.label.person if speech.label else None)
            yield Said(speaker=speaker, text=text, sung=is_sung(raw))
