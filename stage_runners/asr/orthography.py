"""How the text is written: Chinese in one script, Chinese and Japanese with full-width punctuation.

This is the last step of recognition, so that every later stage and every file has the same text. It changes
letters one by one, and no word's time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from stage_runners.asr.hallucination import Reviewed
from stage_runners.asr.segments import Line
from stage_runners.asr.words import Word
from stage_runners.text import han
from stage_runners.text.full_width import LANGUAGES, closes, full_width

if TYPE_CHECKING:
    from ipc.context import Context

Rewrite = Callable[[str], str]


def written(reviewed: Reviewed, asked: str, context: Context) -> Reviewed:
    """The lines and doubts in one script and one kind of punctuation; reports the fact `chinese`.

    `asked` is the value of `--language`, which may name a script; else the film's majority decides.
    """
    chinese = [
        (line.read.language, line.text) for line in reviewed.lines if line.read.language in han.CHINESE
    ]
    script = (han.requested(asked) or han.of_film(chinese)) if chinese else None
    lines = [_line(line, _rewrite(line.read.language, script)) for line in reviewed.lines]
    if script is not None:
        changed = sum(han.differs(text, script) for _, text in chinese)
        _report(script, changed, len(chinese), asked=han.requested(asked) is not None, context=context)
    new = {id(old): line for old, line in zip(reviewed.lines, lines, strict=True)}
    language = max((one for one, _ in chinese), key=[one for one, _ in chinese].count) if chinese else ""
    doubts = [
        replace(
            doubt,
            text=_rewrite(doubt.line.read.language if doubt.line else language, script)(doubt.text),
            line=new.get(id(doubt.line), doubt.line),
        )
        for doubt in reviewed.doubts
    ]
    return replace(reviewed, lines=lines, doubts=doubts)


def _rewrite(language: str, script: han.Script | None) -> Rewrite:
    """How a text in the language is written."""

    def rewrite(text: str) -> str:
        if script is not None and language in han.CHINESE:
            text = han.converted(text, script)
        return full_width(text, language)

    return rewrite


def _line(line: Line, rewrite: Rewrite) -> Line:
    if line.read.language not in LANGUAGES:
        return line
    return replace(line, words=words_rewritten(line.words, rewrite))


def words_rewritten(words: Sequence[Word], rewrite: Rewrite) -> tuple[Word, ...]:
    """The words of a text that is rewritten as a whole, because a letter's form depends on its neighbours.

    A text that changes its length is rewritten word by word. No space follows a full-width mark.
    """
    before = "".join(" " * word.space + word.text for word in words)
    after = rewrite(before)
    result: list[Word] = []
    place = 0
    for word in words:
        place += word.space
        same = len(after) == len(before)
        text = after[place : place + len(word.text)] if same else rewrite(word.text)
        place += len(word.text)
        space = word.space and not (result and closes(result[-1].text[-1:]))
        result.append(word._replace(text=text, space=space))
    return tuple(result)


def _report(script: han.Script, changed: int, lines: int, *, asked: bool, context: Context) -> None:
    context.fact("chinese", {"script": script, "asked": asked, "converted": changed, "lines": lines})
    if changed:
        context.log(f"Chinese: {changed} of {lines} lines converted to {han.NAMES[script]} characters")
