"""Calls that cannot start a run: the real process, and errors as exceptions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator import SubtitleError, subtitle

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ORCHESTRATOR_CONFIG", "")
    monkeypatch.chdir(tmp_path)


def refused(film, **options) -> SubtitleError:
    with pytest.raises(SubtitleError) as raised:
        subtitle(film, **options)
    return raised.value


def test_a_film_that_is_not_there(tmp_path, capfd):
    (tmp_path / "movie.mp4").write_bytes(b"")
    error = refused("movie.mpg")
    assert (error.message, error.category) == (f"{tmp_path}/movie.mpg: file not found", "input")
    assert error.hint == "did you mean movie.mp4?"
    assert error.result is None
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"langauge": "de"}, "subtitle(): langauge: there is no such option", "did you mean language?"),
        ({"beam_size": 0}, "subtitle(): beam_size = 0: must be at least 1", ""),
        ({"cast": Path("none.csv")}, "none.csv", ""),
    ],
    ids=["a name", "a value", "a relative path"],
)
def test_an_option_that_is_wrong(tmp_path, options, message, hint):
    (tmp_path / "movie.mp4").write_bytes(b"1")
    error = refused("movie.mp4", **options)
    assert message in error.message
    assert hint in error.hint
    if "cast" in options:
        assert str(tmp_path / "none.csv") in error.message
    assert error.category in {"config", "input"}


def test_a_value_that_no_option_can_have():
    error = refused("movie.mp4", language=object)
    assert error.message.startswith("subtitle(): not a value of an option: <class")
    assert error.category == "config"


def test_the_package_imports_next_to_nothing_until_the_interface_is_used():
    script = (
        "import sys\nbefore = set(sys.modules)\nimport orchestrator\n"
        "print(*sorted(set(sys.modules) - before))\n"
        "from orchestrator import subtitle\nprint(subtitle.__name__, 'rich' in sys.modules)\n"
        "orchestrator.nothing"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout == "orchestrator\nsubtitle False\n"
    assert "AttributeError: module 'orchestrator' has no attribute 'nothing'" in done.stderr
