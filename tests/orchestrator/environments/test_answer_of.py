"""A module's answer, or a sentence on why there is none."""

import subprocess

import pytest

from orchestrator.environments import registry, run_module
from orchestrator.errors import FAILED, FatalError


@pytest.fixture
def ends(monkeypatch):
    monkeypatch.setattr(registry, "require", lambda env: env)

    def with_(status=0, stdout="", stderr="", error=None):
        def run(*_, **__):
            if error:
                raise error
            return subprocess.CompletedProcess([], status, stdout, stderr)

        monkeypatch.setattr(run_module, "run_module", run)

    return with_


def answer():
    return run_module.answer_of("nlp", "sync.main", doing="the comparison", timeout=9)


def test_the_last_line_is_the_answer(ends):
    ends(stdout='a library says hello\n{"verdict": "right"}\n')
    assert answer() == {"verdict": "right"}


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (
            {"status": 1, "stderr": "Traceback\nKeyError: 3\n"},
            "the comparison ended with status 1: KeyError: 3",
        ),
        ({}, "the comparison ended with status 0: nothing on stderr"),
        ({"error": subprocess.TimeoutExpired("x", 9)}, "the comparison did not finish within 9 s"),
    ],
)
def test_without_an_answer_there_is_a_sentence(ends, how, why):
    ends(**how)
    with pytest.raises(FatalError) as raised:
        answer()
    assert (raised.value.message, raised.value.status) == (why, FAILED)
