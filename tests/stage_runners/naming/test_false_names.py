"""Sentences that look like an introduction or a call but are not: nobody gets a name from them."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from stage_runners.naming import dialogue
from tests.stage_runners.naming.naming_check import talk_of
from tests.stage_runners.spec import ROOT, python_of


def cast(*names):
    return [
        {"term": term, "kind": kind, "full": full, "variants": []}
        for full in names
        for kind, term in (("full", full), ("given", full.split()[0]), ("family", full.split()[-1]))
    ]


CAST = cast(
    "Mark Jones",
    "Raj Rao",
    "Aditi Sharma",
    "Rose Hale",
    "Grace Hill",
    "Hope Less",
    "John Smith",
    "Art Day",
    "April Fox",
    "Julius No",
)


def sure(language, *lines):
    """The names that are given at the usual confidence."""
    spoken = dialogue.sentences(*talk_of(language, *lines))
    found = dialogue.candidates(dialogue.votes(spoken, dialogue.Names.of(CAST), lambda _: []))
    return [one.name for one in found if one.confidence >= 0.8]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "He says I'm Mark."),
        ("en", "You think I'm Aditi."),
        ("en", "Tell him I'm Mark."),
        ("en", "I wish I am Raj."),
        ("en", "So, he said, I'm Raj."),
        ("en", "I think the name is Mark."),
        ("en", "I'm Raj and Aditi's daughter."),
        ("en", "I'm Raj's brother."),
        ("en", "I am Grace under fire."),
        ("en", "I AM HOPE LESS THAN YOU."),
        ("en", "I'm Mr. Smith's son."),
        ("en", "I'm Mrs. Smith."),
        ("en", "I'm Mark Walker's assistant."),
        ("en", "This is Mark at his best."),
        ("en", "If I'm Raj, go."),
        ("cs", "Tady je Mark a tam Rose."),
        ("de", "Hier ist Rose, von der ich sprach."),
        ("de", "Ich bin Mark Schmidts Frau."),
        ("fr", "Ici Raj est mort."),
        ("fr", "Je suis Rose depuis une heure."),
        ("hi", "अगर मैं Raj हूँ।"),
    ],
)
def test_a_sentence_about_others_is_not_an_introduction(language, text):
    assert sure(language, text) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("Who did that?", "Mark.", "I see.", 100.0, "Who is coming?", "Mark.", "Fine."),
        ("Who did that?", "Oh, Mark.", "I see.", 100.0, "Who is coming?", "Well, Mark.", "Fine."),
        ("Please, Art, music, dance.", "Amen.", 100.0, "Art, music.", "Amen."),
        ("They come in May, April.", "Yes.", 100.0, "No, April.", "Okay."),
    ],
    ids=["an answer", "an answer after a word", "a list", "months"],
)
def test_a_name_in_another_place_of_a_sentence_is_not_a_call(lines):
    assert sure("en", *lines) == []


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "And I'm Raj in Texas, originally from Chicago.", "Raj"),
        ("en", "And I'm Aditi and Texas originally from Chicago.", "Aditi"),
        ("en", "Hi there, I'm Mark.", "Mark"),
        ("en", "My name is Rose Hale.", "Rose"),
        ("es", "Yo soy Mark.", "Mark"),
        ("hi", "मैं Raj हूँ।", "Raj"),
    ],
)
def test_a_sentence_that_is_only_an_introduction_counts(language, text, name):
    assert sure(language, text) == [name]


OPEN = {
    ("hi", "मेरा नाम मत लो।"): [],
    ("hi", "मेरा नाम रोशन करेगा।"): [],
    ("hi", "मेरा नाम क्या है।"): [],
    ("ja", "名前はまだない。"): [],
    ("ja", "彼の名前は田中です。"): [],
    ("ja", "嘘だと言います。"): [],
    ("de", "Ich heiße Gäste willkommen."): [],
    ("de", "Mein Name ist Programm."): [],
    ("fr", "Je m'appelle Maman."): [],
    ("en", "The name is Greek."): [],
    ("en", "MY NAME IS IMPORTANT TO ME."): [],
    ("hi", "मेरा नाम राज है।"): ["राज"],
    ("ja", "私の名前は田中です。"): ["田中"],
    ("en", "This is Diane in New Jersey."): ["Diane"],
}


@pytest.mark.slow
@pytest.mark.env("nlp")
def test_without_a_cast_an_ordinary_word_is_not_a_name():
    done = subprocess.run(
        [python_of("nlp"), "-P", "-m", "tests.stage_runners.naming.naming_check"],
        input=json.dumps(list(OPEN)),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert dict(zip(OPEN, json.loads(done.stdout), strict=True)) == OPEN


def test_a_single_name_in_a_list_belongs_to_the_full_name_that_holds_it():
    single = {"term": "Sheila", "kind": "given", "full": "Sheila", "variants": []}
    names = dialogue.Names.of([*cast("Diane Keller", "Sheila Brown"), single])
    assert names.shown("Sheila") == "Sheila"
