"""The language of a film and of its windows, by their text, if the engine does not tell it."""

from __future__ import annotations

import pytest

from stage_runners.asr import text_language
from stage_runners.asr.languages import Detected
from stage_runners.parakeet.engine import ENGINE
from stage_runners.recognition.recognizer import UNKNOWN, Transcript
from stage_runners.recognition.windows import Chunk

GERMAN = "Guten Abend, wir segeln morgen bei Sonnenaufgang, und alle kommen mit uns auf das Meer."
ENGLISH = "Good evening, we sail tomorrow at dawn, and everybody comes with us out to the open sea."


def probabilities(text):
    """As a classifier would: sure of long texts, and wrong about a short one."""
    if text in (GERMAN, ENGLISH):
        return {"de": 0.999, "en": 0.001} if text == GERMAN else {"de": 0.001, "en": 0.999}
    return {"de": 0.001, "en": 0.999}


def read(*texts):
    return [
        Transcript(chunk=Chunk(30.0 * k, 30.0 * k + 20, 20), text=text, language=UNKNOWN)
        for k, text in enumerate(texts)
    ]


class Engine:
    detector, capabilities = None, ENGINE.capabilities


class Context:
    def __init__(self, **params):
        self.params, self.facts, self.logs = params, {}, []

    def log(self, text):
        self.logs.append(text)

    def fact(self, name, value):
        self.facts[name] = value


@pytest.fixture(autouse=True)
def classified(monkeypatch):
    monkeypatch.setattr(text_language, "classifier", lambda _languages: probabilities)


def identified(decoded, language=UNKNOWN, **params):
    context = Context(**params)
    found, detected = text_language.identified(Engine(), decoded, Detected(language, {}, {}), context)
    return [one.language for one in found], detected, context


def test_a_film_has_the_language_of_most_of_its_text():
    languages, detected, context = identified(read(GERMAN, GERMAN, "Ja."))
    assert (languages, detected.language) == (["de", "de", "de"], "de")
    assert detected.probability["de"] == pytest.approx(0.98, abs=0.02)
    assert context.logs == [f"language, by the text: de (probability {detected.probability['de']:.2f})"]


def test_a_window_with_much_text_in_another_language_has_its_own_unless_the_user_says_no():
    assert identified(read(GERMAN, GERMAN, ENGLISH))[0] == ["de", "de", "en"]
    assert identified(read(GERMAN, GERMAN, ENGLISH), segment_languages=False)[0] == ["de"] * 3


def test_a_given_language_stays_and_a_text_in_another_one_is_a_fact():
    languages, detected, context = identified(read(ENGLISH), "de")
    assert (languages, detected.language) == ([UNKNOWN], "de")
    assert context.facts == {"text_language": "en"}
    assert identified(read(GERMAN), "de")[2].facts == {}


def test_a_film_without_text_has_no_language():
    assert identified(read("", ""))[1].language == UNKNOWN


def test_without_the_classifier_the_user_is_told_how_to_set_the_language(monkeypatch):
    monkeypatch.setattr(text_language, "classifier", lambda _languages: None)
    _, detected, context = identified(read(GERMAN))
    assert detected.language == UNKNOWN
    assert context.logs == ["this engine does not detect the film's language; set it with --language"]
