"""Reads scripts without times: prose, transcripts with names before the lines, screenplays, Fountain.

Fountain's rules are those of https://fountain.io/syntax: a name in capitals between an empty line and its
speech, or after `@`. Standard library only, because the orchestrator checks the file before it reads the
film.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from stage_runners.known_text import stamps
from stage_runners.known_text.lines import KnownText, Line, joined
from stage_runners.subtitle_files.speeches import (
    could_be_name,
    in_capitals,
    is_sung,
    name_of,
    says,
    spoken,
    without_notes,
)

_SCENE = re.compile(
    r"^\s*(?:\d+[A-Z]?[.)]?\s+)?(?:INT|EXT|EST|I/E|INT\.?/EXT|EXT\.?/INT)[.\s/]", re.IGNORECASE
)
_TRANSITION = re.compile(
    r"^\s*(?:[A-Z][A-Z .]*\bTO:|FADE (?:IN|OUT)[.:]?|THE END|CUT TO BLACK[.:]?|CONTINUED:?|\(?MORE\)?)\s*$"
)
_LABEL = re.compile(r"^\s*(?:[-\u2010-\u2015]\s*)?([^:\uff1a\n]{1,40})[:\uff1a]\s*(.*)$")
_IN_BRACKETS = re.compile(r"^\s*\[([^\[\]\n]{1,40})\]:?\s+(?=\S)")
_NO_NAMES = frozenset(
    {"note", "scene", "title", "author", "source", "draft", "date", "act", "chapter", "part"}
)
_CUES = 3
"""Names between an empty line and a speech from which a text is a screenplay."""
_CUE_SHARE = 0.08
"""Their least share in its lines."""
_LABELS = 2
"""Lines that begin with the same name from which names stand before lines."""
_LABEL_SHARE = 0.2
"""Least share of the lines that begin with names,"""
_EVERYWHERE = 0.5
"""and that from which a name need not recur."""
_BONEYARD = re.compile(r"/\*[^*]{0,5000}(?:\*(?!/)[^*]{0,5000}){0,50}\*/")
"""Both are bounded, because a text may open thousands of them."""
_NOTE = re.compile(r"\[\[[^\[\]]{0,5000}\]\]")
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|_)(?=\S)(.+?)(?<=\S)\1")

_BETWEEN_SENTENCES = re.compile(r"((?:^|[.!?…。]))\s*(?:\([^\Wa-z][^()]{0,40}\)\s*)+(?=$|[^\W\d_a-z]|[\"“])")
"""`(Laughter)` after a sentence is a sound; round brackets inside one are part of it."""

Row = tuple[int, str]
"""The number of a line in the file, and the line."""


def read_text(text: str) -> KnownText:
    """A screenplay, lines with names, or prose: what the text looks like."""
    rows = stamps.without_stamps(list(enumerate(text.split("\n"), 1)))
    full = [row for row in rows if row[1].strip()]
    cues = [at for at in range(len(rows)) if _is_cue(rows, at)]
    if len(cues) >= _CUES and len(cues) >= _CUE_SHARE * len(full):
        return KnownText(form="screenplay", lines=tuple(joined(_screenplay(rows))))
    labelled = stamps.with_labels(full)
    if names := _names_before_lines(labelled) | _names_with_times(full, labelled):
        lines = joined(_labelled(labelled, names))
        return KnownText(form="lines with names", lines=tuple(lines))
    return KnownText(form="plain text", lines=tuple(_prose(rows)))


def read_fountain(text: str) -> KnownText:
    """The dialogue of a Fountain screenplay: no headings, action, notes, lyrics' marks or title page."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    plain = _NOTE.sub(blank, _BONEYARD.sub(blank, text))
    rows = list(enumerate(plain.split("\n"), 1))
    first = next((at for at, (_, line) in enumerate(rows) if line.strip()), 0)
    if rows and re.match(r"^[A-Za-z ]+:", rows[first][1]) and not in_capitals(rows[first][1].strip()):
        rows = rows[next((at for at in range(first, len(rows)) if not rows[at][1].strip()), len(rows)) :]
    return KnownText(form="Fountain", lines=tuple(joined(_screenplay(rows, fountain=True))))


def _is_cue(rows: Sequence[Row], at: int) -> bool:
    """Whether the line is a screenplay's cue: a name in capitals after an empty line, before a speech."""
    line = rows[at][1].strip()
    if not line or (at and rows[at - 1][1].strip()) or at + 1 >= len(rows) or not rows[at + 1][1].strip():
        return False
    if line.startswith("@") and len(line) > 1:
        return True
    if line[0] in "!#=>.~" or _SCENE.match(line) or _TRANSITION.match(line):
        return False
    name = name_of(line.rstrip("^"))
    return could_be_name(name) and in_capitals(name) and not line.endswith((".", "!", "?", ":"))


def _screenplay(rows: Sequence[Row], *, fountain: bool = False) -> Iterator[Line]:
    """The speeches, each line of one as a line; scene headings, action and directions are no speech."""
    speaker: str | None = None
    for at, (number, raw) in enumerate(rows):
        line = raw.strip()
        if not line:
            speaker = None
        elif _is_cue(rows, at):
            speaker = name_of(line.removeprefix("@").rstrip("^"))
        elif speaker and not (line.startswith("(") and line.endswith(")")) and not _TRANSITION.match(line):
            text = _EMPHASIS.sub(r"\2", line.removeprefix("~")) if fountain else line
            plain = without_notes(spoken(text.replace("\\", "") if fountain else text))
            if says(plain):
                sung = (fountain and line.startswith("~")) or is_sung(line)
                yield Line(number=number, text=plain, speaker=speaker, optional=sung)


def _names_before_lines(rows: Sequence[Row]) -> frozenset[str]:
    """The names that stand before lines; empty unless names recur, and before enough of the lines."""
    found: Counter[str] = Counter()
    for _, line in rows:
        if (label := _label(line)) is not None:
            found[label[0]] += 1
    names = {name for name, count in found.items() if count >= _LABELS or in_capitals(name)}
    count = sum(found[name] for name in names)
    if count < max(_LABELS, _LABEL_SHARE * len(rows)):
        return frozenset()
    if count >= _EVERYWHERE * len(rows):  # then who speaks only once has a name too
        names |= {name for name in found if len(name.split()) <= 2}
    return frozenset(names)


def _names_with_times(rows: Sequence[Row], labelled: Sequence[Row]) -> frozenset[str]:
    """The names with a time behind them, if there are enough; such a one need not recur."""
    changed = [new for (_, old), (_, new) in zip(rows, labelled, strict=True) if old != new]
    found = [label[0] for label in map(_label, changed) if label]
    return frozenset(found) if len(found) >= max(_LABELS, _LABEL_SHARE * len(rows)) else frozenset()


def _label(line: str) -> tuple[str, str] | None:
    """The name before a line's text, and the text."""
    if match := _IN_BRACKETS.match(line):
        name, rest = name_of(match[1]), line[match.end() :]
        cased = match[1].upper() != match[1].lower()
        return (name, rest) if could_be_name(name) and (in_capitals(name) or not cased) else None
    if not (match := _LABEL.match(line)):
        return None
    if match[1][-1].isdigit() and re.match(r"[0-5]\d(?!\d)", match[2]):
        return None  # a time, not a name
    name = name_of(match[1])
    cased = name.upper() != name.lower()
    if not could_be_name(name) or name.casefold() in _NO_NAMES or (cased and not name[0].isupper()):
        return None
    return name, match[2]


def _labelled(rows: Sequence[Row], names: frozenset[str]) -> Iterator[Line]:
    """Lines with names; a line without one goes on with the speech before it."""
    speaker: str | None = None
    for number, raw in rows:
        begins = False
        label = _label(raw)
        if label is not None and label[0] in names:
            speaker, rest = label
            begins = True
        elif _SCENE.match(raw) or _TRANSITION.match(raw):
            continue
        else:
            rest = raw
        plain = without_notes(spoken(rest))
        if says(plain):
            yield Line(number=number, text=plain, speaker=speaker, optional=is_sung(rest), begins=begins)


def _prose(rows: Sequence[Row]) -> Iterator[Line]:
    """Every line that says anything; one in brackets is a direction."""
    for number, raw in rows:
        line = raw.strip()
        if not line or (line[0] in "(\uff08" and line[-1] in ")\uff09") or _SCENE.match(line):
            continue
        plain = without_notes(spoken(_BETWEEN_SENTENCES.sub(r"\1 ", line), asides=False))
        if says(plain):
            yield Line(number=number, text=plain, optional=is_sung(line))
