"""SubRip and WebVTT from cues, and what the speakers are called in every format. All of it UTF-8 with line feeds.

Both are written here: pysubs2 takes braces and backslashes of the text for override codes, and knows no WebVTT voices.
ASS: `subtitles_ass`; what was said, without cues: `subtitles_transcript`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stage_runners.subtitles.cues import Cue, Line

Row = Mapping[str, Any]
_CODES = re.compile(r"<|\\(?=[Nnh])|\{(?=\\)|--(?=>)")
"""What players, and ffmpeg as it muxes, take in SubRip for the beginning of a tag, an override code, or another cue."""


def names(rows: Iterable[Row], known: Iterable[Row] = ()) -> dict[str, str]:
    """What the speakers of `rows` are called: by the table of speakers `known`, else `Speaker 1`, `Speaker 2`, ... in order of
    their first appearance.
    """
    called = {row["speaker"]: row["name"] for row in known if row["name"]}
    found = dict.fromkeys(row["speaker"] for row in rows if row["speaker"])
    return {speaker: called.get(speaker) or f"Speaker {k}" for k, speaker in enumerate(found, 1)}


def together(
    segments: Sequence[Row], words: Sequence[Row], speakers: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Segments and words in which voices of one name are one speaker: a label between them would say that somebody else speaks."""
    first: dict[str, str] = {}
    for speaker, name in speakers.items():
        first.setdefault(name, speaker)
    same = {speaker: first[name] for speaker, name in speakers.items()}
    return tuple(  # type: ignore[return-value]
        [{**row, "speaker": same.get(row["speaker"], row["speaker"])} for row in rows]
        for rows in (segments, words)
    )


def label(name: str, room: int = 40, form: str = "[NAME]") -> str:
    """The label that stands before a speaker's text, of `room` characters at most: of a long name the first word, else its beginning.

    `form` is how a house writes it, with NAME for the name.
    """
    around = len(form) - len("NAME")
    if len(name) + around > room:
        name = name.split(maxsplit=1)[0].rstrip(",;")
    if len(name) + around > room:
        name = name[: max(1, room - around - 1)] + "…"
    return form.replace("NAME", name.upper())


def srt(cues: Sequence[Cue]) -> str:
    """SubRip, with the labels that the layout made room for. It has no escapes: a word joiner keeps text from being a code."""
    return "".join(
        f"{k}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n"
        + _CODES.sub("\\g<0>\u2060", cue.text(labels=True))
        + "\n\n"
        for k, cue in enumerate(cues, 1)
    )


def vtt(cues: Sequence[Cue], speakers: Mapping[str, str], *, labels: bool = False) -> str:
    """WebVTT; who speaks is said in voice spans, which players do not show: in the text too only with `labels`."""
    blocks = [
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{_voices(cue.lines, speakers, labels=labels)}\n"
        for cue in cues
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _voices(lines: Sequence[Line], speakers: Mapping[str, str], *, labels: bool) -> str:
    spans = []
    for together in by_speaker(lines, labels=labels):
        text = "\n".join(html.escape(line.shown(labels=labels), quote=False) for line in together)
        name = speakers.get(together[0].speaker or "")
        spans.append(f"<v {html.escape(name, quote=False)}>{text}</v>" if name else text)
    return "\n".join(spans)


def by_speaker(lines: Sequence[Line], *, labels: bool = False) -> list[list[Line]]:
    """Lines that hold text, or with `labels` a label, in groups of one speaker."""
    result: list[list[Line]] = []
    for line in lines:
        if not line.text and not (labels and line.label):
            continue
        if result and result[-1][-1].speaker == line.speaker and not line.dash:
            result[-1].append(line)
        else:
            result.append([line])
    return result


def _clock(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"
