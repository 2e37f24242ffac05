from __future__ import annotations

import dataclasses
import json

import pytest

from orchestrator.cluster import facts
from orchestrator.cluster.facts import Facts, difference

OURS = Facts(
    checkout="/opt/orchestrator", version="0.1.0", commit="abc1234", code="c0de",
    locks={"media": "1", "nlp": "2"},
    models={"recognition base": "r1", "diarization embedded": "r2"},
)  # fmt: skip


def test_an_equal_machine_may_take_part():
    assert difference(OURS, dataclasses.replace(OURS, checkout="/srv/elsewhere")) is None


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        (
            {"code": "other", "commit": "fff0000"},
            "it has version 0.1.0 (fff0000) of this program, not 0.1.0 (abc1234)",
            "check out abc1234 in /srv/orchestrator, then run ./install.sh there",
        ),
        (
            {"code": "other"},
            "its program files differ from those here, although both are 0.1.0 (abc1234)",
            "undo the changes in /srv/orchestrator, or copy this checkout there",
        ),
        (
            {"locks": {"media": "1", "nlp": "x"}},
            "the locks of nlp differ from those here",
            "copy the folder envs to /srv/orchestrator, then run ./install.sh there",
        ),
        (
            {"unready": {"nlp": "it is not installed"}},
            "the environment nlp is not ready there: it is not installed",
            "run ./install.sh in /srv/orchestrator, or start with --ray-install",
        ),
        (
            {"models": {"diarization embedded": "r2"}},
            "it lacks the models recognition base",
            "run there: orchestrator models pull base",
        ),
        (
            {"models": {**OURS.models, "recognition large-v3": "r3"}},
            "it has models that are not here, and would use them: recognition large-v3",
            "run here: orchestrator models pull large-v3",
        ),
        (
            {"models": {**OURS.models, "recognition base": "r9"}},
            "it has another revision of the models recognition base",
            "run on both machines: orchestrator models pull base",
        ),
    ],
)
def test_a_machine_that_differs_is_told_what_to_do(changes, message, hint):
    found = difference(OURS, dataclasses.replace(OURS, checkout="/srv/orchestrator", **changes))
    assert found is not None
    assert (found.message, found.hint) == (message, hint)


def test_only_what_install_sh_repairs_is_installed():
    unready = dataclasses.replace(OURS, unready={"nlp": "it is not installed"})
    assert difference(OURS, unready).installing
    assert not difference(OURS, dataclasses.replace(OURS, code="other")).installing


def test_the_facts_of_this_machine_survive_the_way_to_another():
    here = facts.here()
    assert facts.of_json(json.dumps(dataclasses.asdict(here))) == here
    assert here.locks.keys() >= {"media", "cluster"}


def test_a_change_of_the_code_changes_its_digest(tmp_path):
    package = tmp_path / "orchestrator"
    package.mkdir()
    (package / "a.py").write_text("A = 1\n")
    before = facts.code_digest(tmp_path)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "b.py").write_text("")
    assert facts.code_digest(tmp_path) == before
    (package / "a.py").write_text("A = 2\n")
    assert facts.code_digest(tmp_path) != before
