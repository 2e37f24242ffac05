"""Which of several GPUs a stage may use, and with which batch size: on recorded machines."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.machine import profile
from orchestrator.machine.answers import Answer
from orchestrator.planning import cache_key, choices, device_verdicts, gpu_places, memory_limits
from orchestrator.planning.device_verdicts import Verdict
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.machines import YES, machine

MACHINES = Path(__file__).resolve().parents[2] / "data" / "machines"
ONE, TWO, UNEQUAL, EIGHT = "rtx-3090", "rtx-3090-twice", "rtx-3090-and-3070", "h200-eight"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HF_TOKEN", raising=False)


def on(name, **changes):
    return dataclasses.replace(profile.recorded(MACHINES / f"{name}.json"), **changes)


def chosen(stage, where, wanted=None, **asked):
    wanted = {} if wanted is None else {stage: wanted}
    return choices.choose(STAGES[stage], asked, wanted, machine=where, offline=True)


def places(choice):
    return {place.device: place.batch_size for place in choice.places}


def test_every_gpu_is_used_unless_some_are_requested():
    assert chosen("asr", on(TWO)).choices[0].device == "cuda:0,cuda:1"
    assert chosen("asr", on(TWO), "cuda").choices[0].device == "cuda:0,cuda:1"
    assert chosen("asr", on(TWO), "cuda:1").choices[0].device == "cuda:1"
    assert chosen("asr", on(EIGHT), "cuda:0,cuda:2-4").choices[0].device == "cuda:0,cuda:2-4"
    assert chosen("asr", on(EIGHT)).choices[0].device == "cuda:0-7"


def test_the_only_gpu_has_no_number():
    assert chosen("asr", on(ONE)).choices[0].places == ()
    assert chosen("asr", on(ONE), "cuda:0").choices[0].device == "cuda"


@pytest.mark.parametrize("stage", ["asr", "diarization", "pyannote_vad", "alignment"])
def test_a_second_gpu_changes_neither_the_parameters_nor_the_key_of_a_result(stage):
    found = [chosen(stage, on(name)).choices[0] for name in (ONE, TWO, UNEQUAL)]
    assert found[0].params == found[1].params == found[2].params
    keys = [cache_key.ingredients(STAGES[stage], one, {"audio": "x"}) for one in found]
    assert keys[0] == keys[1] == keys[2]
    assert "cuda:" not in str(keys)


def test_a_smaller_gpu_gets_a_smaller_batch_of_the_same_model():
    choice = chosen("asr", on(UNEQUAL)).choices[0]
    assert (choice.model.id, choice.params["compute_type"]) == ("large-v3", "float16")
    assert places(choice) == {"cuda:0": 24, "cuda:1": 6}
    assert choice.places[1].need.vram_mb < 7972 * gpu_places.SHARE < choice.places[0].need.vram_mb
    assert places(chosen("diarization", on(UNEQUAL)).choices[0]) == {"cuda:0": 32, "cuda:1": 8}


def small(name="Small", memory_mb=4000, **facts):
    return Answer(name=name, memory_mb=memory_mb, **facts)


def test_a_model_that_fits_only_one_gpu_goes_only_there():
    two = machine(whisperx={"cuda:0": small(memory_mb=5400), "cuda:1": YES})
    found = chosen("asr", two, model="large-v3", compute_type="float16")
    assert found.choices[0].device == "cuda:1"
    assert [str(one) for one in found.refused] == [
        "cuda:0 is not used: large-v3 takes 4.6 GB in float16, more than 80% of its 5.7 GB"
    ]
    assert chosen("asr", two, model="base").choices[0].device == "cuda:0,cuda:1"


def test_a_gpu_that_cannot_compute_in_the_best_one_s_format_is_left_out():
    old = small(memory_mb=12000, compute_types=("float32", "int8"))
    two = machine(whisperx={"cuda:0": old, "cuda:1": dataclasses.replace(YES, compute_types=("float16",))})
    found = chosen("asr", two)
    assert found.choices[0].device == "cuda:1"
    assert str(found.refused[0]) == "cuda:0 is not used: it does not support float16, which cuda:1 uses"
    assert chosen("asr", two, "cuda:0").choices[0].params["compute_type"] == "int8"


def test_a_gpu_that_no_framework_can_use_is_reported_with_its_number():
    two = machine(pyannote={"cuda:0": YES, "cuda:1": Answer(why_not="it is too old")})
    found = chosen("pyannote_vad", two)
    assert found.choices[0].device == "cuda:0"
    assert str(found.refused[0]) == "cuda:1 is not used: it is too old"


def test_a_gpu_that_the_machine_lacks_is_an_error_that_lists_those_it_has():
    with pytest.raises(FatalError, match="this machine has no cuda:2") as caught:
        chosen("asr", on(TWO), "cuda:1,cuda:2")
    assert (caught.value.hint, caught.value.status) == ("its GPUs: cuda:0,cuda:1", ENVIRONMENT)
    with pytest.raises(FatalError, match="this machine has no cuda:1"):
        chosen("asr", on(ONE), "cuda:1")
    with pytest.raises(FatalError, match="no NVIDIA or AMD device was detected"):
        chosen("asr", machine(), "cuda:1")


def lesson_of(where, stage, device, **lesson):
    """Record what a run on `device` learnt."""
    choice = chosen(stage, where).choices[0]
    card = next(place.card for place in choice.places if place.device == device)
    memory_limits.learn(STAGES[stage], choice.backend, choice.model, choice.params, where.id, card, **lesson)


def test_a_batch_size_learnt_on_one_gpu_holds_for_its_equals():
    two = machine(here=True, pyannote={"cuda:0": YES, "cuda:1": YES})
    trust(two, "cuda:0")
    lesson_of(two, "pyannote_vad", "cuda:1", failed=128, fitted=64)
    assert places(chosen("pyannote_vad", two).choices[0]) == {"cuda:0": 64, "cuda:1": 64}


def test_a_batch_size_learnt_on_one_gpu_does_not_hold_for_another_model():
    two = machine(here=True, pyannote={"cuda:0": YES, "cuda:1": small(memory_mb=9000)})
    trust(two, "cuda:0", "cuda:1")
    lesson_of(two, "pyannote_vad", "cuda:1", failed=128, fitted=64)
    assert places(chosen("pyannote_vad", two).choices[0]) == {"cuda:0": 128, "cuda:1": 64}
    lesson_of(two, "pyannote_vad", "cuda:1", failed=1, fitted=0)
    found = chosen("pyannote_vad", two)
    assert places(found.choices[0]) == {"cuda:0": 128}
    assert str(found.refused[0]).startswith("cuda:1 is not used: ")


def trust(where, *names, agrees=True):
    choice = chosen("pyannote_vad", where).choices[0]
    for place in choice.places:
        if place.device in names:
            verdict = Verdict(agrees=agrees, said="as it was found")
            device_verdicts.keep(
                STAGES["pyannote_vad"], choice.backend, choice.model, where.id, verdict, place.card
            )


def test_a_verdict_on_one_gpu_holds_for_its_equals_and_for_no_other_model():
    equal = machine(here=True, pyannote={"cuda:0": YES, "cuda:1": YES})
    trust(equal, "cuda:0", agrees=False)
    assert chosen("pyannote_vad", equal).choices[0].backend.device == "cpu"
    reverse = machine(here=True, pyannote={"cuda:0": small(), "cuda:1": YES}, gpus=("Small", "Some GPU"))
    trust(reverse, "cuda:1", agrees=False)
    left = chosen("pyannote_vad", reverse).choices[0]
    assert (left.device, left.params["batch_size"]) == ("cuda:0", 64), "as if it were the only one"
    unequal = machine(here=True, pyannote={"cuda:0": YES, "cuda:1": small()}, gpus=("Some GPU", "Other"))
    trust(unequal, "cuda:1", agrees=False)
    found = chosen("pyannote_vad", unequal)
    assert found.choices[0].device == "cuda:0"
    assert str(found.refused[0]) == "cuda:1 is not used: as it was found"
