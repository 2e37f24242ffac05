"""The cost of a line break in a language without spaces, by the words of its text.

BudouX (Google) divides Japanese into phrases with their particles, and Thai into words; jieba's dictionary
divides Chinese. BudouX's Chinese models are not used, because they split words: docs/decisions/ has examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate

from stage_runners.phrases.thresholds import BREAK_COSTS, WORD_COSTS
from stage_runners.text import han
from stage_runners.text.grammar import script

LANGUAGES = frozenset({"ja", "th", "yue", "zh"})
_BOUND = frozenset(
    "的了着著过過吗嗎吧呢啊呀嘛啦们們地得"  # particles
    "里裡裏上下中内內外后後前间間时時"  # of place and time
    "集率性者员員家度量器机機式型类類化费費法学學界版件"  # suffixes: the dictionary lacks many compounds
)
"""Words of one letter that belong to the word before them."""
_LEADING = frozenset("不没沒很太更最已再又也都就才还還第每这這那在把被给給对對从從向和与與跟或比让讓使")
"""Adverbs, determiners, prepositions and conjunctions of one letter, which belong to the word after them."""
_NUMBER = re.compile(r"[0-9\uff10-\uff19一二三四五六七八九十百千万萬亿億两兩几幾]+$")
"""A number, which belongs to the measure word after it."""
_KANA_RUN = frozenset({"katakana"})


def costs(text: str, starts: Sequence[int], language: str) -> list[float]:
    """The cost of a break before each character index in `starts`."""
    found = dict(_boundaries(text, language))
    return [
        _inside(text, start) if start and start not in found else found.get(start, 0.0) for start in starts
    ]


def _boundaries(text: str, language: str) -> Iterator[tuple[int, float]]:
    """The places between words, each with the cost of a break there."""
    words = _words(text, language)
    places = list(accumulate(map(len, words)))[:-1]
    for place, before, after in zip(places, words[:-1], words[1:], strict=True):
        if language == "th" and (before[-1:] == " " or after[:1] == " "):
            yield place, BREAK_COSTS.punctuation
        elif language in han.CHINESE and (after in _BOUND or before in _LEADING or _NUMBER.match(before)):
            yield place, WORD_COSTS.particle
        else:
            yield place, WORD_COSTS.phrase if language == "ja" else WORD_COSTS.word


def _words(text: str, language: str) -> list[str]:
    if language in han.CHINESE:
        return _cut(text, _chinese())
    if language == "ja":
        return list(_japanese()(text))
    return list(_thai()(text))


def _cut(text: str, divide: Callable[[str], Sequence[str]]) -> list[str]:
    """The words of Chinese text; the dictionary's are simplified."""
    words, place = [], 0
    for word in divide(han.simplified(text)):
        words.append(text[place : place + len(word)])
        place += len(word)
    return words


def _inside(text: str, place: int) -> float:
    """The cost inside a word or phrase: a run of katakana is one word."""
    run = {script(text[place - 1]), script(text[place])} == _KANA_RUN
    return WORD_COSTS.katakana if run else WORD_COSTS.inside


@cache
def _chinese() -> Callable[[str], Sequence[str]]:
    import rjieba

    divide: Callable[[str], Sequence[str]] = rjieba.cut
    return divide


@cache
def _japanese() -> Callable[[str], Sequence[str]]:
    import budoux

    divide: Callable[[str], Sequence[str]] = budoux.load_default_japanese_parser().parse
    return divide


@cache
def _thai() -> Callable[[str], Sequence[str]]:
    import budoux

    divide: Callable[[str], Sequence[str]] = budoux.load_default_thai_parser().parse
    return divide
