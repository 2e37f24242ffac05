"""The question to a language model that translates a film, and how its answers are read.

Lines go as JSON with numbers, so that an answer shows if it omits one, joins two or adds a remark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stage_runners.text import regions, scripts
from stage_runners.translation import json_answers
from stage_runners.translation.terms import Term
from stage_runners.translation.translator import Line

_NUMBERED = re.compile(r"^[\"\[(]?(\d{1,6})[\"\])]?\s*[.:)\-]\s+(.+)$", re.MULTILINE)
"""A numbered line of a text whose lines have no blanks around them. The server may be hostile: no search
takes more than linear time."""
_LONGEST = 10_000
"""Characters of a translation; nobody says as much in one sentence."""


class Known(NamedTuple):
    """What a question says about the film: its title, a summary, the terms that its lines need, and what
    existing subtitles say at that time, in `language` (empty if unknown).
    """

    title: str = ""
    summary: str = ""
    terms: Sequence[Term] = ()
    existing: Sequence[str] = ()
    language: str = ""


def messages(
    lines: Sequence[Line], before: Sequence[tuple[Line, str]], target: str, known: Known
) -> list[dict[str, str]]:
    """The question for the translation of `lines`, numbered from 1, into `target`, a tag such as `pt-BR`;
    `before` are earlier lines with their translations.
    """
    source = " and ".join(sorted({scripts.name(line.language) for line in lines}))
    wanted, title = regions.described(target), known.title
    rules = [
        (
            f"You translate the dialogue of {f'the film {title!r}' if title else 'a film'} from {source} to "
            f"{wanted}, for subtitles."
        ),
        (
            f"Write natural spoken {wanted}, as short as the original. Keep tone, tense, gender and forms of "
            "address consistent."
        ),
        'Answer with a JSON object and nothing else: {"lines": [{"n": 1, "text": "..."}]}.',
        (
            "Give one object for every line, with its number. Join no lines, leave none out, add no remarks "
            "and no speaker's name."
        ),
        "`names` are to be written exactly so (with the endings that the language wants).",
    ]
    question: dict[str, object] = {}
    if known.summary:
        question["film"] = known.summary
        rules.append("`film` is what it is about: use it to understand the lines.")
    if known.terms:
        question["terms"] = [described(term) for term in known.terms]
        rules.append(
            "`terms` are to be translated as given there, with the endings that the language wants. A term "
            "`A > B` is how A addresses B."
        )
    if known.existing:
        question["subtitles"] = list(known.existing)
        of = f" in {scripts.name(known.language)}" if known.language else ""
        rules.append(
            f"`subtitles` are existing ones{of} of about the same time, by somebody else. They shorten, and "
            "may be wrong: understand the lines by them, and translate what the lines say."
        )
    if before:
        question["context"] = [_described(line, translated=text) for line, text in before]
        rules.append("`context` is what was said before: read it, do not translate it.")
    if names := list(dict.fromkeys(name for line in lines for name in line.names)):
        question["names"] = names
    question["lines"] = [{"n": k, **_described(line)} for k, line in enumerate(lines, 1)]
    if any(line.fault for line in lines):
        rules.append("`problem` says what was wrong with your last translation of a line: avoid it.")
    return [
        {"role": "system", "content": "\n".join(rules)},
        {"role": "user", "content": json.dumps(question, ensure_ascii=False)},
    ]


def described(term: Term) -> dict[str, str]:
    """A term as a question holds it."""
    parts = {"source": term.source, "target": term.target, "note": term.note}
    return {name: value for name, value in parts.items() if value}


def _described(line: Line, translated: str = "") -> dict[str, str]:
    parts = {"speaker": line.speaker, "text": line.text, "translation": translated, "problem": line.fault}
    return {name: value for name, value in parts.items() if value}


def parsed(answer: str, count: int) -> list[str | None]:
    """The texts of lines 1..`count` in a model's answer; None for a line without one."""
    text = json_answers.without_thoughts(answer)
    by_number = _from_json(json_answers.value_in(text), count)
    if not by_number:
        bare = "\n".join(filter(None, map(str.strip, text.split("\n"))))
        by_number = {int(number): line for number, line in _NUMBERED.findall(bare)}
    found = [by_number.get(number) or "" for number in range(1, count + 1)]
    return [json_answers.writable(line) if 0 < len(line) <= _LONGEST else None for line in found]


def _from_json(value: object, count: int) -> dict[int, str]:
    """The texts by number, in any of the forms that models give them."""
    if isinstance(value, Mapping):
        lists = [item for item in value.values() if isinstance(item, list)]
        if len(lists) == 1:
            return _from_json(lists[0], count)
        pairs = [(json_answers.number(key), text) for key, text in value.items()]
        return {key: text.strip() for key, text in pairs if key is not None and isinstance(text, str)}
    if not isinstance(value, list):
        return {}
    if len(value) == count and all(isinstance(item, str) for item in value):
        return {number: item.strip() for number, item in enumerate(value, 1)}
    result: dict[int, str] = {}
    for item in value:
        if not isinstance(item, Mapping):
            continue
        number, text = json_answers.number(item.get("n")), item.get("text")
        if isinstance(text, str) and number is not None:
            result.setdefault(number, text.strip())
    return result
