"""Notes on the language, on doubtful lines, and on name hints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ipc.notes import FilmFacts, Note
from ipc.wording import first_of, plural
from stage_runners.text.han import NAMES

UNSURE = -0.3
"""Mean log-probability of the text below which a model does not support the language well: twelve minutes of
Czech, with half of the words wrong in base, have -.44; recordings in six supported languages -.05 to -.19."""
LIKELY = 0.5
"""Probability of the detected language below which the user should check it."""


def notes(film: FilmFacts) -> Iterator[Note]:
    """Languages, doubts, and names."""
    asr = film.of("asr")
    silent = film.of("subtitles").get("cues") == 0
    yield from _languages(asr, str(film.models.get("asr") or ""), silent=silent)
    if doubted := list(doubts(asr)):
        where = "; the JSON file lists them under doubts" if "cues" in film.of("subtitles") else ""
        yield Note(", ".join(doubted) + where, look=bool(_count(asr, "dropped") or _count(asr, "empty")))
    if changed := (asr.get("bias") or {}).get("changed"):
        pairs = first_of([f"{one['from']} > {one['to']}" for one in changed])
        yield Note(f"recognised again with the film's names: {pairs}", command="names")


def spoken_language(film: FilmFacts, language: str) -> str:
    """The language's code and its source, as in `en (detected, 98%)`; empty if nothing was recognised."""
    if not language or film.of("subtitles").get("cues") == 0:
        return ""
    asr = film.of("asr")
    probability = asr.get("language_probability")
    if re.search(r"\.en($|-)", str(film.models.get("asr") or "")):
        return f"{language} (the model's only language)"
    if probability is not None:
        return f"{language} (detected, {probability:.0%})"
    return f"{language} (given)" if "language_probability" in asr else language


def doubts(asr: Mapping[str, Any]) -> Iterator[str]:
    """What recognition left out, doubts or missed, in parts of a sentence."""
    if count := _count(asr, "dropped"):
        yield f"left out {plural(count, 'line')} as likely hallucinations"
    if count := _count(asr, "flagged"):
        yield f"{plural(count, 'line')} doubtful"
    if count := _count(asr, "recovered"):
        yield f"{plural(count, 'line')} found only on the second pass"
    if count := _count(asr, "empty"):
        seconds = float(asr["empty"].get("seconds") or 0.0)
        yield f"no words recognised in {plural(count, 'place')} with speech ({seconds:.0f} s)"
    if missed := int((asr.get("second_looks") or {}).get("missed") or 0):
        yield f"no second pass over {plural(missed, 'place')} more, to save time"


def _languages(asr: Mapping[str, Any], model: str, *, silent: bool) -> Iterator[Note]:
    language, probability = asr.get("language"), asr.get("language_probability")
    if not silent and probability is not None and float(probability) < LIKELY:
        yield Note(
            f"the language is uncertain: {language} ({probability:.0%}); set it with --language", look=True
        )
    shares = asr.get("languages") or {}
    if len(shares) > 1:
        ordered = sorted(shares.items(), key=lambda one: -float(one[1]))
        parts = ", ".join(f"{code} {float(share):.0%}" for code, share in ordered)
        yield Note(f"several languages: {parts}; if the film has only one, set it with --language")
    if other := asr.get("text_language"):
        yield Note(
            f"the text is in {other}, though --language says {language}: {model} writes the language that it "
            "hears",
            look=True,
        )
    if asr.get("names_unused"):
        yield Note(f"the film's names did not help recognition: {model} takes no hints")
    yield from _script(asr.get("chinese") or {})
    likely = asr.get("avg_logprob")
    if likely is not None and float(likely) < UNSURE and model:
        yield Note(
            f"{model} is weak in this language ({language}): it was unsure of most of the text; "
            "try a larger model (--model small, medium or large-v3)",
            look=True,
        )


def _script(chinese: Mapping[str, Any]) -> Iterator[Note]:
    if not chinese.get("converted"):
        return
    script, lines = NAMES[chinese["script"]], f"{chinese['converted']} of {chinese['lines']}"
    how = (
        "as you set"
        if chinese.get("asked")
        else "as in most of the film; set another with --language zh-Hans or zh-Hant"
    )
    yield Note(f"Chinese in {script} characters: {lines} lines were converted, {how}")


def _count(asr: Mapping[str, Any], kind: str) -> int:
    return int((asr.get(kind) or {}).get("count") or 0)
