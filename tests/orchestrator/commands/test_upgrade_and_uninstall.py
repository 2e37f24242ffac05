"""`upgrade` from a repository, and `uninstall`, both in made-up installations."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys

import pytest

from orchestrator import cli
from orchestrator.commands import completion, uninstall, upgrade
from orchestrator.paths import COMMAND_MARK
from orchestrator.serve.install import place as places
from orchestrator.serve.install import systemd


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


def test_an_upgrade_that_would_overwrite_a_file_of_the_user_s_says_which(installed, capsys):
    origin = installed.with_name("origin")
    (origin / "notes.txt").write_text("theirs")
    git(origin, "add", ".")
    git(origin, "commit", "-m", "three")
    (installed / "notes.txt").write_text("mine")
    assert cli.main(["upgrade"]) == 1
    said = capsys.readouterr().err
    assert "notes.txt" in said
    assert "commits" not in said
    assert (installed / "notes.txt").read_text() == "mine"


def test_an_upgrade_without_a_branch_says_how_to_get_one(installed, capsys):
    git(installed, "checkout", "--detach")
    assert cli.main(["upgrade"]) == 1
    said = capsys.readouterr().err
    assert "no branch" in said
    assert "git checkout main" in said


def test_a_repository_that_git_refuses_is_not_called_a_folder_without_one(installed, capsys, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "perhaps")
    assert cli.main(["upgrade"]) == 1
    said = capsys.readouterr().err
    assert "is not a git repository" not in said
    assert "core.bare" in said


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
    for place in ("store/results", "tmp", "voices", "edits", "memo/written", "memo/digests"):
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


def test_only_our_own_completion_is_removed(house):
    ours, theirs = (completion.place(shell, os.environ) for shell in ("bash", "fish"))
    for path, text in ((ours, "# AUTOMATICALLY GENERATED by `shtab`"), (theirs, "complete -c orchestrator")):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    assert cli.main(["uninstall", "--yes"]) == 0
    assert (ours.exists(), theirs.exists()) == (False, True)


def test_uninstalling_removes_what_it_lists_and_keeps_what_the_user_made(house, capsys):
    assert cli.main(["uninstall", "--yes"]) == 0
    listed = capsys.readouterr().out
    gone = ("home/store", "home/tmp", "bin/orchestrator", "checkout/.venv", "home/memo/digests")
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


def test_the_command_of_another_checkout_stays(house):
    command = house / "bin" / "orchestrator"
    command.write_text(
        f"#!/bin/sh\n{COMMAND_MARK}\nexec {house}/checkout-2/.venv/bin/python -m orchestrator\n"
    )
    assert cli.main(["uninstall", "--yes"]) == 0
    assert command.exists()


def test_the_command_of_a_checkout_whose_name_needs_quotes_is_found(house, monkeypatch):
    checkout = house / "it's here"
    monkeypatch.setattr(uninstall, "checkout", lambda: checkout)
    command = house / "bin" / "orchestrator"
    python = shlex.quote(str(checkout / ".venv/bin/python"))
    command.write_text(f"#!/bin/sh\n{COMMAND_MARK}\nexec {python} -m orchestrator\n")
    assert command in list(uninstall.removed(purge=False))


def test_the_end_of_the_input_is_no_agreement(house, monkeypatch, capsys):
    def ended(prompt):
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", ended)
    assert cli.main(["uninstall"]) == 1
    assert "internal error" not in capsys.readouterr().err
    assert (house / "home" / "store").exists()


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


def test_a_store_that_another_machine_uses_is_not_removed_and_a_link_to_it_is(house, capsys, monkeypatch):
    store = house / "home" / "store"
    (store / "users").mkdir(parents=True, exist_ok=True)
    lease = store / "users" / "0123abcd-7-00ff00.json"
    lease.write_text(json.dumps({"host": "0123abcd", "pid": 7, "machine": "nas"}))
    assert cli.main(["uninstall", "--yes"]) == 1
    assert "runs on nas are going on, so nothing was removed" in capsys.readouterr().err
    shared = house / "shared"
    store.rename(shared)
    store.symlink_to(shared)
    assert cli.main(["uninstall", "--yes"]) == 0
    assert not store.is_symlink()
    assert (shared / "users" / lease.name).exists()


def test_a_command_of_another_checkout_is_kept(house):
    (house / "bin" / "orchestrator").write_text(f"#!/bin/sh\n{COMMAND_MARK}\nexec /elsewhere/python")
    assert cli.main(["uninstall", "--yes"]) == 0
    assert (house / "bin" / "orchestrator").exists()


def test_nothing_is_removed_while_systemd_starts_the_program(house, capsys, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    unit = places.place(system=False).file
    unit.parent.mkdir(parents=True)
    unit.write_text(f"{systemd.MARK}\n[Service]\nExecStart={sys.executable} -m orchestrator serve\n")
    assert cli.main(["uninstall", "--yes"]) == 2
    assert "first run: orchestrator serve --uninstall" in capsys.readouterr().err
    assert (house / "checkout" / ".venv").exists()
    unit.write_text(f"{systemd.MARK}\n[Service]\nExecStart=/another/python -m orchestrator serve\n")
    assert cli.main(["uninstall", "--yes"]) == 0
