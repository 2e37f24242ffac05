"""Qwen3's small networks in their real file layouts: what the engine offers, and each fault of a folder."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.stage_runners import processes
from tests.stage_runners.qwen.folders_text import SAID

pytestmark = [pytest.mark.env("qwen"), pytest.mark.slow]


@pytest.fixture(scope="module")
def found(models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("qwen") / "models"
    shutil.copytree(models, folder)
    done = processes.run("qwen", "tests.stage_runners.qwen.qwen_check", folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("layout", ["asr", "asr-hf"])
def test_both_layouts_of_a_model_write_the_same_and_offer_everything(found, layout):
    own = found[layout]
    assert own == found["asr"]
    assert own["texts"] == [SAID] * 3
    assert own["unknown"] == [[SAID, "en"]] * 3
    assert own["vectors"] == [95, 150, 7]
    assert own["batch is as alone"]
    assert {*own["languages"], *own["spans"]} == {"en"}
    assert min(own["said"]) > 0.9
    assert max(own["not said"]) < 0.1
    assert max(own["likely"]) <= 0


def test_a_prompt_has_a_limit_and_no_special_tokens(found):
    own = found["asr"]
    assert own["fitting"] == 204
    assert own["special"] == [9, 0]
    category, message, _ = own["too long"]
    assert category == "config"
    assert message.startswith("--initial-prompt and --hotwords have ")
    assert message.endswith(" tokens together; this engine allows 1024")


def test_a_loop_ends_early_or_at_the_window_s_limit_and_is_not_kept(found):
    assert found["loop"] == {"tokens": 60, "doubtful": True, "limit": 32 + round(25 * 7.3), "kept": []}


def test_both_layouts_of_an_aligner_give_the_same_times(found):
    first, second = found["times"]
    assert first == second
    assert any(first)
    assert all(start < end <= 6 for start, end, _ in filter(None, first))


def test_a_full_device_is_reported_as_such(found):
    assert found["memory"] == ["oom_device", "CUDA out of memory. Tried to allocate 2.00 GiB"]


@pytest.mark.parametrize(
    ("fault", "category", "words"),
    [
        ("no weights", "config", "it has no model.safetensors"),
        ("a shard", "config", "it has no model-00002-of-00002.safetensors"),
        ("cut off", "config", "model.safetensors is damaged: "),
        ("a tensor", "config", "its weights lack model.language_model.norm.weight"),
        ("no merges", "config", "it has no merges.txt"),
        ("another tokenizer", "config", "its tokenizer does not fit: it has no token <asr_text>"),
        ("shifted tokens", "config", "its tokenizer does not fit: <|audio_pad|> is "),
        (
            "settings",
            "config",
            "wrong settings: Validation error for field 'hidden_size': TypeError",
        ),
        ("another network", "config", "not a Qwen3-ASR model: its config.json says qwen3"),
        ("an aligner", "config", "a Qwen3-ForcedAligner model, not Qwen3-ASR"),
        ("a recogniser", "config", "a Qwen3-ASR model, not Qwen3-ForcedAligner"),
        ("old", "env", "Transformers 4.57.6 has no Qwen3-ASR"),
    ],
)
def test_a_fault_is_one_sentence_that_names_the_folder(found, fault, category, words):
    given, message, hint = found["faults"][fault]
    assert given == category
    assert words in message
    assert fault == "old" or message.startswith("/")
    assert "\n" not in message + hint
    assert not message.endswith(".")
    assert hint
