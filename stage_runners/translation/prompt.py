"""What a language model is asked when it translates a film, and what is understood of its answers.

Lines go as JSON with numbers, so that an answer that leaves one out, joins two or adds a remark shows itself as such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from stage_runners.text import scripts as languages
from stage_runners.translation.translator import Line

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_FENCE = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_NUMBERED = re.compile(r"^\s*[\"\[(]?(\d+)[\"\])]?\s*[.:)\-]\s+(.+?)\s*$", re.MULTILINE)


def messages(
    lines: Sequence[Line], before: Sequence[tuple[Line, str]], target: str, title: str
) -> list[dict[str, str]]:
    """The question for the translation of `lines`, numbered from 1; `before` are lines said just before, with what they became."""
    source = " and ".join(sorted({languages.name(line.language) for line in lines}))
    wanted = languages.name(target)
    rules = [
        f"You translate the dialogue of {f'the film {title!r}' if title else 'a film'} from {source} to {wanted}, for subtitles.",
        f"Write natural spoken {wanted}, as short as the original. Keep tone, tense, gender and forms of address consistent.",
        'Answer with a JSON object and nothing else: {"lines": [{"n": 1, "text": "..."}]}.',
        "Give one object for every line, with its number. Join no lines, leave none out, add no remarks and no speaker's name.",
        "`names` are to be written exactly so (with the endings that the language wants).",
    ]
    question: dict[str, Any] = {}
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


def _described(line: Line, translated: str = "") -> dict[str, str]:
    told = {"speaker": line.speaker, "text": line.text, "translation": translated, "problem": line.fault}
    return {name: value for name, value in told.items() if value}


def understood(answer: str, count: int) -> list[str | None]:
    """The texts of lines 1..`count` in a model's answer; None for those it has not."""
    text = _THOUGHT.sub("", answer).strip()
    found = _from_json(_json(text), count)
    if not found:
        found = {int(n): said for n, said in _NUMBERED.findall(text)}
    return [found.get(n) or None for n in range(1, count + 1)]


def _json(text: str) -> Any:
    """The JSON in the text: all of it, in a fence, or between the outermost brackets; None where there is none."""
    candidates = [text, *_FENCE.findall(text)]
    for opens, closes in ("{}", "[]"):
        first, last = text.find(opens), text.rfind(closes)
        if 0 <= first < last:
            candidates.append(text[first : last + 1])
    for candidate in candidates:
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):  # a model that writes nothing but brackets
            continue
    return None


def _from_json(found: Any, count: int) -> dict[int, str]:
    if isinstance(found, Mapping):
        lists = [value for value in found.values() if isinstance(value, list)]
        if len(lists) == 1:
            return _from_json(lists[0], count)
        pairs = [(key, value) for key, value in found.items() if str(key).isdecimal()]
        return {int(key): value.strip() for key, value in pairs if isinstance(value, str)}
    if not isinstance(found, list):
        return {}
    if len(found) == count and all(isinstance(item, str) for item in found):
        return {k: item.strip() for k, item in enumerate(found, 1)}
    result: dict[int, str] = {}
    for item in found:
        if not isinstance(item, Mapping):
            continue
        number, text = item.get("n"), item.get("text")
        if isinstance(text, str) and str(number).isdecimal():
            result.setdefault(int(str(number)), text.strip())
    return result
