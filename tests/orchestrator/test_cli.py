"""The command line itself: mistakes get a line or two with the nearest name, and films may stand anywhere."""

from __future__ import annotations

import pytest

from orchestrator import cli
from orchestrator.errors import USAGE


def said(capsys, *words):
    try:
        status = cli.main(list(words))
    except SystemExit as ended:
        status = ended.code
    return status, capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "x.mp4", "--langauge", "en"], "did you mean --language?"),
        (["dvices"], "did you mean devices?"),
        (["run"], "FILM"),
        (["run", "x.mp4", "--batch-size", "many"], "--batch-size"),
    ],
)
def test_a_mistake_is_said_shortly_with_the_nearest_name(capsys, words, says):
    status, told = said(capsys, *words)
    assert status == USAGE
    assert says in told.err
    assert len(told.err.splitlines()) <= 3


def test_films_may_stand_before_and_after_options(capsys, tmp_path):
    status, told = said(
        capsys, "run", str(tmp_path / "a.mp4"), "--strict", str(tmp_path / "b.mp4"), "--dry-run"
    )
    assert "there is no file" in told.err
    assert "a.mp4" in told.err
    assert status != USAGE


def test_help_of_a_command_can_be_asked_for_in_words(capsys):
    status, told = said(capsys, "help", "plan")
    assert status == 0
    assert "--machine" in told.out
