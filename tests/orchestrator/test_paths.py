"""The paths of state and configuration are those of earlier versions, so that an existing store is found."""

from __future__ import annotations

import os

import pytest

from orchestrator import paths
from orchestrator.config.files import user_path

LINUX, MAC = "linux", "darwin"
MAC_FOLDER = "/user/Library/Application Support/orchestrator"
CASES = [
    # platform, variables, state, configuration
    (LINUX, {}, "/user/.local/share/orchestrator", "/user/.config/orchestrator/config.toml"),
    (
        LINUX,
        {"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/settings"},
        "/data/orchestrator",
        "/settings/orchestrator/config.toml",
    ),
    (
        LINUX,
        {"XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""},
        "/user/.local/share/orchestrator",
        "/user/.config/orchestrator/config.toml",
    ),
    (MAC, {}, MAC_FOLDER, f"{MAC_FOLDER}/config.toml"),
    (
        MAC,
        {"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/settings"},
        MAC_FOLDER,
        f"{MAC_FOLDER}/config.toml",
    ),
    *(
        (
            platform,
            {
                "ORCHESTRATOR_HOME": "~/mine",
                "ORCHESTRATOR_CONFIG": "/etc/mine.toml",
                "XDG_DATA_HOME": "/data",
            },
            "/user/mine",
            "/etc/mine.toml",
        )
        for platform in (LINUX, MAC)
    ),
]


@pytest.mark.parametrize(("platform", "variables", "state", "configuration"), CASES)
def test_the_paths_are_those_of_earlier_versions(platform, variables, state, configuration, monkeypatch):
    for name in ("ORCHESTRATOR_HOME", "ORCHESTRATOR_CONFIG", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/user")
    monkeypatch.setattr("sys.platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert str(paths.home()) == state
    assert str(paths.config_file(os.environ)) == configuration
    assert user_path(os.environ) == paths.config_file(os.environ)


def test_a_relative_path_in_a_variable_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCHESTRATOR_HOME", "state")
    assert paths.home() == tmp_path / "state"
    assert paths.config_file({"ORCHESTRATOR_CONFIG": "my.toml"}) == tmp_path / "my.toml"


def test_the_checkout_contains_the_environments_and_the_stages():
    assert (paths.checkout() / "envs" / "media" / "pyproject.toml").is_file()
    assert (paths.checkout() / "stage_runners").is_dir()
