"""What a lack of memory taught, and for how long it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.models.resolve import Model
from orchestrator.planning import memory_limits
from orchestrator.stages.catalog import STAGES

ASR = STAGES["asr"]
CUDA, *_, CPU = ASR.backends
LARGE = Model(id="large-v3", revision="abc", path=Path(), role="recognition")
NOON = 1_795_262_400.0  # 2026-11-21 12:00 UTC
DAY = 24 * 3600.0
PARAMS = {"compute_type": "float16", "batch_size": 16}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    return tmp_path


def limit(now=NOON, backend=CUDA, model=LARGE, machine="m", **params):
    return memory_limits.limit(ASR, backend, model, {**PARAMS, **params}, machine, now=now)


def learn(**facts):
    memory_limits.learn(ASR, CUDA, LARGE, PARAMS, "m", now=NOON, **facts)


def test_the_next_run_starts_with_the_batch_that_fitted_and_the_reason():
    learn(failed=8, fitted=4)
    assert limit().batch == 4
    assert limit().why == "batch size 4, because large-v3 ran out of memory with 8 on 2026-11-21"


def test_a_device_on_which_nothing_fitted_is_left_out():
    learn(failed=1, fitted=0)
    assert limit().batch == 0
    assert limit().why == "large-v3 did not fit in the memory of cuda on 2026-11-21"


@pytest.mark.parametrize(
    "other",
    [
        {"machine": "another"},
        {"backend": CPU},
        {"compute_type": "int8"},
        {"model": Model(id="large-v3", revision="other weights", path=Path(), role="recognition")},
        {"model": Model(id="base", revision="", path=Path(), role="recognition")},
    ],
)
def test_a_limit_does_not_apply_to_another_machine_backend_or_model(other):
    learn(failed=8, fitted=4)
    assert limit(**other) is None


def test_the_batch_limit_doubles_every_week_until_it_expires():
    learn(failed=16, fitted=2)
    assert [limit(NOON + days * DAY).batch for days in (0, 6, 7, 14)] == [2, 2, 4, 8]
    assert limit(NOON + 21 * DAY) is None


def test_a_device_on_which_nothing_fitted_is_tried_again_after_a_week():
    learn(failed=1, fitted=0)
    assert limit(NOON + 6 * DAY) is not None
    assert limit(NOON + 7 * DAY) is None


def test_limits_are_forgotten_after_four_weeks_or_with_a_wrong_clock():
    learn(failed=1024, fitted=1)
    assert limit(NOON + 27 * DAY).batch == 8
    assert limit(NOON + 28 * DAY) is None
    assert limit(NOON - DAY) is None


def test_limits_can_be_cleared():
    learn(failed=8, fitted=4)
    assert memory_limits.forget() == 1
    assert limit() is None


def test_a_damaged_file_reads_as_empty(home):
    learn(failed=8, fitted=4)
    next((home / "memo" / "memory").iterdir()).write_text("{")
    assert limit() is None


def test_without_a_writable_home_no_limit_is_remembered(monkeypatch, home):
    (home / "file").write_text("")
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(home / "file"))
    learn(failed=8, fitted=4)
    assert limit() is None
