"""Names for speakers: from the user, from saved voices, and from the dialogue."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from ipc.artifacts import read, write
from ipc.errors import StageError
from stage_runners.naming import dialogue, phrases, voices
from stage_runners.naming.runner import asked
from tests.stage_runners.rows import said, segment
from tests.stage_runners.spec import run_stage

CAST = [
    {"term": "Aditi", "kind": "given", "full": "Aditi Sharma", "variants": ["Adity"]},
    {"term": "Sharma", "kind": "family", "full": "Aditi Sharma", "variants": []},
    {"term": "Raj", "kind": "given", "full": "Raj Sharma", "variants": ["राज", "ラジ"]},
    {"term": "Sharma", "kind": "family", "full": "Raj Sharma", "variants": []},
    {"term": "Mumbai", "kind": "place", "full": None, "variants": []},
]
A, B, C = "SPEAKER_00", "SPEAKER_01", "SPEAKER_02"


def talk(*lines, gap=0.4):
    """Segments and words of lines (speaker, text), one after the other with `gap` seconds between; a number
    is a pause."""
    segments, words, clock = [], [], 0.0
    for line in lines:
        if isinstance(line, float):
            clock += line
            continue
        speaker, text, *language = line
        own = said(text, clock, speaker=speaker, segment=len(segments))
        segments.append(
            segment(
                len(segments), clock, own[-1]["end"], text, speaker=speaker, language=(language or ["en"])[0]
            )
        )
        words += own
        clock = own[-1]["end"] + gap
    return segments, words


def named(*lines, cast=CAST, people=lambda _: []):
    """The candidates of a dialogue: name and confidence by speaker."""
    names = dialogue.Names.of(cast)
    found = dialogue.candidates(dialogue.votes(dialogue.sentences(*talk(*lines)), names, people))
    return {one.speaker: (one.name, round(one.confidence, 2)) for one in found}


def test_a_speaker_who_responds_to_a_name_gets_it_and_more_calls_raise_the_confidence():
    once = named((A, "Aditi, come here."), (B, "What is it?"))
    twice = named((A, "Aditi, come here."), (B, "What is it?"), 90.0, (A, "Thank you, Aditi."), (B, "Good."))
    assert once == {B: ("Aditi", 0.7)}
    assert twice[B][1] > 0.8


def test_this_is_counts_as_an_introduction_in_a_mutual_greeting():
    hello, this, returned = (A, "Hello."), (A, "This is Aditi."), (B, "And I'm Raj.")
    assert named(hello, (B, "Hello?"), this, returned) == {A: ("Aditi", 0.85), B: ("Raj", 0.85)}
    assert named((A, "Hello, this is Aditi.")) == {A: ("Aditi", 0.85)}
    assert A not in named(hello, this, (B, "How are you?"))
    assert A not in named(hello, 20.0, this, returned)
    assert A not in named(this, returned)


def test_calls_of_one_scene_are_one_piece_of_evidence():
    found = named((A, "Aditi!"), (B, "What?"), 2.0, (A, "Aditi!"), (B, "What?"))
    assert found == named((A, "Aditi!"), (B, "What?"))


def test_a_word_without_a_capital_is_not_a_name():
    cast = [{"term": "Happy", "kind": "given", "full": "Happy", "variants": []}]
    assert named((A, "I'm happy."), (B, "Be happy, happy."), cast=cast) == {}
    assert named((A, "I'm Happy."), cast=cast)[A][0] == "Happy"


def test_callers_do_not_call_themselves():
    assert A not in named((A, "Aditi, come here."), 30.0, (A, "Aditi!"))
    found = named((A, "I'm Aditi."), 30.0, (A, "Aditi, come here."))
    assert found == {}


def test_a_call_without_an_answer_is_not_evidence():
    assert named((A, "Aditi, come here."), 10.0, (B, "What a day.")) == {}


def test_calls_that_contradict_each_other_give_no_name():
    found = named((A, "Aditi, come here."), (B, "What?"), 20.0, (A, "Aditi, come here."), (C, "What?"))
    assert found == {}


def test_one_introduction_is_enough_for_a_name():
    assert named((A, "I'm Aditi."), 9.0, (B, "My name is Raj."))[A] == ("Aditi", 0.85)
    assert named((B, "My name is Raj."))[B][1] > 0.9


@pytest.mark.parametrize(
    "text",
    [
        "I'm Aditi's brother.",
        "I'm Aditi?",
        "If I'm Aditi then you are Raj.",
        "She said that I'm Aditi.",
        "Do you think that Raj is here?",
        "This is Aditi.",
        "I'm in Mumbai.",
        "I'm Mumbai.",
        "I'm Sharma.",
        "Raj, Aditi, come here.",
        "I talked with Raj, Aditi.",
        "Raj, who is late, eats.",
    ],
)  # fmt: skip
def test_a_sentence_that_names_another_person_two_people_or_a_place_is_not_evidence(text):
    assert named((A, text), (B, "Yes.")) == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Guten Tag, ich heiße Raj."),
        ("fr", "Bonjour, je m’appelle Raj."),  # noqa: RUF001
        ("es", "Hola, me llamo Raj."),
        ("cs", "Dobrý den, jmenuji se Raj."),
        ("hi", "मेरा नाम राज है।"),
        ("hi", "Mera naam Raj hai."),
        ("hi", "मैं राज हूँ।"),
        ("ja", "私の名前はラジです。"),
        ("ja", "ラジと申します。"),
        ("de", "Ich bin Raj."),
        ("cs", "Já jsem Raj."),
    ],
)
def test_introductions_are_recognised_in_several_languages(language, text):
    assert named((A, text, language))[A][0] == "Raj"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Danke, Raj."),
        ("fr", "Raj, viens ici."),
        ("es", "Gracias, Raj."),
        ("cs", "Raj, pojď sem."),
        ("hi", "राज जी, यहाँ आओ।"),
        ("ja", "ラジさん、来て。"),
        ("en", "Hey Raj, look."),
        ("en", "Thank you Raj."),
        ("en", "Raj!"),
    ],
)
def test_calls_by_name_are_recognised_in_several_languages(language, text):
    assert named((A, text, language), (B, "Hm.", language)) == {B: ("Raj", 0.7)}


def test_a_language_without_phrases_gives_no_evidence():
    assert phrases.introductions("I'm Raj.", "xx") == []
    assert named((A, "I'm Raj.", "xx")) == {}


def test_a_family_name_of_two_people_names_neither():
    assert dialogue.Names.of(CAST).shown("Sharma") is None
    assert dialogue.Names.of(CAST).shown("raj sharma") == "Raj"


def test_two_people_with_one_given_name_are_shown_with_their_full_names():
    rows = [
        {"term": "Raj", "kind": "given", "full": full, "variants": []}
        for full in ("Raj Sharma", "Raj Malhotra")
    ] + [{"term": "Malhotra", "kind": "family", "full": "Raj Malhotra", "variants": []}]
    names = dialogue.Names.of(rows)
    assert names.shown("Raj") is None
    assert names.shown("Malhotra") == "Raj Malhotra"


def test_a_family_name_of_two_people_names_neither_even_if_the_glossary_has_it_once():
    rows = [
        {"term": term, "kind": kind, "full": full, "variants": ["Mr. Sharma"] if kind == "family" else []}
        for term, kind, full in (
            ("Aditi", "given", "Aditi Sharma"),
            ("Sharma", "family", "Aditi Sharma"),
            ("Aditi Sharma", "full", "Aditi Sharma"),
            ("Raj", "given", "Raj Sharma"),
            ("Raj Sharma", "full", "Raj Sharma"),
        )
    ]
    names = dialogue.Names.of(rows)
    assert [names.shown(form) for form in ("Sharma", "Mr. Sharma", "Raj", "Aditi Sharma")] == [
        None,
        None,
        "Raj",
        "Aditi",
    ]


def test_without_a_cast_a_plain_introduction_counts_if_the_tagger_marks_a_person():
    lines = (A, "I'm Sheila in Texas."), (B, "I'm Happy today.")
    assert named(*lines, cast=[], people=lambda text: ["Sheila"] if "Sheila" in text else []) == {
        A: ("Sheila", 0.85)
    }
    assert named(*lines, cast=[]) == {}


def test_without_a_cast_a_name_from_an_introduction_can_be_called():
    lines = (A, "My name is Sheila."), 20.0, (B, "Thank you, Sheila."), (A, "Good.")

    def tagged(text):
        return ["Sheila"] if "Sheila" in text else []

    assert named(*lines, cast=[], people=tagged)[A][1] > named(lines[0], cast=[], people=tagged)[A][1]
    assert named((B, "Thank you, Sheila."), (A, "Good."), cast=[], people=tagged) == {}


def test_a_name_goes_to_only_one_speaker():
    found = named((A, "My name is Raj."), 30.0, (B, "I'm Raj."), 30.0, (A, "Again, my name is Raj."))
    assert list(found) == [A]


def test_overlapped_speech_names_nobody():
    segments, words = talk((A, "I'm Raj."))
    over = [{**word, "overlap": True} for word in words]
    assert dialogue.sentences(segments, over) == []


def test_low_confidence_in_the_speaker_lowers_the_evidence():
    segments, words = talk((A, "I'm Raj."))
    names, doubtful = dialogue.Names.of(CAST), [{**word, "speaker_confidence": 0.5} for word in words]
    assert dialogue.votes(dialogue.sentences(segments, doubtful), names, lambda _: []) == []


def test_confidence_is_combined_by_multiplying_odds():
    vote = dialogue.Vote(A, "Raj", 0.7, "here")
    (one,) = dialogue.candidates([vote, dialogue.Vote(A, "Raj", 0.7, "there")])
    odds = (0.7 / 0.3) ** 2
    assert math.isclose(one.confidence, odds / (1 + odds))


def test_the_users_names_are_read_by_label():
    labels = [A, B]
    assert asked("SPEAKER_01=Aditi Sharma, speaker_00=Raj", labels) == {B: "Aditi Sharma", A: "Raj"}
    assert asked("", labels) == {}


@pytest.mark.parametrize(
    "text", ["SPEAKER_09=Raj", "Raj", "SPEAKER_00=", "=Raj", "SPEAKER_00=A,SPEAKER_00=B"]
)
def test_an_unknown_or_missing_label_is_refused_and_the_message_lists_the_labels(text):
    with pytest.raises(StageError) as caught:
        asked(text, [A, B])
    assert caught.value.category == "config"
    assert A in caught.value.message + (caught.value.hint or "")


def unit(*values):
    vector = np.zeros(192)
    vector[: len(values)] = values
    return vector / np.linalg.norm(vector)


def known(name, vector, **facts):
    return {
        "name": name,
        "vector": list(vector),
        "model": "campplus",
        "revision": "r1",
        "seconds": 10.0,
        "source": "clip.wav",
        **facts,
    }


MODEL = {"id": "campplus", "revision": "r1"}


def test_a_saved_voice_matches_only_the_nearest_speaker_and_with_a_margin():
    people, _ = voices.people([known("Aditi", unit(1)), known("Raj", unit(0, 1))], MODEL)
    heard = np.stack([unit(1, 0.2), unit(1, 0.5), unit(0.75, 0.7)])
    found = voices.matches(["S0", "S1", "S2"], heard, people, 0.6)
    assert [(m.speaker, m.name) for m in found] == [("S0", "Aditi")]
    assert found[0].confidence(0.6) > 0.95
    assert voices.matches(["S0"], np.stack([unit(1, 3)]), people[:1], 0.6) == []


def test_voices_of_another_model_are_not_compared():
    people, others = voices.people([known("Aditi", unit(1), revision="r2"), known("Raj", unit(0, 1))], MODEL)
    assert [person.name for person in people] == ["Raj"]
    assert others == ["Aditi"]


def stage(folder, lines, params=None, vectors=None, library=None, titles=None, existing=None):
    """Run `naming` in its environment; returns the process and its rows by speaker."""
    segments, words = talk(*lines)
    inputs = {}
    for name, rows in (("segments", segments), ("words", words)):
        inputs[name] = folder / f"{name}.parquet"
        write(inputs[name], name, {key: [row[key] for row in rows] for key in rows[0]})
    vectors = {A: unit(1), B: unit(0, 1)} if vectors is None else vectors
    inputs["embeddings"] = folder / "embeddings.arrow"
    columns = {
        "speaker": list(vectors),
        "vector": [list(v) for v in vectors.values()],
        "seconds": [20.0] * len(vectors),
    }
    write(inputs["embeddings"], "embeddings", columns, provenance={"model": MODEL})
    if titles:
        inputs["titles"] = folder / "titles.parquet"
        rows = {
            "speaker": list(titles),
            "name": list(titles.values()),
            "confidence": [1.0] * len(titles),
            "source": ["title"] * len(titles),
            "evidence": [["audio track 0"]] * len(titles),
        }
        write(inputs["titles"], "speakers", rows)
    if library is not None:
        (folder / "library.json").write_text(json.dumps({"voices": library}))
        params = {**(params or {}), "library": str(folder / "library.json")}
    if existing:
        inputs["existing"] = folder / "lines.parquet"
        names = ("start", "end", "speaker")
        rows = {name: [row[k] for row in existing] for k, name in enumerate(names)}
        more = {name: ["x"] * len(existing) for name in ("text", "language", "source")}
        write(inputs["existing"], "subtitle_lines", {**rows, **more})
    done, out = run_stage("naming", inputs, folder, params, "nlp")
    rows = read(out / "speakers.parquet", "speakers").rows() if done.returncode == 0 else []
    return done, {row["speaker"]: row for row in rows}


@pytest.mark.env("nlp")
def test_a_tracks_title_names_its_speaker_before_the_dialogue_and_after_the_user(tmp_path):
    lines = [(A, "This is Diane in New Jersey."), (B, "And I'm Sheila in Texas.")]
    for params, expected in (
        ({}, {A: ("Paula", "title"), B: ("Sheila", "dialogue")}),
        ({"speakers": f"{A}=Zoe"}, {A: ("Zoe", "asked"), B: ("Sheila", "dialogue")}),
    ):
        folder = tmp_path / str(len(params))
        folder.mkdir()
        done, rows = stage(folder, lines, params, titles={A: "Paula", B: None, "SPEAKER_07": "Nobody"})
        assert done.returncode == 0, done.stderr
        assert {label: (row["name"], row["source"]) for label, row in rows.items()} == expected


@pytest.mark.env("nlp")
def test_existing_subtitles_name_a_voice_before_the_dialogue_does(tmp_path):
    lines = [(A, "My name is Raj."), (B, "Glad to meet you, and welcome to the harbour.")]
    segments, _ = talk(*lines)
    existing = [(one["start"], one["end"], name) for one, name in zip(segments, ("Paula", ""), strict=True)]
    done, rows = stage(tmp_path, lines, existing=existing)
    assert done.returncode == 0, done.stderr
    assert {label: (row["name"], row["source"]) for label, row in rows.items()} == {
        A: ("Paula", "subtitles"),
        B: (None, "none"),
    }


def test_the_tagger_marks_the_name_in_an_introduction(tmp_path):
    done, rows = stage(
        tmp_path, [(A, "This is Diane in New Jersey."), (B, "And I'm Sheila in Texas."), (B, "I'm Indian.")]
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {label: (row["name"], row["source"]) for label, row in rows.items()} == {
        A: ("Diane", "dialogue"),
        B: ("Sheila", "dialogue"),
    }
    assert "Diane in New Jersey" in rows[A]["evidence"][0]


@pytest.mark.env("nlp")
def test_the_users_name_wins_over_a_saved_voice_and_a_saved_voice_over_the_dialogue(tmp_path):
    lines = [(A, "My name is Raj Malhotra."), (B, "My name is Priya Rao.")]
    library = [known("Aditi", unit(1)), known("Simran", unit(0, 1))]
    done, rows = stage(tmp_path, lines, {"speakers": "SPEAKER_01=Kamala"}, library=library)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [(row["name"], row["source"]) for row in rows.values()] == [
        ("Aditi", "voice"),
        ("Kamala", "asked"),
    ]


@pytest.mark.env("nlp")
def test_a_film_with_too_little_speech_names_nobody_by_voice(tmp_path):
    done, rows = stage(tmp_path, [(None, "Hm.")], vectors={}, library=[known("Aditi", unit(1))])
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows == {}


@pytest.mark.env("nlp")
def test_a_candidate_below_the_confidence_is_only_listed_as_evidence(tmp_path):
    done, rows = stage(tmp_path, [(A, "I'm Sheila in Texas.")], {"name_confidence": 0.9})
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows[A]["name"] is None
    assert rows[A]["source"] == "none"
    assert "perhaps Sheila (0.85)" in rows[A]["evidence"]


@pytest.mark.env("nlp")
@pytest.mark.parametrize(("least", "name"), [(0.8, None), (0, "Sheila")])
def test_a_confidence_of_zero_accepts_every_candidate(tmp_path, least, name):
    answered = [20.0, (B, "Sheila, come here."), (C, "What is it?")]  # which speaks for another Sheila
    vectors = {A: unit(1), B: unit(0, 1), C: unit(0, 0, 1)}
    lines = [(A, "I'm Sheila in Texas."), *answered]
    done, rows = stage(tmp_path, lines, {"name_confidence": least}, vectors=vectors)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (rows[A]["name"], round(rows[A]["confidence"], 2)) == (name, 0.71)


@pytest.mark.env("nlp")
def test_a_label_that_the_film_does_not_have_is_a_config_error(tmp_path):
    done, _ = stage(tmp_path, [(A, "Hello.")], {"speakers": "SPEAKER_07=Raj"})
    assert done.returncode != 0
    assert "this film has no SPEAKER_07" in done.stdout + done.stderr
    assert A in done.stdout + done.stderr
