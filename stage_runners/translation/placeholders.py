"""Names brought through a translator that takes no instructions: placeholders go in, the names in the target
language come out.

A model writes a name as it likes, or translates it (`Rose`). A short code of letters and a digit is something
it copies. If one gets lost, the line is translated again as it is, and searched for the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stage_runners.names.rows import GlossaryRow
from stage_runners.text import scripts
from stage_runners.text.grammar import SENTENCE, spaceless
from stage_runners.translation.thresholds import NAME_FORMS

_KINDS = frozenset({"given", "family", "full", "place"})


@dataclass(frozen=True, slots=True)
class NameToWrite:
    """A name of the glossary: the forms it may be spoken in, and its forms in the target language, the best
    first.
    """

    forms: tuple[str, ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A text with placeholders for names: by number, the forms in which each name may be written, the best
    first.
    """

    text: str
    names: tuple[tuple[str, ...], ...]


class GlossaryNames:
    """The glossary's names for one target language.

    `lower` are the words that the film also has without a capital: one of them at the start of a sentence is
    not a name.
    """

    def __init__(
        self, glossary: Iterable[GlossaryRow], target: str, lower: frozenset[str] = frozenset()
    ) -> None:
        self._lower = lower
        self._by_form: dict[str, NameToWrite] = {}
        for row in sorted(glossary, key=lambda row: -row["weight"]):
            forms = tuple(dict.fromkeys(f for f in (row["term"], *row["variants"]) if len(f) > 1))
            written = tuple(form for form in forms if _fits(form, target))
            if row["kind"] in _KINDS and written:
                for form in forms:
                    self._by_form.setdefault(form.casefold(), NameToWrite(forms, written))
        spaced = [f for f in self._by_form if not any(map(spaceless, f))]
        dense = [f for f in self._by_form if any(map(spaceless, f))]
        words = "|".join(re.escape(f) for f in sorted(spaced, key=len, reverse=True))
        runs = "|".join(re.escape(f) for f in sorted(dense, key=len, reverse=True))
        parts = [*([rf"(?<!\w)(?:{words})(?!\w)"] if words else []), *([runs] if runs else [])]
        self._pattern = re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def __bool__(self) -> bool:
        return bool(self._by_form)

    def found(self, text: str) -> list[tuple[int, int, NameToWrite]]:
        """The names in `text` in order, each with its start and end."""
        if self._pattern is None:
            return []
        hits = (
            (match, self._by_form.get(match.group().casefold())) for match in self._pattern.finditer(text)
        )
        return [(m.start(), m.end(), name) for m, name in hits if name and self._is_name(text, m)]

    def hide(self, text: str, placeholder: str) -> Hidden:
        """`text` with `placeholder` (`XQ{}`) for each of its names; the same name has the same number."""
        result: list[str] = []
        names: list[tuple[str, ...]] = []
        done = 0
        for start, end, name in self.found(text):
            if name.written not in names:
                names.append(name.written)
            result += [text[done:start], placeholder.format(names.index(name.written) + 1)]
            done = end
        return Hidden("".join([*result, text[done:]]), tuple(names))

    def _is_name(self, text: str, match: re.Match[str]) -> bool:
        form = match.group()
        following = text[match.end() : match.end() + 1]
        if following and unicodedata.category(following)[0] == "M":
            return False  # the word goes on: `\w` has no vowel signs
        if not _cased(form):
            return True
        if not form[:1].isupper():
            return False
        before = text[: match.start()].rstrip(" \"'“‘«([-–")  # noqa: RUF001 - dashes that open direct speech
        loud = text.isupper() and len(text.split()) > 1  # there, capitals tell nothing
        opens = loud or not before or before[-1] in SENTENCE or before[-1] in ":："  # noqa: RUF001
        return not (opens and form.casefold() in self._lower)


def shown(text: str, hidden: Hidden, placeholder: str) -> tuple[str, int]:
    """The translation with the names in place of their placeholders, and how many names it has lost.

    Models space, fold and renumber such codes: `xq 1` and digits of other scripts count as `XQ1`.
    """
    lost = 0
    plain = "".join(str(unicodedata.digit(char)) if _foreign_digit(char) else char for char in text)
    for number, written in enumerate(hidden.names, 1):
        code = placeholder.format(number)
        loose = r"\s*".join(re.escape(char) for char in code)
        # One more digit would be another number; letters may follow as an ending.
        pieces = re.split(loose + r"(?!\d)", plain, flags=re.IGNORECASE)
        plain = written[0].join(pieces)
        lost += len(pieces) == 1
    return (plain if hidden.names else text), lost


def missing(text: str, names: Sequence[tuple[str, ...]]) -> int:
    """How many of the names are in `text` in none of their forms, regardless of accents, capitals and
    endings.
    """
    folded = fold(text)
    return sum(not any(_stands(fold(form), folded) for form in written) for written in names)


def _stands(form: str, text: str) -> bool:
    """Whether the name is in the text, also inflected: its last letters changed, and an ending added."""
    if form in text:
        return True
    stem = form[: max(2, len(form) - (1 if len(form) < 6 else 2))]
    return re.search(rf"(?<!\w){re.escape(stem)}\w{{0,{NAME_FORMS.ending}}}(?!\w)", text) is not None


def fold(text: str) -> str:
    """`text` in lower case; letters of alphabets without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not 0x300 <= ord(char) <= 0x36F)


def _fits(form: str, target: str) -> bool:
    return scripts.share_written_in(form, target)[0] > NAME_FORMS.in_script


def _cased(text: str) -> bool:
    return text.lower() != text.upper()


def _foreign_digit(char: str) -> bool:
    return char.isdigit() and not char.isascii() and unicodedata.digit(char, None) is not None
