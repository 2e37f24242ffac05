"""`upgrade` from a repository, and `uninstall`, both in made-up installations."""

from __future__ import annotations

import subprocess

import pytest

from orchestrator import cli
from orchestrator.commands import uninstall, upgrade
from orchestrator.paths import COMMAND_MARK


def git(folder, *words):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, "-C", folder, *words], check=True, capture_output=True)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A clone of a repository with a newer version; its install.sh writes a file."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init")
    (origin / "CHANGELOG.md").write_text("# Changelog\n\n- The first thing.\n")
    (origin / "install.sh").write_text("#!/bin/sh\ntouch installed\n")
    (origin / "install.sh").chmod(0o755)
    git(origin, "add", ".")
    git(origin, "commit", "-m", "one")
    subprocess.run(["git", "clone", "-q", origin, clone], check=True)
    (origin / "CHANGELOG.md").write_text("# Changelog\n\n- A newer thing.\n- The first thing.\n")
    git(origin, "commit", "-am", "two")
    monkeypatch.setattr(upgrade, "checkout", lambda: clone)
    return clone


def test_an_upgrade_pulls_shows_what_is_new_and_installs(installed, capsys):
    assert cli.main(["upgrade", "--check"]) == 0
    assert capsys.readouterr().out == "- A newer thing.\n"
    assert not (installed / "installed").exists()
    assert cli.main(["upgrade"]) == 0
    assert (installed / "installed").exists()
    assert "newer" in (installed / "CHANGELOG.md").read_text()
    capsys.readouterr()
    assert cli.main(["upgrade"]) == 0
    assert capsys.readouterr().out == "this is the newest version\n"


def test_an_upgrade_leaves_local_changes_alone(installed, capsys):
    (installed / "CHANGELOG.md").write_text("mine")
    assert cli.main(["upgrade"]) == 1
    assert "CHANGELOG.md was changed here, so nothing was updated" in capsys.readouterr().err
    assert (installed / "CHANGELOG.md").read_text() == "mine"


def test_an_upgrade_without_the_repository_is_a_sentence(installed, capsys):
    git(installed, "remote", "set-url", "origin", str(installed / "nowhere"))
    assert cli.main(["upgrade"]) == 1
    assert "the repository cannot be reached" in capsys.readouterr().err


def test_an_upgrade_of_a_folder_that_is_no_repository_is_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(upgrade, "checkout", lambda: tmp_path)
    assert cli.main(["upgrade"]) == 1
    assert "is not a git repository" in capsys.readouterr().err


@pytest.fixture
def house(tmp_path, monkeypatch):
    """An installation with results, user data and a command, and a film with subtitles beside it."""
    home, checkout = tmp_path / "home", tmp_path / "checkout"
    for place in ("store/results", "voices", "edits", "memo/written", "memo/digests"):
        (home / place).mkdir(parents=True)
    (home / "voices" / "aditi.json").write_text("a voice")
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "movie.en.srt").write_text("text")
    (checkout / ".venv").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "orchestrator").write_text(
        f"#!/bin/sh\n{COMMAND_MARK}\nexec {checkout}/.venv/bin/python"
    )
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(home))
    monkeypatch.setenv("ORCHESTRATOR_BIN", str(tmp_path / "bin"))
    monkeypatch.setenv("ORCHESTRATOR_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config.toml").write_text("")
    monkeypatch.setattr(uninstall, "checkout", lambda: checkout)
    monkeypatch.setattr(uninstall.registry, "names", list)
    monkeypatch.setattr(uninstall.sys, "prefix", str(checkout / ".venv"))
    return tmp_path


def test_uninstalling_removes_what_it_lists_and_keeps_what_the_user_made(house, capsys):
    assert cli.main(["uninstall", "--yes"]) == 0
    listed = capsys.readouterr().out
    gone = ("home/store", "bin/orchestrator", "checkout/.venv", "home/memo/digests")
    stay = (
        "home/voices/aditi.json",
        "home/edits",
        "home/memo/written",
        "config.toml",
        "films/movie.en.srt",
        "checkout",
    )
    assert [(house / path).exists() for path in gone] == [False] * len(gone)
    assert [(house / path).exists() for path in stay] == [True] * len(stay)
    assert all(f"remove {house / path}" in listed for path in gone)
    assert f"keep   {house / 'home/voices'}" in listed


def test_purging_removes_the_user_s_data_too_but_nothing_beside_films(house):
    assert cli.main(["uninstall", "--yes", "--purge"]) == 0
    assert not (house / "home").exists()
    assert not (house / "config.toml").exists()
    assert (house / "films" / "movie.en.srt").exists()


def test_nothing_is_removed_without_an_answer_or_while_a_run_is_going_on(house, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert cli.main(["uninstall"]) == 2
    assert "use --yes" in capsys.readouterr().err
    from orchestrator.util import locks

    with locks.hold(house / "home" / "store" / "lock", shared=True):
        assert cli.main(["uninstall", "--yes"]) == 1
    assert "a run is going on" in capsys.readouterr().err
    assert (house / "checkout" / ".venv").exists()


def test_a_command_of_another_checkout_is_kept(house):
    (house / "bin" / "orchestrator").write_text(f"#!/bin/sh\n{COMMAND_MARK}\nexec /elsewhere/python")
    assert cli.main(["uninstall", "--yes"]) == 0
    assert (house / "bin" / "orchestrator").exists()
