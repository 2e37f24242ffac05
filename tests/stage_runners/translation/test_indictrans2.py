"""IndicTrans2 as a process of its own, on a stand-in for its code and weights, with its real toolkit around
them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ipc.artifacts import read
from stage_runners.translation.indictrans2_translator import IndicTrans2, Loaded
from stage_runners.translation.stage import TRANSLATORS
from tests.stage_runners import processes
from tests.stage_runners.spec import run_stage
from tests.stage_runners.translation.test_stage import glossary, transcript

pytestmark = [pytest.mark.env("indictrans"), pytest.mark.slow]
SAID = (("तुम कहाँ थे?", 1.0, "SPEAKER_00"), ("मेरा घर यहाँ है।", 3.0, "SPEAKER_01"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The model's folder."""
    made = tmp_path_factory.mktemp("models") / "indictrans2-indic-en-tiny"
    done = processes.run("indictrans", "tests.stage_runners.translation.indic_folder", made)
    assert done.returncode == 0, done.stderr
    return made


def translated(folder, inputs, place, target="en", identity="", **params):
    """Run the stage; returns the process and the folder of its outputs."""
    model = {"id": identity or folder.name, "path": str(folder)}
    stage = TRANSLATORS["indictrans2"].stage
    given = {"target": target, "trust_model_code": True, **params}
    return run_stage(stage, inputs, place, given, "indictrans", model)


def test_hindi_becomes_english_with_names_as_placeholders(folder, tmp_path):
    lines = [*SAID, ("अदिति आ गई।", 5.0, None)]
    inputs = transcript(tmp_path, lines, "hi")
    inputs["glossary"] = glossary(tmp_path, ("Aditi", ["अदिति"]))
    done, out = translated(folder, inputs, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    segments = read(out / "segments.parquet", "segments")
    assert [row["text"] for row in segments.rows()] == [
        "Where were you?", "My house is here.", "Aditi has come.",
    ]  # fmt: skip
    assert segments.provenance["degraded"] == []
    assert segments.provenance["compute_type"] == "float32"
    words = read(out / "words.parquet", "words").rows()
    assert [word["text"] for word in words if word["segment"] == 2] == ["Aditi", "has", "come."]


def test_an_unsupported_direction_is_refused():
    def model(identity):
        network = SimpleNamespace(dtype="torch.float32")
        return IndicTrans2(Loaded(network, None, None, identity), {"batch_size": 8, "beam_size": 5})

    to_english = model("ai4bharat/indictrans2-indic-en-1B")
    assert to_english.refusal("hi", "en") == ""
    assert "translates indic-en, and English to Hindi is en-indic" in to_english.refusal("en", "hi")
    assert to_english.refusal("fr", "en") == "IndicTrans2 has no French"
    assert model("mine").refusal("en", "ta") == ""


def test_the_code_of_a_foreign_repository_is_not_run(tmp_path):
    foreign, witness = tmp_path / "foreign", tmp_path / "witness"
    foreign.mkdir()
    (foreign / "config.json").write_text('{"auto_map": {"AutoConfig": "evil.C"}, "model_type": "IndicTrans"}')
    (foreign / "evil.py").write_text(f"open({str(witness)!r}, 'w').close()\nclass C: pass\n")
    inputs = transcript(tmp_path, SAID, "hi")
    done, _ = translated(foreign, inputs, tmp_path, identity="somebody/indictrans2-indic-en")
    assert done.returncode == 1
    assert "not one of IndicTrans2's own repositories" in done.stdout + done.stderr
    assert not witness.exists()


def test_an_incomplete_folder_is_an_error_with_a_message(tmp_path):
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "config.json").write_text('{"model_type": "IndicTrans"}')
    done, _ = translated(tmp_path / "half", transcript(tmp_path, SAID, "hi"), tmp_path)
    assert done.returncode == 1
    assert "it has no dict.SRC.json, dict.TGT.json, model.SRC, model.TGT" in done.stdout + done.stderr


def test_the_code_of_a_folder_is_not_run_without_trust(folder, tmp_path):
    inputs = transcript(tmp_path, SAID, "hi")
    done, _ = translated(folder, inputs, tmp_path, trust_model_code=False)
    assert done.returncode == 1
    assert "would run the Python files in it" in done.stdout + done.stderr
