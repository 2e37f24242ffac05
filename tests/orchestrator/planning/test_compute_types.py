"""The number formats of a family of models, which can differ from those of the device's framework."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.errors import FatalError
from orchestrator.models import families
from orchestrator.planning import choices
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.machines import machine


def taken(**asked):
    [choice] = choices.choose(STAGES["asr"], asked, {}, machine=machine(), offline=True).choices
    return choice.params["compute_type"]


def test_a_family_s_own_number_format_is_taken_and_others_are_refused(monkeypatch):
    assert taken(model="large-v3") == "int8"
    whisper, *others = families.ROLES["recognition"]
    exact = replace(whisper, compute_types={"cpu": ("float32", "bfloat16")})
    monkeypatch.setitem(families.ROLES, "recognition", (exact, *others))
    assert taken(model="large-v3") == "float32"
    assert taken(model="large-v3", compute_type="bfloat16") == "bfloat16"
    with pytest.raises(FatalError, match="asr: whisper on cpu cannot compute in int8") as caught:
        taken(model="large-v3", compute_type="int8")
    assert caught.value.hint == "use one of bfloat16, float32"
