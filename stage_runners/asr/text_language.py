"""The language of a text, for engines that write several languages and do not tell which one they heard.

By py3langid, a naive Bayes classifier of byte n-grams, among the languages of the engine. A line of dialogue
is enough: of the 25 languages of Parakeet, only pairs like Slovenian and Croatian need more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from ipc.context import Context
from stage_runners.asr.languages import Detected
from stage_runners.recognition.recognizer import UNKNOWN, Recognizer, Transcript
from stage_runners.recognition.thresholds import TEXT_LANGUAGE
from stage_runners.text.plain import plain

Probabilities = Callable[[str], Mapping[str, float]]


def identified(
    recognizer: Recognizer, decoded: Sequence[Transcript], detected: Detected, context: Context
) -> tuple[list[Transcript], Detected]:
    """The transcripts and the film's language, by the text if the engine cannot detect it.

    A language that the user gave is kept. The fact `text_language` is the text's, if it is another one.
    """
    if recognizer.detector is not None or not any(plain(one.text) for one in decoded):
        return list(decoded), detected
    probabilities = classifier(recognizer.capabilities.languages)
    if probabilities is None:
        if detected.language == UNKNOWN:
            context.log("this engine does not detect the film's language; set it with --language")
        return list(decoded), detected
    found = of_film(decoded, probabilities)
    language = max(found, key=lambda code: (found[code], code))
    if detected.language != UNKNOWN:
        letters = sum(len(plain(one.text)) for one in decoded)
        if (
            letters >= TEXT_LANGUAGE.text_letters
            and found.get(detected.language, 0.0) <= 1 - TEXT_LANGUAGE.text_sure
        ):
            context.log(f"the text is in {language}, not in {detected.language}")
            context.fact("text_language", language)
        return list(decoded), detected
    context.log(f"language, by the text: {language} (probability {found[language]:.2f})")
    several = bool(context.params.get("segment_languages", True))
    own = labelled(decoded, language, probabilities, several=several)
    return own, Detected(language, found, detected.encoded)


def classifier(languages: Sequence[str]) -> Probabilities | None:
    """A function from a text to the probability of each of `languages`; None without the package."""
    if len(languages) < 2:
        return None
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        return None
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in languages if code in set(identifier.labels)])

    @cache
    def probabilities(text: str) -> Mapping[str, float]:
        return {code: float(probability) for code, probability in identifier.rank(text)}

    return probabilities


def of_film(decoded: Sequence[Transcript], probabilities: Probabilities) -> dict[str, float]:
    """The mean probability of each language over the film's windows, weighted by letters."""
    weights = [len(plain(one.text)) for one in decoded]
    found: dict[str, float] = {}
    for one, weight in zip(decoded, weights, strict=True):
        for code, probability in probabilities(one.text).items() if weight else ():
            found[code] = found.get(code, 0.0) + probability * weight / sum(weights)
    return found


def labelled(
    decoded: Sequence[Transcript], film: str, probabilities: Probabilities, *, several: bool
) -> list[Transcript]:
    """The transcripts with their languages: the film's or, with `several`, that of a window's own text.

    A window has its own language only if its text is long enough, and hardly any doubt is left.
    """
    return [replace(one, language=_own(one, film, probabilities, several=several)) for one in decoded]


def _own(one: Transcript, film: str, probabilities: Probabilities, *, several: bool) -> str:
    if not several or film == UNKNOWN or len(plain(one.text)) < TEXT_LANGUAGE.text_letters:
        return film
    found = probabilities(one.text)
    best = max(found, key=lambda code: (found[code], code))
    return best if found[best] >= TEXT_LANGUAGE.text_sure else film
