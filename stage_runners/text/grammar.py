"""Facts about languages: small words, ends of sentences, scripts without spaces.

The word lists are closed classes of each language's grammar: `bound` words belong to the next word (articles,
determiners, possessives), `joints` are conjunctions and prepositions, before which a line may well end.
"""
# ruff: noqa: RUF001 - punctuation of many scripts looks alike

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SENTENCE = frozenset(".?!…。？！।॥؟।۔።᙮\u0589\u037e\u203c\u2047\u2048\u2049\uff61")
CLAUSE = frozenset(",;:—–、，；：،؛")
CLOSING = "\"'”’»›)]}」』）】〉》〗"
NEVER_FIRST = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー）］｝」』】〉》〕〗〙’”…‥ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ％%,.!?:;)]}»›｡､｣"
)
"""Characters that no line begins with (JIS X 4051, and Latin punctuation)."""
NEVER_LAST = frozenset("（［｛「『【〈《〔〖〘‘“([{«‹¿¡￥＄#＃｢")
"""Characters that no line ends with."""
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st jr sr vs e.g i.e fig bzw z.b d.h nr hr fr mme mlle m sra srta tj např".split()  # noqa: SIM905
)


_BEFORE_NUMBERS = frozenset(
    "no nos nr vol ch p pp jan feb mar apr jun jul aug sep sept oct okt nov dec dez".split()  # noqa: SIM905
)
"""Abbreviations before a number: `Jan. 5`, `No. 7`. Without one, some of them are words."""
_ORDINAL = re.compile(r"\d{1,2}\.")
_NO_NOUNS = frozenset(
    "ich du er sie es wir ihr man was wer wo wann warum wie ja nein doch jetzt dann da dort so".split()  # noqa: SIM905
)
"""German words that begin a sentence, and follow no ordinal number; more of them are in its grammar."""


@dataclass(frozen=True)
class Grammar:
    """Small words of a language, lower case."""

    bound: frozenset[str] = frozenset()
    joints: frozenset[str] = frozenset()


def _grammar(bound: str, joints: str) -> Grammar:
    return Grammar(frozenset(bound.split()), frozenset(joints.split()))


_GRAMMARS = {
    "en": _grammar(
        "a an the my your his her its our their this that these those some any no every each not very",
        "and or but so because although though if when while where who which that than as of to in on at by "
        "for from with without into onto over under about after before between through during against until "
        "since behind beside beneath beyond near around along across above below inside outside off out "
        "upon within like",
    ),
    "de": _grammar(
        "der die das den dem des ein eine einen einem einer eines mein dein sein ihr unser kein keine nicht "
        "sehr",
        "und oder aber sondern denn weil dass ob wenn als wie während obwohl damit in an auf aus bei mit "
        "nach von zu zum zur im am für durch ohne um gegen über unter vor hinter zwischen seit bis",
    ),
    "fr": _grammar(
        "le la les l' un une des du au aux mon ton son ma ta sa mes tes ses notre votre nos vos leur leurs "
        "ce cet cette ces ne très je tu il elle on nous vous ils elles",
        "et ou mais donc car que qui dont où si quand comme parce lorsque puisque de d' à en dans sur sous "
        "par pour avec sans chez vers entre depuis pendant",
    ),
    "es": _grammar(
        "el la los las un una unos unas mi tu su mis tus sus nuestro nuestra este esta ese esa no muy lo al "
        "del",
        "y e o u pero sino que quien donde cuando como porque si aunque mientras de a en con sin por para "
        "sobre entre hasta desde hacia según tras",
    ),
    "it": _grammar(
        "il lo la i gli le un uno una mio tuo suo nostro vostro loro questo questa quel quella non molto",
        "e o ma però perché che chi dove quando come se mentre di a da in con su per tra fra del della al "
        "alla nel",
    ),
    "pt": _grammar(
        "o a os as um uma uns umas meu teu seu nosso este esta esse essa não muito",
        "e ou mas porque que quem onde quando como se embora de em com sem por para sobre entre até desde "
        "do da no na",
    ),
    "nl": _grammar(
        "de het een mijn jouw zijn haar ons onze hun dit dat deze die geen niet heel",
        "en of maar want omdat dat als toen terwijl hoewel in op aan bij met naar van uit voor door over "
        "onder tot",
    ),
    "cs": _grammar(
        "můj tvůj jeho její náš váš jejich ten ta to tento tato ne",
        "a i ale nebo anebo že protože když kde kdo který jak aby než jestli v ve na do z ze s se k ke o u "
        "po pro při před za nad pod mezi od bez",
    ),
    "hi": _grammar("एक यह वह इस उस मेरा मेरी आपका", "और या लेकिन क्योंकि कि अगर जब तो"),
}
_NO_GRAMMAR = Grammar()


def grammar(language: str) -> Grammar:
    """Small words of `language` (ISO 639-1); empty for other languages."""
    return _GRAMMARS.get(language, _NO_GRAMMAR)


def bare(text: str) -> str:
    """The word without punctuation around it, lower case."""
    return text.strip("\"'“”‘«»()[]{}.,;:?!…¿¡-–—").lower()


def ending(text: str, following: str = "", language: str = "") -> str:
    """What ends after the word `text` before `following`: `sentence`, `clause` or an empty string.

    `language` (ISO 639-1) tells a Greek question (`;`) from a clause, and a German ordinal number (`3.
    Oktober`) or an initial (`I. Kant`) from the end of a sentence: in English, and where the language is not
    known, `I.` is the pronoun.
    """
    stripped = text.rstrip(CLOSING)
    last = stripped[-1:]
    if language and _goes_on(stripped, following, language):
        return ""
    if last == ";" and language == "el":
        return "sentence"
    if last == ".":
        word = stripped.lower().strip("\"'“(.")
        pronoun = word == "i" and language in {"", "en"}
        initial = len(word) == 1 and stripped[-2:-1].isupper() and not pronoun
        if word in _ABBREVIATIONS or initial or following[:1].islower():
            return ""
    if last in SENTENCE:
        return "sentence"
    return "clause" if last in CLAUSE else ""


def _goes_on(word: str, following: str, language: str) -> bool:
    """Whether a full stop belongs to a number: to an abbreviation before one, or to an ordinal one."""
    if not word.endswith("."):
        return False
    if following[:1].isdigit():
        return bare(word) in _BEFORE_NUMBERS
    # Other languages that write ordinals so have no capitals after them but those of names.
    if language != "de" or not _ORDINAL.fullmatch(word):
        return False
    after, small = bare(following), grammar("de")
    return following[:1].isupper() and after not in _NO_NOUNS | small.bound | small.joints


def spaceless(char: str) -> bool:
    """Whether `char` belongs to a script written without spaces between words."""
    code = ord(char)
    return (
        0x0E00 <= code <= 0x0EFF  # Thai, Lao
        or 0x1000 <= code <= 0x109F  # Burmese
        or 0x1780 <= code <= 0x17FF  # Khmer
        or 0x3000 <= code <= 0x30FF  # CJK punctuation, kana
        or 0x3400 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


def script(char: str) -> str:
    """`hiragana`, `katakana`, `kanji`, or `other`."""
    code = ord(char)
    if 0x3041 <= code <= 0x309F:
        return "hiragana"
    if 0x30A0 <= code <= 0x30FF:
        return "katakana"
    return "kanji" if 0x3400 <= code <= 0x9FFF else "other"


def clings(char: str) -> bool:
    """Whether `char` is a mark on the character before it, and so never comes first."""
    return unicodedata.category(char)[0] == "M" or char in "\u200d\u200c"


def characters(text: str) -> list[str]:
    """Characters of a script without spaces, marks kept on theirs; runs of other scripts stay whole."""
    result: list[str] = []
    for char in text:
        joined = result and (clings(char) or (not spaceless(char) and not spaceless(result[-1][-1])))
        if joined:
            result[-1] += char
        else:
            result.append(char)
    return result
