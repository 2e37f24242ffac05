from __future__ import annotations

import pytest

from orchestrator.environments import pip_indexes


@pytest.fixture
def machine(tmp_path):
    """A user with a home of their own; pip's machine-wide file is not looked at."""
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    return {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}, tmp_path


def pip_conf(home, text):
    (home / ".config" / "pip" / "pip.conf").write_text(text)


def variables_for_uv(environ):
    return {
        key: value
        for key, value in pip_indexes.uv_environment(environ).items()
        if key.startswith(("UV_IN", "UV_D", "UV_F", "SSL"))
    }


def test_uv_gets_the_settings_of_pip_s_file(machine):
    environ, home = machine
    pip_conf(
        home,
        "[global]\nindex-url = https://mirror.example/simple\ncert = /ca.pem\n[install]\nfind_links = /\n",
    )
    settings = variables_for_uv(environ)
    assert settings["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert settings["SSL_CERT_FILE"] == "/ca.pem"
    assert settings["UV_FIND_LINKS"] == "/"


def test_a_variable_of_pip_overrides_its_file(machine):
    environ, home = machine
    pip_conf(home, "[global]\nindex-url = https://file.example/simple\n")
    settings = variables_for_uv({**environ, "PIP_INDEX_URL": "https://variable.example/simple"})
    assert settings["UV_DEFAULT_INDEX"] == "https://variable.example/simple"


@pytest.mark.parametrize("variable", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_a_variable_of_uv_overrides_pip_s(machine, variable):
    environ, _ = machine
    settings = variables_for_uv(
        {**environ, variable: "https://uv.example", "PIP_INDEX_URL": "https://pip.example"}
    )
    assert settings[variable] == "https://uv.example"
    assert "https://pip.example" not in settings.values()


def test_uv_s_file_overrides_pip_s(machine):
    environ, home = machine
    (home / ".config" / "uv").mkdir()
    (home / ".config" / "uv" / "uv.toml").write_text(
        '[[index]]\nurl = "https://uv.example"\ndefault = true\n'
    )
    assert "UV_DEFAULT_INDEX" not in variables_for_uv({**environ, "PIP_INDEX_URL": "https://pip.example"})


def test_missing_folders_are_dropped(machine):
    environ, home = machine
    settings = variables_for_uv(
        {
            **environ,
            "PIP_FIND_LINKS": f"{home}/absent {home} https://links.example",
            "PIP_EXTRA_INDEX_URL": f"file://{home}/absent file://{home} https://extra.example",
        }
    )
    assert settings["UV_FIND_LINKS"] == f"{home},https://links.example"
    assert settings["UV_INDEX"] == f"file://{home} https://extra.example"


def test_every_index_is_searched_for_every_package(machine):
    environ, _ = machine
    assert variables_for_uv(environ)["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert (
        variables_for_uv({**environ, "UV_INDEX_STRATEGY": "first-index"})["UV_INDEX_STRATEGY"]
        == "first-index"
    )


def test_an_invalid_file_of_pip_is_ignored(machine):
    environ, home = machine
    pip_conf(home, "index-url = no section here\n")
    assert "UV_DEFAULT_INDEX" not in variables_for_uv(environ)
