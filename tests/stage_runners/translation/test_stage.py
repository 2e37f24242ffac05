"""Translation by CTranslate2 as a process of its own, on models that know a handful of sentences by heart."""

from __future__ import annotations

import json

import pytest

from ipc.artifacts import read, write
from stage_runners.translation.stage import TRANSLATORS
from tests.stage_runners import processes
from tests.stage_runners.rows import said, segment
from tests.stage_runners.spec import run_stage

SAID = (
    ("Kde jsi byl?", 1.0, "SPEAKER_00"),
    ("Byl jsem v autě.", 3.0, "SPEAKER_01"),
    ("Pojďme domů.", 6.0, "SPEAKER_00"),
)
ENGLISH = ["Where have you been?", "I was in the car.", "Let's go home."]
GERMAN = ["Wo bist du gewesen?", "Ich war im Auto.", "Gehen wir nach Hause."]


def columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


def transcript(folder, lines=SAID, language="cs"):
    """Segments and words on disk, a segment a line."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [
        word for k, (text, at, who) in enumerate(lines) for word in said(text, at, speaker=who, segment=k)
    ]
    segments = [
        segment(
            k, at, max(w["end"] for w in words if w["segment"] == k), text, speaker=who, language=language
        )
        for k, (text, at, who) in enumerate(lines)
    ]
    write(folder / "segments.parquet", "segments", columns(segments))
    write(folder / "words.parquet", "words", columns(words))
    return {"segments": folder / "segments.parquet", "words": folder / "words.parquet"}


def glossary(folder, *rows):
    """A glossary of (term, variants)."""
    names = ("term", "kind", "source", "weight", "variants", "full")
    values = [(term, "given", "cast", 0.9, list(variants), None) for term, variants in rows]
    path = folder / "glossary.parquet"
    write(path, "glossary", {name: [v[k] for v in values] for k, name in enumerate(names)})
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Folders of models, made in the environment that converts them."""
    folder = tmp_path_factory.mktemp("models")
    done = processes.run("translation", "tests.stage_runners.translation.translation_folders", folder)
    assert done.returncode == 0, done.stderr
    return folder


def translated(models, name, inputs, folder, target="en", **params):
    """Run the stage; returns the process, its segments and its words."""
    folder.mkdir(exist_ok=True)
    model = {"id": name, "path": str(models / name), "converted": str(models / f"converted-{name}")}
    stage = TRANSLATORS["ctranslate2"].stage
    done, out = run_stage(stage, inputs, folder, {"target": target, **params}, "translation", model)
    if done.returncode:
        return done, None, None
    segments, words = (read(out / f"{kind}.parquet", kind) for kind in ("segments", "words"))
    return done, segments, words


@pytest.mark.env("translation")
@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        ("nllb", "en", ENGLISH),
        ("nllb", "de", GERMAN),
        ("opus-mt-cs-mul", "de", GERMAN),
    ],
)
def test_a_film_is_translated_by_sentences_with_speakers_and_times(models, tmp_path, name, target, expected):
    done, segments, words = translated(models, name, transcript(tmp_path), tmp_path, target)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = segments.rows()
    assert [row["text"] for row in rows] == expected
    assert {row["language"] for row in rows} == {target}
    assert [row["speaker"] for row in rows] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]
    assert [row["start"] for row in rows] == [1.0, 3.0, 6.0]
    for row in rows:
        own = [word for word in words.rows() if word["segment"] == row["id"]]
        assert " ".join(word["text"] for word in own) == row["text"]
        assert {word["method"] for word in own} == {"translated"}
        assert row["start"] == own[0]["start"]
        assert own[-1]["end"] == pytest.approx(row["end"])
    assert segments.provenance["model"]["id"] == name
    assert segments.provenance["degraded"] == []


@pytest.mark.env("translation")
def test_the_result_does_not_depend_on_the_batch(models, tmp_path):
    inputs = transcript(tmp_path)
    digests = set()
    for size in (1, 2, 16):
        _, segments, _ = translated(models, "nllb", inputs, tmp_path / str(size), batch_size=size)
        digests.add(segments.digest)
    assert len(digests) == 1


@pytest.mark.env("translation")
def test_a_name_passes_the_model_as_a_placeholder(models, tmp_path):
    inputs = transcript(tmp_path, [("Matylda je tady.", 1.0, None)])
    inputs["glossary"] = glossary(tmp_path, ("Matylda", ()))
    done, segments, _ = translated(models, "nllb", inputs, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row["text"] for row in segments.rows()] == ["Matylda is here."]


@pytest.mark.env("translation")
def test_the_output_of_an_untrained_model_is_marked(models, tmp_path):
    done, segments, _ = translated(models, "nllb-random", transcript(tmp_path), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 lines look wrong" in segments.provenance["degraded"][0]
    assert all(row["text"] for row in segments.rows())


@pytest.mark.env("translation")
def test_a_film_in_the_target_language_does_not_change(models, tmp_path):
    inputs = transcript(tmp_path, [("Where have you been?", 1.0, None)], "en")
    done, segments, words = translated(models, "nllb", inputs, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (segments.rows(), words.rows()) == ([], [])
    assert segments.provenance["degraded"] == []


@pytest.mark.env("translation")
@pytest.mark.parametrize(
    ("name", "target", "language", "said"),
    [
        ("opus-mt-cs-mul", "en", "fr", "translates from Czech, not from French"),
        ("opus-mt-cs-mul", "fr", "cs", "translates to deu, eng, not to fr"),
        ("nllb", "la", "cs", "has no Latin"),
    ],
)
def test_an_unsupported_language_pair_is_an_error_with_a_message(
    models, tmp_path, name, target, language, said
):
    done, *_ = translated(models, name, transcript(tmp_path, language=language), tmp_path, target)
    assert done.returncode == 1
    assert said in done.stdout + done.stderr


@pytest.mark.env("translation")
def test_a_folder_without_a_model_is_an_error_with_a_message(tmp_path):
    (tmp_path / "models" / "none").mkdir(parents=True)
    (tmp_path / "models" / "none" / "config.json").write_text(json.dumps({"model_type": "m2m_100"}))
    done, *_ = translated(tmp_path / "models", "none", transcript(tmp_path), tmp_path)
    assert done.returncode == 1
    assert "could not be converted for CTranslate2" in done.stdout + done.stderr
