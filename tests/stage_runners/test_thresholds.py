"""Thresholds: every number that a stage declares is in its key, and its method uses it."""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
from pathlib import Path

import pytest

from orchestrator.stages.catalog import STAGES

FOLDER = Path(__file__).resolve().parents[2] / "stage_runners"
DECLARED = sorted(path.parent.name for path in FOLDER.glob("*/thresholds.py"))


def of(folder):
    return importlib.import_module(f"stage_runners.{folder}.thresholds")


def test_these_stages_declare_thresholds():
    assert {"attribution", "phrases", "shots", "sounds", "subtitles"} <= set(DECLARED)


@pytest.mark.parametrize("folder", DECLARED)
def test_every_instance_of_the_module_is_declared_by_its_stage(folder):
    module = of(folder)
    instances = [
        one for one in vars(module).values() if dataclasses.is_dataclass(one) and not isinstance(one, type)
    ]
    assert list(module.THRESHOLDS) == instances
    stages = [
        stage for stage in STAGES.values() if stage.backends[0].runner.startswith(f"stage_runners.{folder}.")
    ]
    assert any(stage.thresholds == module.THRESHOLDS for stage in stages)


@pytest.mark.parametrize("folder", DECLARED)
def test_values_are_plain_numbers_which_a_manifest_gives_back_as_they_were(folder):
    for group in of(folder).THRESHOLDS:
        values = dataclasses.asdict(group)
        assert all(isinstance(value, int | float) for value in values.values())
        assert json.loads(json.dumps(values)) == values


@pytest.mark.parametrize("folder", DECLARED)
def test_every_threshold_is_used(folder):
    code = "".join(
        path.read_text() for path in (FOLDER / folder).rglob("*.py") if path.name != "thresholds.py"
    )
    names = [field.name for group in of(folder).THRESHOLDS for field in dataclasses.fields(group)]
    assert [name for name in names if not re.search(rf"\.{name}\b", code)] == []
