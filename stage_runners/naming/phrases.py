"""Finds introductions and calls by name in sentences of several languages.

The phrases (`introductions`) are everyday ones ("my name is", "je m'appelle"). `clear` ones announce a name.
`plain` ones ("I'm ...") have many other uses, and count only before an expected name. Both count only if the
clause is nothing but an introduction: a false name costs a viewer more than a missing one.
"""

# ruff: noqa: RUF001 - punctuation of other scripts
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from stage_runners.names.evidence import ordinary
from stage_runners.naming.introductions import LANGUAGES, Phrases
from stage_runners.naming.thresholds import EVIDENCE

BEFORE = (
    r"mr|mrs|ms|miss|dr|sir|madam|mister|doctor|captain|professor|herr|frau|fräulein|monsieur|madame|"
    r"mademoiselle|mme|señor|señora|señorita|sr|sra|don|doña|pan|pane|paní|slečno|श्री|श्रीमती|shri|shrimati"
)
"""Titles before a name. They are not part of it."""
AFTER = r"\s*(?:ji|जी|साहब|sahab|saab|bhai|भाई|さん|ちゃん|くん|君|様|さま|先生)"
"""Polite endings after a name."""
UNSPACED = frozenset({"ja", "zh", "th", "my", "lo", "km"})
_STOP = r"(?:[.!…。！।|]+\s*$|[.!…。！।|]+\s|$)"
_WORD = re.compile(
    r"[^\W\d_](?:[^\W_]|[\u0300-\u036f\u0900-\u0903\u093a-\u094f]|['’-](?=[^\W\d_]))*", re.UNICODE
)
_SAYING = r"[\"”’»]|(?:he|she|they|we|you|i)\s+(?:said|says|say|told|tells|thought|asked)\b"
_FILLERS = r"and|so|well|there|everybody|everyone|all|und|et|y|a|और|aur"
"""Words that may come before "I'm ..." besides a greeting."""


@dataclass(frozen=True)
class Introduction:
    """An introduction in a sentence: the `rest` from the start of the name, and whether the phrase is a clear
    one.
    """

    rest: str
    clear: bool


def greets(text: str, language: str) -> bool:
    """Whether a sentence is a greeting: "Hello.", "Oh, hi."."""
    phrases = LANGUAGES.get(language)
    greeting = phrases.greeting if phrases else ""
    return bool(greeting and re.match(rf"(?:oh,?\s+)?(?:{greeting})\b", text.strip(), re.IGNORECASE))


def introductions(text: str, language: str, *, greeted: bool = False) -> list[Introduction]:
    """The places in a sentence where its speaker may introduce himself; none in a question or a supposition.

    `greeted` means that the speaker has just greeted, and the other is about to give a name: "this is ..." is
    then an introduction, as on the telephone. The name is at the start of `rest`; `closed` and `opened` read
    it.
    """
    phrases, text = LANGUAGES.get(language), text.replace("’", "'")
    if phrases is None or text.rstrip().endswith(("?", "？")) or _all_capitals(text):
        return []
    found = []
    for kind, pattern in (
        ("clear", phrases.clear),
        ("plain", phrases.plain),
        ("presenting", phrases.presenting),
    ):
        if not pattern:
            continue
        for match in _before(pattern, language in UNSPACED).finditer(text):
            before = text[: match.start()]
            if _taken_back(before, phrases):
                continue
            rest = text[match.end() :].lstrip(" ,:")
            if (
                kind == "presenting"
                and not (greeted and not before)
                and not _of_oneself(before, rest, phrases)
            ):
                continue
            found.append(Introduction(rest, kind == "clear"))
    if phrases.clear_after:
        for match in re.finditer(
            rf"^(?:(?:{phrases.plain})\s*)?([^、。\sは]{{1,20}}?)(?:{phrases.clear_after})[。.!！]*$", text
        ):
            found.append(Introduction(match.group(1), clear=True))  # noqa: PERF401
    return found


def ends_well(rest: str, language: str, *, clear: bool) -> bool:
    """Whether the name ends the clause.

    After it comes the end of the sentence, a place ("in Texas"), or another introduction (", and this is
    ..."); in languages with the verb last, the verb and the end.
    """
    phrases = LANGUAGES[language]
    verb = phrases.named_after if clear else phrases.plain_after
    if verb and not (clear and phrases.clear_after and not rest):
        return bool(re.match(rf"\s*(?:{verb})\s*{_STOP}", rest, re.IGNORECASE))
    if re.match(rf"\s*{_STOP}", rest):
        return True
    if goes_on := re.match(r"\s*[,;–—]\s*(?P<more>.*)$", rest):
        return not re.match(rf"(?:{phrases.telling or '(?!)'})\b|{_SAYING}", goes_on["more"], re.IGNORECASE)
    there = phrases.where and re.match(rf"\s*(?:{phrases.where})", rest, re.IGNORECASE)
    calling = phrases.behind and re.match(rf"\s*,?\s*(?:{phrases.behind})\s*{_STOP}", rest)
    return bool(there or calling)


def opened(rest: str, language: str) -> str:
    """The name at the start of `rest` without a list of names; empty if there is none.

    It is up to three words, with a capital in scripts that have capitals, and without words of grammar.
    """
    if language in UNSPACED:
        match = re.match(r"([^\s、。はがをにです]{2,10})(?=です|だ|でございます|$)", rest)
        return match.group(1) if match and match.group(1) not in _stop_words(language) else ""
    phrases = LANGUAGES[language]
    words: list[str] = []
    at = 0
    for match in _WORD.finditer(rest):
        word = match.group()
        if rest[at : match.start()].strip(" ") or len(words) == EVIDENCE.name_words:
            break
        cased = word.lower() != word.upper()
        if (cased and not word[0].isupper() and language != "hi") or word.lower() in _stop_words(language):
            break
        if phrases.named_after and re.fullmatch(phrases.named_after, word, re.IGNORECASE):
            break
        if phrases.asking and re.fullmatch(phrases.asking, word, re.IGNORECASE):
            return ""
        words.append(word)
        at = match.end()
    if phrases.common and any(ordinary(word, language) for word in words):
        return ""
    return " ".join(words)


def closed(rest: str, surfaces: re.Pattern[str]) -> re.Match[str] | None:
    """The listed name at the start of `rest`; after a title only one listed with it, as "Mrs. Smith" is not
    Mr. Smith.
    """
    match = surfaces.match(rest)
    return match if match and _written_as_a_name(match["name"]) else None


def surfaces_of(forms: Sequence[str]) -> re.Pattern[str] | None:
    """A pattern for the written forms of names, the longest first, as whole words if the script has spaces;
    None for no form.
    """
    found = sorted({form.strip() for form in forms if form.strip()}, key=lambda form: (-len(form), form))
    if not found:
        return None
    parts = [re.escape(f) + (r"(?!\w)" if f.isascii() or _spaced(f) else "") for f in found]
    return re.compile(rf"(?P<name>{'|'.join(parts)})", re.IGNORECASE)


def called(text: str, language: str, surfaces: re.Pattern[str]) -> re.Match[str] | None:
    """The name in a call: at the start or end of a sentence before or after a comma, after a greeting, or
    alone.

    None without a name, or with several, which are a list and not a call.
    """
    phrases = LANGUAGES.get(language)
    if phrases is None:
        return None
    spoken = text.replace("’", "'").strip(" -–—\"“”«»„'")
    greeting = rf"(?:(?:{phrases.greetings})\s*[,、]?\s*)" if phrases.greetings else "(?!)"
    title = rf"(?:(?:{BEFORE})\.?\s+)?"
    name = rf"{title}{surfaces.pattern}(?:{AFTER})?"
    first = re.match(
        rf"{greeting}{{0,2}}{name}\s*(?P<mark>[,、،!?！？.…。।]|$)(?P<rest>.*)$", spoken, re.IGNORECASE
    )
    if first and _a_call(first["name"], phrases, language) and not _tells(first["rest"], phrases, surfaces):
        return first
    last = re.search(
        rf"(?P<rest>.*?)(?:[,、،]|^{greeting}{{1,2}})\s*{name}\s*[.!?…。！？।]*$", spoken, re.IGNORECASE
    )
    listed = bool(last and re.search(r"\s[A-Z]\w*$", last["rest"]))
    if last and not listed and _a_call(last["name"], phrases, language) and not surfaces.search(last["rest"]):
        return last
    return None


def _a_call(name: str, phrases: Phrases, language: str) -> bool:
    """Whether a form can be a call: not a word of grammar or a greeting ("No.", "Oh, yes."), even if it is a
    name.
    """
    grammar = name.casefold() in _stop_words(language)
    greets = bool(phrases.greetings and re.fullmatch(phrases.greetings, name, re.IGNORECASE))
    return _written_as_a_name(name) and not grammar and not greets


def _tells(rest: str, phrases: Phrases, surfaces: re.Pattern[str]) -> bool:
    """Whether the text after "Raj," names more people, or is about Raj."""
    rest = rest.strip()
    if surfaces.match(rest) or re.fullmatch(r"\w+(?:,\s*\w+)+[.!]*", rest):
        return True
    return bool(phrases.telling and re.match(rf"(?:{phrases.telling})\b", rest, re.IGNORECASE))


@cache
def _before(pattern: str, unspaced: bool) -> re.Pattern[str]:
    return re.compile(pattern if unspaced else rf"(?<![\w'’])(?:{pattern})(?=\s)", re.IGNORECASE)


def _taken_back(before: str, phrases: Phrases) -> bool:
    """Whether more than greetings and fillers come before the phrase, such as "he says I'm ..."."""
    word = rf"(?:{phrases.greetings}|{phrases.greeting or '(?!)'}|{_FILLERS})"
    return not re.fullmatch(rf"\s*(?:{word}(?:[\s,.!…、。।—–-]+|$))*", before, re.IGNORECASE)


def _of_oneself(before: str, rest: str, phrases: Phrases) -> bool:
    greeted = bool(
        phrases.greeting
        and re.search(rf"(?:^|[\s,.!])(?:{phrases.greeting})[,.!]*\s*$", before, re.IGNORECASE)
    )
    words = rest.split()[1 : EVIDENCE.name_words + 1]
    return (
        greeted
        or bool(re.match(r"[A-Z]\w*(?: [A-Z]\w*)? in [A-Z]", rest))
        or any(re.fullmatch(rf"(?:{phrases.behind})[.,!]*", word, re.IGNORECASE) for word in words)
    )


def _written_as_a_name(found: str) -> bool:
    """Whether a name has a capital, if its script has any: "I'm happy" is not Happy."""
    return not found[0].islower()


def _spaced(form: str) -> bool:
    """Whether the form is in a script with spaces between words."""
    return not any("\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for c in form)


def _all_capitals(text: str) -> bool:
    """Whether capitals tell nothing in a text."""
    return text.isupper() and text != text.lower() and len(text.split()) > 1


@cache
def _stop_words(language: str) -> frozenset[str]:
    """The language's words of grammar, by spaCy's list of stop words."""
    from importlib import import_module

    try:
        return frozenset(import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS)
    except ImportError:
        return frozenset()
