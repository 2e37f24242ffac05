"""Qwen3's models: names, both layouts of their folders, and where a run with one of them takes place."""

from __future__ import annotations

import json

import pytest

from orchestrator.environments import registry
from orchestrator.errors import FatalError
from orchestrator.models import families, resolve
from orchestrator.planning import choices
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.machines import YES, machine
from tests.orchestrator.models.places import cached, folder

FIRST = {"model_type": "qwen3_asr", "thinker_config": {"audio_config": {}}}
FIRST_ALIGNER = {"model_type": "qwen3_asr", "thinker_config": {"classify_num": 5000}}
OWN = {"model_type": "qwen3_asr", "architectures": ["Qwen3ASRForConditionalGeneration"]}
OWN_ALIGNER = {"model_type": "qwen3_asr", "architectures": ["Qwen3ASRForTokenClassification"]}
INDEX = json.dumps(
    {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
)


def files(config, **more):
    return {"config.json": json.dumps(config), "model.safetensors": "weights", **more}


@pytest.mark.parametrize(
    ("config", "role", "family"),
    [
        (FIRST, "recognition", "qwen3-asr"), (OWN, "recognition", "qwen3-asr"),
        (FIRST_ALIGNER, "aligner", "qwen3-aligner"), (OWN_ALIGNER, "aligner", "qwen3-aligner"),
    ],
)  # fmt: skip
def test_the_configuration_says_which_of_both_a_folder_holds(tmp_path, config, role, family):
    place = folder(tmp_path / "mine", files(config))
    assert resolve.resolve(role, str(place), offline=True).family == family
    other = "aligner" if role == "recognition" else "recognition"
    with pytest.raises(FatalError, match=f"is not an? {other} model"):
        resolve.resolve(other, str(place), offline=True)


def test_a_folder_without_one_of_its_pieces_is_refused_with_the_piece(tmp_path):
    content = {
        "config.json": json.dumps(OWN), "model.safetensors.index.json": INDEX,
        "model-00001-of-00002.safetensors": "weights",
    }  # fmt: skip
    with pytest.raises(FatalError, match=r"it lacks model-00002-of-00002\.safetensors, which"):
        resolve.resolve("recognition", str(folder(tmp_path / "half", content)), offline=True)


def test_short_names_mean_the_authors_repositories_or_those_of_transformers():
    assert families.role_of("qwen3-asr-1.7b") == families.role_of("me/Qwen3-ASR-mine") == "recognition"
    assert families.role_of("Qwen/Qwen3-ForcedAligner-0.6B") == "aligner"
    snapshot = cached("Qwen/Qwen3-ASR-0.6B-hf", files(OWN))
    model = resolve.resolve("recognition", "qwen3-asr-0.6b", offline=True)
    assert (model.path, model.family, model.licence) == (snapshot, "qwen3-asr", "Apache-2.0")
    first = cached("Qwen/Qwen3-ASR-0.6B", files(FIRST))
    assert resolve.resolve("recognition", "qwen3-asr-0.6b", offline=True).path == first


def test_a_qwen_model_runs_in_its_own_environment_and_another_never_does(tmp_path):
    asr = folder(tmp_path / "asr", files(FIRST))
    aligner = folder(tmp_path / "aligner", files(OWN_ALIGNER))
    gpu = machine(qwen={"cuda": YES}, whisperx={"cuda": YES})

    def ways(stage, **asked):
        found = choices.choose(STAGES[stage], asked, {}, machine=gpu, offline=True).choices
        return [(one.backend.env, one.backend.device, one.params.get("compute_type")) for one in found]

    assert ways("asr", model=str(asr)) == [("qwen", "cuda", "bfloat16"), ("qwen", "cpu", "float32")]
    assert ways("alignment", align_model=str(aligner)) == [("qwen", "cuda", None), ("qwen", "cpu", None)]
    assert {env for env, _, _ in ways("asr", model="large-v3")} == {"whisperx"}
    assert {env for env, _, _ in ways("alignment", align_model="auto")} <= {"whisperx", "mlx"}
    with pytest.raises(FatalError, match="asr: qwen3-asr on cuda cannot compute in int8"):
        ways("asr", model=str(asr), compute_type="int8")


def test_nothing_is_downloaded_for_an_environment_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(registry, "health", lambda _env: "it is not installed")
    with pytest.raises(FatalError, match="the environment qwen is not ready: it is not installed") as caught:
        choices.choose(STAGES["asr"], {"model": "qwen3-asr-0.6b"}, {}, machine=machine(here=True))
    assert caught.value.command == "orchestrator envs sync qwen"
