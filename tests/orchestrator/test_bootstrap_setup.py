"""The end of install.sh: it offers the setup where somebody can answer, and else prints the command."""

from __future__ import annotations

import argparse
import sys

import pytest

from orchestrator import bootstrap
from orchestrator.commands import setup
from orchestrator.errors import FAILED, OK

EVERYTHING = ("media", "whisperx", "pyannote")


@pytest.fixture
def ran(monkeypatch):
    """The setups that were started."""
    started = []
    monkeypatch.setattr(setup, "run", lambda arguments: started.append(arguments) or FAILED)
    return started


@pytest.fixture
def terminal(monkeypatch):
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)


def ended(*options, names=EVERYTHING):
    return bootstrap._set_up(bootstrap._parse(options), names, "orchestrator")


def test_without_a_terminal_it_prints_the_command_and_asks_nothing(ran, capsys):
    assert ended() == OK
    assert capsys.readouterr().out == (
        "      orchestrator setup       downloads the models that suit this machine and your films\n"
    )
    assert ran == []


def test_yes_passes_on_with_the_languages_and_the_status(ran, capsys):
    assert ended("--yes", "--language", "de,en") == FAILED
    (arguments,) = ran
    assert (arguments.yes, arguments.language, arguments.dry_run) == (True, "de,en", False)


@pytest.mark.parametrize(("answer", "started"), [(True, 1), (False, 0)])
def test_at_a_terminal_it_asks(answer, started, ran, terminal, monkeypatch):
    monkeypatch.setattr("orchestrator.setup.questions.agreed", lambda *_, default: answer)
    assert ended() == (FAILED if answer else OK)
    assert len(ran) == started
    assert all(not arguments.yes for arguments in ran)


@pytest.mark.parametrize(("options", "names"), [(["--offline"], EVERYTHING), ([], ("media",))])
def test_it_asks_nothing_where_nothing_could_be_downloaded(options, names, ran, terminal):
    assert ended(*options, names=names) == OK
    assert ran == []


def test_the_arguments_of_the_setup_are_those_of_its_command():
    assert isinstance(setup.parsed([]), argparse.Namespace)
    assert vars(setup.parsed([])).keys() >= {"language", "target_language", "yes", "dry_run", "quiet"}
