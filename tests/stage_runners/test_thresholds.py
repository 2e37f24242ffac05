"""Numbers that change results are in the keys of the results."""

from __future__ import annotations

import importlib

import pytest

from ipc.thresholds import Thresholds
from tests import stage_code

COMMANDS = {"sync"}
"""Rooms of commands: their results are not stored, so their thresholds are in no key."""
ROOMS = sorted(
    room
    for path in (stage_code.ROOT / "stage_runners").glob("*/thresholds.py")
    if (room := path.parent.name) not in COMMANDS
)


@pytest.mark.parametrize("room", ROOMS)
def test_every_threshold_is_listed_by_a_stage(room):
    module = importlib.import_module(f"stage_runners.{room}.thresholds")
    declared = {group for value in vars(module).values() for group in _groups(value)}
    listed = {group for _, stage in stage_code.stages() for group in _all(stage)}
    assert declared, room
    assert declared <= listed


def _all(stage):
    return {*stage.thresholds, *(group for backend in stage.backends for group in backend.thresholds)}


def _groups(value):
    return [value] if isinstance(value, Thresholds) else []


def test_the_threshold_names_of_a_stage_are_unique():
    for title, stage in stage_code.stages():
        names = [f"{type(group).__name__}.{name}" for group in _all(stage) for name in group.values()]
        assert len(names) == len(set(names)), title
