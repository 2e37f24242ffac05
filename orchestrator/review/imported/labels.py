"""Speaker labels at the start of a cue's lines: taken out of the text, as names of its speakers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ipc.override_codes import Code, canonical
from ipc.speaker_labels import DASH
from orchestrator.review.imported.file_cues import FileCue

_NAME = "NAME"


class Labels:
    """Finds labels of a `form` such as `[NAME]`. `known` are names that are labels wherever they stand.

    Others are if they have no small letters and a text follows: a sound (`[door slams]`) is in small letters.
    """

    def __init__(self, form: str, known: Iterable[str]) -> None:
        before, _, after = form.partition(_NAME)
        inside = f"[^{re.escape(after[:1])}\\n]" if after else r"[^\s]"
        self._pattern = re.compile(
            rf"{re.escape(before)}(?P<name>{inside}{{1,80}}){re.escape(after)}(?:[ \u200f]+|(?=\n)|$)\u200f?"
        )
        self._known = {name.casefold() for name in known}

    def without(self, cue: FileCue, *, others: bool = True) -> FileCue:
        """The cue without labels, with a name for each of its speakers, empty for one without a label.

        With `others` not only known names are labels.
        """
        names: list[str] = []
        cuts: list[tuple[int, int]] = []
        starts = [found.end() for found in re.finditer(r"^|\n", cue.text)]
        dashes = {at: match for at in starts if (match := DASH.match(cue.text, at))}
        turns = list(dashes) if len(dashes) > 1 else [0]
        for at in turns:
            begin = dashes[at].end() if len(dashes) > 1 else at
            found = self._pattern.match(cue.text, begin)
            name = found["name"].strip() if found else ""
            if found and not self._is_label(name, cue.text[found.end() :].strip(), others=others):
                found, name = None, ""
            if found:
                behind = found.end() + (cue.text[found.end() :][:1] == "\n")
                cuts.append((begin, behind))
            names.append(name)
        return _cut(replace(cue, names=tuple(names)), cuts)

    def _is_label(self, name: str, rest: str, *, others: bool) -> bool:
        if name.casefold() in self._known:
            return bool(rest)
        named = any(map(str.isalpha, name)) and not any(map(str.islower, name))
        return others and named and bool(rest)


def _cut(cue: FileCue, cuts: list[tuple[int, int]]) -> FileCue:
    if not cuts:
        return cue
    text, done, codes = "", 0, []
    for start, end in [*cuts, (len(cue.text), len(cue.text))]:
        codes += [
            Code(len(text) + max(0, one.at - done), one.code) for one in cue.codes if done <= one.at < start
        ]
        text += cue.text[done:start]
        codes += [Code(len(text), one.code) for one in cue.codes if start <= one.at < end]
        done = end
    codes += [Code(len(text), one.code) for one in cue.codes if one.at >= len(cue.text)]
    return replace(cue, text=text, codes=canonical(text, codes))
