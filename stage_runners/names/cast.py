"""A name's parts: given and family name, honorific, nickname; and the forms in which it is spoken and
written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_HONORIFICS_TEXT = (
    "mr mrs ms miss mister madam madame dr doctor prof professor sir dame lord lady king queen "
    "prince princess emperor count countess duke duchess baron baroness captain capt colonel col "
    "general gen major lieutenant lt sergeant sgt corporal private admiral commander officer "
    "detective inspector constable sheriff marshal agent president senator governor judge justice "
    "father mother brother sister uncle aunt auntie grandpa grandma reverend rev pastor saint master "
    "herr frau fräulein monsieur mme mlle m señor señora señorita don doña signor signora pan paní "
    "shri sri smt shrimati kumari pandit pt ustad baba swami thakur acp dcp dsp"
)
_HONORIFICS = frozenset(_HONORIFICS_TEXT.split())
"""Words before a name that are not part of it, in the languages of most films."""
_BEHIND_TEXT = "jr sr junior senior ii iii iv ji bhai sahab saheb sahib didi san sama kun chan sensei"
_BEHIND = frozenset(_BEHIND_TEXT.split())
_PARTICLES_TEXT = "van von der den de del della di da du la le al el bin ibn ben st mac o"
_PARTICLES = frozenset(_PARTICLES_TEXT.split())
_QUOTED = re.compile(r"[\"“”„«»'‘’]([^\"“”„«»]{2,30}?)[\"“”«»'‘’](?=\s|$)|\(([^)]{2,30})\)")  # noqa: RUF001
_WORD = re.compile(r"[^\s,;/]+")


class Part(NamedTuple):
    """A term of a name and what it is: given, family, or full."""

    term: str
    kind: str


def parts(name: str) -> tuple[list[Part], list[str]]:
    """The terms of a character's name, given name first, and its honorifics: `Dr. Aditi "Addy" Rao` has
    Aditi, Rao and Addy.

    A single word after an honorific counts as a family name, any other as a given name. There are no terms if
    no part is a name (`Dr.`, `Man #2`).
    """
    nicknames = [first or second for first, second in _QUOTED.findall(name)]
    plain = _QUOTED.sub(" ", name)
    words = _WORD.findall(plain)
    honorifics: list[str] = []
    while words and _is(words[0], _HONORIFICS):
        honorifics.append(words.pop(0))
    while len(words) > 1 and _is(words[-1], _BEHIND):
        words.pop()
    if words and (words[0].casefold() == "the" or "#" in plain):
        words = []
    words = [word for word in words if not any(char.isdigit() for char in word)]
    found: list[Part] = []
    if len(words) == 1:
        found.append(Part(_bare(words[0]), "family" if honorifics else "given"))
    elif words:
        at = len(words) - 1
        while at > 1 and words[at - 1].casefold() in _PARTICLES:
            at -= 1
        family = " ".join(words[at:])
        given = words[0] if len(_bare(words[0])) > 1 else ""
        if given and given.casefold() not in _PARTICLES:
            found.append(Part(_bare(given), "given"))
        found.append(Part(_bare(family), "family"))
        found.append(Part(" ".join(words), "full"))
    found.extend(Part(_bare(nick), "given") for nick in nicknames if not _is(nick, _HONORIFICS))
    kept = {part.term.casefold(): part for part in reversed(found) if _a_name(part.term)}
    return [part for part in dict.fromkeys(found) if kept.get(part.term.casefold()) == part], honorifics


def written(term: str, honorifics: Sequence[str] = ()) -> list[str]:
    """Other spellings of a term: without accents, hyphens, spaces and dots, and after its honorific."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", term) if not unicodedata.combining(c))
    latin = all(ord(char) < 0x250 for char in term)  # in other scripts an accent is part of a letter
    forms = [plain] if latin else []
    base = plain if latin else term
    forms += [base.replace("-", " "), re.sub(r"[-\s]", "", base), re.sub(r"[.’']", "", base)]  # noqa: RUF001
    forms += [f"{word} {term}" for word in honorifics]
    return [form for form in dict.fromkeys(forms) if form and form != term]


def _is(word: str, known: frozenset[str]) -> bool:
    return word.casefold().rstrip(".") in known


def _bare(word: str) -> str:
    return word.strip(" .,;:!?\"'“”‘’()")  # noqa: RUF001


def _a_name(term: str) -> bool:
    """At least two letters, and not all lower case if the script has capitals."""
    letters = [char for char in term if char.isalpha()]
    # a script without capitals may spell a name in one sign: 芳
    least = 2 if letters and letters[0].upper() != letters[0].lower() else 1
    return len(letters) >= least and not term.islower()
