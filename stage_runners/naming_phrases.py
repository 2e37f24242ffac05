"""How people say who they are, and call one another by name, in the languages that are read here.

The phrases are those of everyday grammar ("my name is", "je m'appelle"), a few a language; a language without an entry gives no
evidence. `CLEAR` phrases announce a name whatever follows them; `PLAIN` ones ("I'm ...") are said of much else, and count only where
what follows is known to be a name.
"""

# ruff: noqa: RUF001 - punctuation of other scripts
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """A language's ways to say a name, as regular expressions without regard to case.

    `clear` and `plain` stand before the name, `clear_after` and `plain_after` behind it. `presenting` stands before the name too
    ("this is"), but presents anybody: it counts with `behind` it ("this is Diane in", "... speaking") or a `greeting` before it. `greetings` stand
    before a name without a comma; `supposing` takes a sentence back ("if I'm ..."), and what begins with one of `telling` behind
    "Raj," tells of him ("Raj, who ...").
    """

    clear: str = ""
    plain: str = ""
    clear_after: str = ""
    plain_after: str = ""
    presenting: str = ""
    behind: str = ""
    greeting: str = ""
    greetings: str = ""
    supposing: str = ""
    telling: str = ""


LANGUAGES: Mapping[str, Phrases] = {
    "en": Phrases(
        clear=r"my name is|my name's|the name is|the name's",
        plain=r"i am|i'm|it's me",
        presenting=r"this is",
        greeting=r"hello|hi|good morning|good afternoon|good evening",
        behind=r"in|from|at|with|speaking|calling|reporting|here",
        greetings=r"hey|hi|hello|oh|ah|no|yes|well|okay|ok|please|sorry|thanks|thank you|thank you so much|thank you very much|bye|goodbye|"
        r"good morning|good evening|good night|good afternoon|come on|dear|my dear",
        supposing=r"if|as if|like|that|unless",
        telling=r"who|whom|whose|which|my|his|her|our|their|your|the|a|an|and|or",
    ),
    "de": Phrases(
        clear=r"mein name ist|ich heiße|ich heisse|hier spricht",
        plain=r"ich bin|hier ist",
        greetings=r"hallo|hey|hi|ach|oh|nein|ja|na|also|bitte|danke|danke schön|vielen dank|tschüss|guten morgen|guten tag|guten abend|gute nacht|"
        r"liebe|lieber|komm",
        supposing=r"wenn|ob|als|dass",
        telling=r"der|die|das|den|dem|dessen|deren|mein|meine|sein|seine|ihr|ihre|unser|unsere|und|oder",
    ),
    "fr": Phrases(
        clear=r"je m'appelle|mon nom est|mon nom c'est",
        plain=r"je suis|moi c'est|ici",
        greetings=r"bonjour|bonsoir|salut|merci|merci beaucoup|au revoir|oh|ah|non|oui|bon|allô|s'il te plaît|s'il vous plaît|cher|chère|mon cher|ma chère",
        supposing=r"si|que|comme",
        telling=r"qui|que|dont|mon|ma|son|sa|notre|leur|le|la|l'\w+|un|une|et|ou",
    ),
    "es": Phrases(
        clear=r"me llamo|mi nombre es",
        plain=r"yo soy|soy",
        greetings=r"hola|oye|oiga|gracias|muchas gracias|adiós|ay|oh|no|sí|bueno|buenos días|buenas tardes|buenas noches|por favor|querido|querida",
        supposing=r"si|que|como",
        telling=r"que|quien|cuyo|mi|su|nuestro|nuestra|el|la|un|una|y|o",
    ),
    "cs": Phrases(
        clear=r"jmenuji se|jmenuju se|moje jméno je|mé jméno je",
        plain=r"já jsem|jsem|tady je|u telefonu",
        greetings=r"ahoj|čau|nazdar|dobrý den|dobré ráno|dobrý večer|dobrou noc|děkuji|děkuju|díky|prosím|ne|ano|jo|no|ach|hej|milý|milá",
        supposing=r"jestli|kdyby|když|že|jako",
        telling=r"který|která|jehož|můj|moje|jeho|její|náš|naše|a|nebo",
    ),
    "hi": Phrases(
        clear=r"मेरा नाम|mera naam",
        plain=r"मैं|main",
        plain_after=r"हूँ|हूं|hoon|hun",
        greetings=r"अरे|ओ|हाँ|हां|नहीं|नमस्ते|नमस्कार|धन्यवाद|शुक्रिया|सुनो|प्लीज़|हैलो|arre|are|namaste|shukriya|dhanyavaad|suno|haan|nahin|hello|hi",
        supposing=r"अगर|यदि|agar|yadi",
        telling=r"जो|जिस|मेरा|मेरी|उसका|उसकी|हमारा|हमारी|और|या|jo|mera|meri|aur|ya",
    ),
    "ja": Phrases(
        clear=r"私の名前は|わたしの名前は|僕の名前は|ぼくの名前は|俺の名前は|名前は",
        clear_after=r"と申します|と言います|といいます",
        plain=r"私は|わたしは|僕は|ぼくは|俺は|あたしは",
        plain_after=r"です|だ|だよ|よ",
        greetings=r"ねえ|ねぇ|おい|あの|ああ|はい|いいえ|うん|こんにちは|おはよう|おはようございます|ありがとう|ありがとうございます|さようなら",
        supposing=r"もし",
    ),
}  # fmt: skip

BEFORE = (
    r"mr|mrs|ms|miss|dr|sir|madam|mister|doctor|captain|professor|herr|frau|fräulein|monsieur|madame|mademoiselle|mme|"
    r"señor|señora|señorita|sr|sra|don|doña|pan|pane|paní|slečno|श्री|श्रीमती|shri|shrimati"
)
"""Titles before a name. They are no part of it."""
AFTER = r"\s*(?:ji|जी|साहब|sahab|saab|bhai|भाई|さん|ちゃん|くん|君|様|さま|先生)"
"""What politeness puts behind a name."""
UNSPACED = frozenset({"ja", "zh", "th", "my", "lo", "km"})
_END = r"[\s.,!?;:…。、！？।|\"'”’»)]"
_WORD = re.compile(
    r"[^\W\d_](?:[^\W_]|[\u0300-\u036f\u0900-\u0903\u093a-\u094f]|['’-](?=[^\W\d_]))*", re.UNICODE
)
_LONGEST = 3
"""Words of a name at most."""


@dataclass(frozen=True)
class Introduction:
    """A sentence says its speaker's name: the `rest` of the sentence from where the name begins, and whether the phrase is a clear one."""

    rest: str
    clear: bool


def greets(text: str, language: str) -> bool:
    """Whether a sentence is a greeting: "Hello.", "Oh, hi."."""
    phrases = LANGUAGES.get(language)
    greeting = phrases.greeting if phrases else ""
    return bool(greeting and re.match(rf"(?:oh,?\s+)?(?:{greeting})\b", text.strip(), re.IGNORECASE))


def introductions(text: str, language: str, *, greeted: bool = False) -> list[Introduction]:
    """The places in a sentence where its speaker may say who he is; nothing in a question or a supposition.

    `greeted` says that he has just greeted, and is about to be told the other's name: "this is ..." is then about himself, as on the
    telephone.
    The name stands at the start of `rest`; see `closed` and `opened` for how it is read there.
    """
    phrases, text = LANGUAGES.get(language), text.replace("’", "'")
    if phrases is None or text.rstrip().endswith(("?", "？")):
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
        for match in re.finditer(rf"(?:^|[、。\sは])([^、。\sは]{{1,20}}?)(?:{phrases.clear_after})", text):
            found.append(Introduction(match.group(1), clear=True))  # noqa: PERF401
    return found


def ends_well(rest: str, language: str, *, clear: bool) -> bool:
    """Whether what follows a name lets it be one: no possessive ("I'm Raj's brother"), and in languages with the verb last, the verb."""
    if re.match(r"'[sS]\b|-\w|'\w", rest):
        return False
    phrases = LANGUAGES[language]
    if phrases.plain_after and not clear:
        return bool(re.match(rf"\s*(?:{phrases.plain_after})(?:{_END}|$)", rest, re.IGNORECASE))
    return True


def opened(rest: str, language: str) -> str:
    """The name at the start of `rest` where no list of names is known: up to three words with a capital, in scripts that have capitals,
    none of them a word of grammar. Empty where there is none.
    """
    rest = re.sub(rf"^(?:(?:{BEFORE})\.?\s+)+", "", rest, flags=re.IGNORECASE)
    if language in UNSPACED:
        match = re.match(r"([^\s、。はがをにです]{2,10})(?:です|だ|$|。|、)", rest)
        return match.group(1) if match and match.group(1) not in _stop_words(language) else ""
    words: list[str] = []
    at = 0
    for match in _WORD.finditer(rest):
        word = match.group()
        if rest[at : match.start()].strip(" ") or len(words) == _LONGEST:
            break
        cased = word.lower() != word.upper()
        if (cased and not word[0].isupper()) or word.lower() in _stop_words(language):
            break
        words.append(word)
        at = match.end()
    if language == "hi" and not re.match(r"\s*(?:है|हैं|hai)\b|\s*[।.,!]|\s*$", rest[at:]):
        return ""
    return " ".join(words)


def closed(rest: str, surfaces: re.Pattern[str]) -> re.Match[str] | None:
    """The known name at the start of `rest`, titles before it aside."""
    bare = re.sub(rf"^(?:(?:{BEFORE})\.?\s+)+", "", rest, flags=re.IGNORECASE)
    match = surfaces.match(bare)
    return match if match and _written_as_a_name(match["name"]) else None


def surfaces_of(forms: Sequence[str]) -> re.Pattern[str] | None:
    """A pattern for any of the written forms of names, the longest first, as whole words where the script has words; None for no form."""
    found = sorted({form.strip() for form in forms if form.strip()}, key=lambda form: (-len(form), form))
    if not found:
        return None
    parts = [re.escape(f) + (r"(?!\w)" if f.isascii() or _spaced(f) else "") for f in found]
    return re.compile(rf"(?P<name>{'|'.join(parts)})", re.IGNORECASE)


def called(text: str, language: str, surfaces: re.Pattern[str]) -> re.Match[str] | None:
    """The name by which a sentence calls somebody: at its start or end and set off by a comma, after a greeting, or alone.

    None where there is none, or several are named, which is a list and no call.
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
    if first and _written_as_a_name(first["name"]) and not _tells(first["rest"], phrases, surfaces):
        return first
    last = re.search(
        rf"(?P<rest>.*?)(?:[,、،]|^{greeting}{{1,2}})\s*{name}\s*[.!?…。！？।]*$", spoken, re.IGNORECASE
    )
    if last and _written_as_a_name(last["name"]) and not surfaces.search(last["rest"]):
        return last
    return None


def _tells(rest: str, phrases: Phrases, surfaces: re.Pattern[str]) -> bool:
    """Whether what follows "Raj," names more people, or tells of him."""
    rest = rest.strip()
    if surfaces.match(rest):
        return True
    return bool(phrases.telling and re.match(rf"(?:{phrases.telling})\b", rest, re.IGNORECASE))


@cache
def _before(pattern: str, unspaced: bool) -> re.Pattern[str]:
    return re.compile(pattern if unspaced else rf"(?<![\w'’])(?:{pattern})(?=\s)", re.IGNORECASE)


def _taken_back(before: str, phrases: Phrases) -> bool:
    """Whether the words before the phrase make it somebody else's or a supposition: more than two since the last comma, or `supposing`."""
    clause = re.split(r"[,;:.!?…、。！？।—–-]\s*", before)[-1].strip()
    if phrases.supposing and re.search(rf"(?:^|\s)(?:{phrases.supposing})$", clause, re.IGNORECASE):
        return True
    return len(clause.split()) > 2


def _of_oneself(before: str, rest: str, phrases: Phrases) -> bool:
    greeted = bool(
        phrases.greeting
        and re.search(rf"(?:^|[\s,.!])(?:{phrases.greeting})[,.!]*\s*$", before, re.IGNORECASE)
    )
    words = rest.split()[1 : _LONGEST + 1]
    return greeted or any(re.fullmatch(rf"(?:{phrases.behind})[.,!]*", word, re.IGNORECASE) for word in words)


def _written_as_a_name(found: str) -> bool:
    """Whether a name is written with a capital, where its script has any: "I'm happy" is not Happy."""
    return not found[0].islower()


def _spaced(form: str) -> bool:
    """Whether the form is of a script that puts blanks between words."""
    return not any("\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for c in form)


@cache
def _stop_words(language: str) -> frozenset[str]:
    """What spaCy lists as the language's words of grammar."""
    from importlib import import_module

    try:
        return frozenset(import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS)
    except ImportError:
        return frozenset()
