"""`--align-model auto`: models on the disk are part of a plan, and of a key if the film needs them."""

from __future__ import annotations

import dataclasses
import json

import pytest

from orchestrator.environments import registry as table_of_environments
from orchestrator.execution.recipe import recipe_for
from orchestrator.models import aligners_by_language as table
from orchestrator.models import aligners_here
from orchestrator.planning import cache_key, choices, device_verdicts, film_languages
from orchestrator.planning.device_verdicts import Verdict
from stage_runners.alignment.stage import ALIGNMENT
from tests.orchestrator.machines import YES, machine
from tests.orchestrator.models.places import cached

QWEN = table.QWEN.id
GERMAN = "jonatasgrosman/wav2vec2-large-xlsr-53-german"
DUTCH = "jonatasgrosman/wav2vec2-large-xlsr-53-dutch"
WHOLE = {"config.json": "{}", "vocab.json": "{}", "model.safetensors": "weights"}
NVIDIA = dataclasses.replace(machine(whisperx={"cuda": YES}), here=True)
MAC = dataclasses.replace(machine("darwin-arm64", mlx={"mlx": YES}, whisperx={"mps": YES}), here=True)


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(aligners_here, "is_packaged", lambda code: code == "en")


def chosen(on, language=""):
    return choices.choose(ALIGNMENT, {}, {}, machine=on, offline=True, language=language).choices


def key(choice, *languages):
    inputs = {"segments": "a" * 64}
    return cache_key.ingredients(ALIGNMENT, choice, inputs, languages=languages)


def test_without_a_model_on_the_disk_auto_runs_on_the_cpu():
    [only] = chosen(NVIDIA)
    assert (only.backend.device, only.model.by_language) == ("cpu", {})


def test_a_model_on_the_disk_brings_the_gpu_unless_the_stated_language_needs_none():
    cached(GERMAN, WHOLE)
    assert [choice.backend.device for choice in chosen(NVIDIA)] == ["cuda", "cpu"]
    assert [choice.backend.device for choice in chosen(NVIDIA, "de")] == ["cuda", "cpu"]
    assert [choice.backend.device for choice in chosen(NVIDIA, "en")] == ["cpu"]
    first = chosen(NVIDIA)[0]
    assert first.model.to_json()["by_language"]["de"]["id"] == GERMAN


def qwen_folder(monkeypatch, missing=None):
    aligner = {"model_type": "qwen3_asr", "thinker_config": {"classify_num": 5000}}
    cached(QWEN, {**WHOLE, "config.json": json.dumps(aligner)})
    monkeypatch.setattr(table_of_environments, "health", lambda name: missing)


def test_a_film_of_one_stated_language_is_aligned_by_a_model_of_another_environment(monkeypatch):
    qwen_folder(monkeypatch)
    assert aligners_here.by_language() == {}  # auto's own environment cannot run it
    assert {code: one.id for code, one in aligners_here.by_language("ja").items()} == {"ja": QWEN}
    [cpu] = chosen(dataclasses.replace(machine(), here=True), "ja")
    assert (cpu.backend.env, cpu.params["align_model"]) == ("qwen", "auto")  # so a damaged one only degrades
    assert chosen(dataclasses.replace(machine(), here=True), "en")[0].backend.env == "whisperx"


def test_a_model_whose_environment_is_not_installed_is_not_taken(monkeypatch):
    qwen_folder(monkeypatch, missing="not installed")
    assert aligners_here.by_language("ja") == {}


def test_a_result_depends_on_the_models_of_the_film_s_languages_alone():
    before = key(chosen(NVIDIA)[0], "en")
    czech = key(chosen(NVIDIA)[0], "cs", "de")
    cached(GERMAN, WHOLE)
    gpu = chosen(NVIDIA)[0]
    assert key(gpu, "en") == before
    both = key(gpu, "cs", "de")
    assert (both["device"], both["aligner de"], "aligner cs" in both) == (
        "cuda",
        f"{GERMAN}@012345678901",
        False,
    )
    assert "aligner de" not in czech


def test_the_plan_names_the_model_its_licence_and_its_languages():
    cached(GERMAN, WHOLE)
    cached(table.MMS.id, WHOLE)
    notes = choices.choose(ALIGNMENT, {}, {}, machine=NVIDIA, offline=True).notes
    assert f"words in German are aligned with {GERMAN} (Apache-2.0)" in notes
    [other] = [note for note in notes if table.MMS.id in note]
    assert "95 other languages" in other
    assert "CC-BY-NC-4.0: not for commercial use" in other
    assert choices.choose(ALIGNMENT, {}, {}, machine=NVIDIA, offline=True, language="en").notes == ()


def test_a_worker_that_knows_other_models_is_another_worker():
    before = recipe_for(ALIGNMENT, chosen(machine())[0], 1)
    cached(GERMAN, WHOLE)
    on_cpu = dataclasses.replace(machine(), here=True)
    assert recipe_for(ALIGNMENT, chosen(on_cpu)[0], 1) != before


def test_apple_s_gpu_is_used_once_it_agrees_with_the_cpu_for_every_model():
    cached(GERMAN, WHOLE)
    first = chosen(MAC)[0]
    assert (first.backend.device, "is compared with the CPU" in first.why) == ("mlx", True)
    [model] = device_verdicts.models(first.model)
    assert model.id == GERMAN
    verdict = Verdict(agrees=False, said="words: 9.0% moved")
    device_verdicts.keep(ALIGNMENT, first.backend, model, MAC.id, verdict)
    found = choices.choose(ALIGNMENT, {}, {}, machine=MAC, offline=True)
    assert "mlx is not used: words: 9.0% moved" in map(str, found.refused)
    assert found.choices[0].backend.device != "mlx"


def test_an_aligner_that_a_device_cannot_run_costs_its_own_language_alone():
    cached(GERMAN, WHOLE)
    cached(DUTCH, WHOLE, "9" * 40)
    mlx = chosen(MAC)[0]
    odd = mlx.model.by_language["nl"]
    device_verdicts.keep(ALIGNMENT, mlx.backend, odd, MAC.id, Verdict(agrees=False, said="no layers for it"))
    found = choices.choose(ALIGNMENT, {}, {}, machine=MAC, offline=True)
    first = found.choices[0]
    assert (first.backend.device, set(first.model.by_language)) == ("mlx", {"de"})
    assert [GERMAN in note for note in found.notes] == [True]  # no film is known to have Dutch words
    assert first.model.to_json()["unfit"] == {"nl": "no layers for it"}
    assert key(first, "nl") != key(
        dataclasses.replace(first, model=dataclasses.replace(first.model, unfit={})), "nl"
    )
    dutch = choices.choose(ALIGNMENT, {}, {}, machine=MAC, offline=True, language="nl")  # with its aligner
    assert "mlx" not in [one.backend.device for one in dutch.choices]
    assert f"mlx is not used: the aligner {DUTCH} of Dutch is not for it: no layers for it" in map(
        str, dutch.refused
    )
    german = Verdict(agrees=True, said="as the CPU")
    device_verdicts.keep(ALIGNMENT, mlx.backend, mlx.model.by_language["de"], MAC.id, german)
    assert "as the CPU" in chosen(MAC)[0].why


def test_the_stated_language_is_known_before_the_film_is_heard():
    assert film_languages.stated({"asr": {"language": "zh-Hans"}}) == "zh"
    assert film_languages.stated({"asr": {}}) == ""
    assert film_languages.stated(None) == ""
