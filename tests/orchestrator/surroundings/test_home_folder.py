"""Where the user's home is, and what `~` means where."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from orchestrator import paths
from orchestrator.errors import STORAGE, USAGE, FatalError
from orchestrator.surroundings import home_folder

LISTED = Path(pwd.getpwuid(os.getuid()).pw_dir)


@pytest.mark.parametrize("wrong", [{}, {"HOME": ""}, {"HOME": "/"}, {"HOME": "some/where"}, {"HOME": "~"}])
def test_without_a_usable_home_the_list_of_users_counts(wrong):
    assert home_folder.of(wrong) == LISTED
    assert home_folder.of({"HOME": "/home/ada"}) == Path("/home/ada")


def test_a_user_without_any_home_is_told_to_choose_a_place(monkeypatch):
    monkeypatch.setattr(home_folder, "_listed", lambda: "")
    for name in ("ORCHESTRATOR_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(FatalError) as caught:
        paths.home()
    assert (caught.value.status, caught.value.hint) == (
        STORAGE,
        "set ORCHESTRATOR_HOME to a folder that can be written",
    )
    monkeypatch.setenv("ORCHESTRATOR_HOME", "/data")
    assert paths.home() == Path("/data")


def test_a_relative_xdg_variable_has_no_effect(monkeypatch):
    monkeypatch.delenv("ORCHESTRATOR_HOME", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    assert paths.home() == Path("/home/ada/.local/share/orchestrator")


def test_a_folder_for_results_that_is_not_utf8_is_refused(monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", "/caf\udce9")
    with pytest.raises(FatalError, match="not UTF-8"):
        paths.home()


def test_an_unknown_user_in_a_variable_or_a_file_is_reported():
    with pytest.raises(FatalError, match="there is no user 'nobody-of-that-name'") as caught:
        home_folder.expanded("~nobody-of-that-name/x", "output_dir")
    assert caught.value.status == USAGE


def test_only_the_user_s_own_home_is_expanded_in_an_option(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert home_folder.own(Path("~/films")) == Path("/home/ada/films")
    for name in ("~holiday", "~", "a/~/b", "~root/x"):
        assert home_folder.own(Path(name)) == Path(name)
