"""A film with a cast: its names in the transcript and on the voices, and its words in English."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from tests.e2e.conftest import CLIP

NFO = """<?xml version="1.0" encoding="UTF-8"?>
<movie>
  <title>A Call from New Jersey</title>
  <year>1999</year>
  <plot>Two women who never met talk on the telephone.</plot>
  <actor><name>Somebody</name><role>Diane Keller</role></actor>
  <actor><name>Another</name><role>Sheila Novak</role></actor>
</movie>
"""


@pytest.fixture(scope="module")
def known(finished, film, tmp_path_factory):
    """The film with an .nfo beside it; its sound is known from other runs."""
    del finished
    folder = tmp_path_factory.mktemp("known")
    place = folder / "call.mkv"
    shutil.copy(film, place)
    place.with_suffix(".nfo").write_text(NFO)
    return place


@pytest.fixture(scope="module")
def told(program, known):
    """What a run on it says at its end."""
    return program("run", known, *CLIP).stderr


def facts(program, stage):
    stages = program.report()["films"][0]["stages"]
    return next(one["facts"] for one in stages if one["stage"] == stage)


def test_the_nfo_identifies_the_film_and_its_speakers_get_their_names(program, known, told):
    assert facts(program, "tmdb")["title"] == "A Call from New Jersey"
    assert facts(program, "pre_ner")["terms"] >= 4
    assert "names" in facts(program, "asr")["bias"]
    assert set(facts(program, "naming")["named"].values()) == {"Diane", "Sheila"} or set(
        facts(program, "naming")["named"].values()
    ) == {"Diane Keller", "Sheila Novak"}
    shown = known.with_name("call.en.srt").read_text()
    assert "[DIANE" in shown
    assert "[SHEILA" in shown
    assert " is Diane" in told


def test_a_speaker_name_has_evidence_from_the_dialogue(known, told):
    people = json.loads(known.with_name("call.json").read_text())["speakers"]
    diane = next(person for person in people.values() if (person.get("name") or "").startswith("Diane"))
    assert diane["source"] == "dialogue"
    assert diane["confidence"] >= 0.8
    assert any("Diane" in line for line in diane["evidence"])


def test_the_names_command_lists_the_names_found(program, known, told):
    said = program("names", known).stdout
    assert "Diane" in said
    assert "Sheila" in said


def test_a_speaker_name_from_the_user_wins(program, known, told, tmp_path):
    program("run", known, *CLIP, "--speakers", "SPEAKER_00=Aditi", "--no-mux", "-o", tmp_path)
    assert "[ADITI]" in (tmp_path / "call.en.srt").read_text()
    assert "asr" not in [name for name, how in program.how().items() if how == "done"]


def test_an_unknown_speaker_label_is_reported_with_the_known_ones(program, known, told, tmp_path):
    failed = program(
        "run", known, *CLIP, "--speakers", "SPEAKER_77=Raj", "--no-mux", "-o", tmp_path, status=2
    )
    assert re.search(r"SPEAKER_77.*SPEAKER_0", failed.stderr, re.DOTALL)


def test_a_translation_gets_a_separate_file_and_track(finished, program, film, tmp_path):
    # The talk is English. Recognised as German, it is still translated to English.
    del finished
    options = ("--model", "base", "--language", "de", "--target-language", "en")
    program("run", film, *CLIP, *options, "-o", tmp_path)
    assert {"demo.de.srt", "demo.en.srt", "demo.json", "demo.en.json"} <= {
        path.name for path in tmp_path.iterdir()
    }
    assert "New Jersey" in " ".join((tmp_path / "demo.en.srt").read_text().split())
    assert facts(program, "mux")["subtitle_languages"] == ["de", "en"]
    assert facts(program, "translation-en")["lines_marked"]["count"] == 0


def test_a_film_in_the_target_language_is_not_translated(program, known, tmp_path):
    output = " ".join(program("run", known, *CLIP, "--target-language", "en", "-o", tmp_path).stderr.split())
    assert "the film is in en, so there was nothing to translate" in output
    assert not (tmp_path / "call.en.json").exists()
    assert facts(program, "mux")["subtitle_languages"] == ["en"]
