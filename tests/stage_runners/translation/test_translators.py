"""A translator is one module, shown by one that runs through the real process."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from ipc.artifacts import read
from stage_runners.translation import stage
from tests.stage_runners.spec import run_stage
from tests.stage_runners.translation import toy_translator
from tests.stage_runners.translation.test_stage import glossary, transcript


def test_a_new_translator_gets_sentences_names_and_times_through_the_real_process(tmp_path):
    inputs = transcript(tmp_path, [("Kde je Matylda?", 1.0, "A"), ("Tady přece.", 4.0, "B")])
    inputs["glossary"] = glossary(tmp_path, ("Matylda", ()))
    done, out = run_stage(toy_translator.STAGE, inputs, tmp_path, {"target": "en"})
    assert done.returncode == 0, done.stdout + done.stderr
    segments = read(out / "segments.parquet", "segments")
    assert [row["text"] for row in segments.rows()] == ["edK ej Matylda?", "ydaT .eceřp"]
    assert segments.provenance["method"] == "backwards"
    assert segments.provenance["degraded"] == []
    words = read(out / "words.parquet", "words").rows()
    assert [(row["text"], row["start"]) for row in words][:2] == [
        ("edK", 1.0),
        ("ej", pytest.approx(1 + 3 / 13)),
    ]  # by letters of one second
    assert {row["method"] for row in words} == {"translated"}


def test_an_unsupported_language_of_a_new_translator_is_an_error_that_names_it(tmp_path):
    done, _ = run_stage(toy_translator.STAGE, transcript(tmp_path), tmp_path, {"target": "de"}, None)
    assert done.returncode == 1
    assert "backwards has no de" in done.stdout + done.stderr


@pytest.mark.parametrize("translator", stage.TRANSLATORS.values(), ids=lambda translator: translator.name)
def test_every_translator_is_one_module_that_declares_loads_and_runs(translator):
    (runner,) = {backend.runner for backend in translator.stage.backends}
    module = importlib.import_module(runner)
    assert translator is module.TRANSLATOR
    assert translator.stage is module.STAGE
    assert callable(module.load)
    assert callable(module.run)


def test_the_declarations_import_neither_a_heavy_package_nor_a_method():
    method = {
        f"stage_runners.translation.{name}" for name in ("by_text", "by_sound", "chat_client", "sentences")
    }
    unwanted = {
        "numpy",
        "pyarrow",
        "torch",
        "ctranslate2",
        "transformers",
        "httpx",
        "spacy",
        "ipc.context",
    } | method
    code = f"import sys; import stage_runners.translation.stage; print({unwanted!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
