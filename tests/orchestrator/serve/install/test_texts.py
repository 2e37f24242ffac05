"""The texts that systemd and launchd read."""

from __future__ import annotations

import configparser
import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import USAGE, FatalError
from orchestrator.serve.install import launchd, start, systemd

FILMS = Path("/srv/Films, 100% $mine")
ENVIRON = {
    "PATH": "/usr/bin:/bin", "HOME": "/home/ada", "EDITOR": "vi", "HF_TOKEN": "hf_secretsecret",
    "ORCHESTRATOR_ENVS": "/opt/envs", "ORCHESTRATOR_API_KEY": "k",
}  # fmt: skip


@pytest.fixture
def begun(monkeypatch, tmp_path):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    return start.of(
        ["/usr/bin/env", "-i"], ["serve", "--folder", str(FILMS), '--map=a"b=/c'], [FILMS, FILMS / "new"],
        Path("/home/ada"), ENVIRON,
    )  # fmt: skip


def keys(unit):
    """The unit's keys; systemd allows a key more than once, and the last is what this gives."""
    parser = configparser.RawConfigParser(strict=False, delimiters="=")
    parser.optionxform = str
    parser.read_string(unit)
    return {key: value for section in parser.sections() for key, value in parser[section].items()}


def test_the_service_gets_the_variables_of_this_program_and_no_secret(begun):
    assert begun.environ["ORCHESTRATOR_ENVS"] == "/opt/envs"
    assert begun.environ["PATH"] == "/usr/bin:/bin"
    assert "EDITOR" not in begun.environ
    assert begun.secrets == ("HF_TOKEN", "ORCHESTRATOR_API_KEY")
    for text in (systemd.unit(begun), launchd.plist(begun, log=Path("/l"))):
        assert "hf_secret" not in text
        assert "API_KEY" not in text


def test_a_configuration_file_is_named_only_if_a_variable_does(begun):
    """A variable that names a missing file is an error, and the usual file need not exist."""
    assert "ORCHESTRATOR_CONFIG" not in begun.environ
    named = start.of(["x"], [], [], Path("/"), ENVIRON | {"ORCHESTRATOR_CONFIG": "/etc/o.toml"})
    assert named.environ["ORCHESTRATOR_CONFIG"] == "/etc/o.toml"
    assert named.keys == Path("/etc/serve.env")


def test_a_folder_inside_another_is_listed_once(begun):
    assert begun.writes == tuple(sorted({begun.home, FILMS}))


def test_a_line_feed_in_a_path_is_refused():
    with pytest.raises(FatalError) as refused:
        start.of(["x"], ["--folder", "/a\nExecStartPre=/bin/evil"], [], Path("/"), {"HOME": "/home/ada"})
    assert refused.value.status == USAGE


def test_the_users_unit_starts_the_command_again_after_a_failure_and_after_the_login(begun):
    unit = systemd.unit(begun)
    found = keys(unit)
    assert unit.startswith(systemd.MARK)
    assert found["ExecStart"].startswith('/usr/bin/env -i serve --folder "/srv/Films, 100%% $$mine" "--map=a')
    assert found["Restart"] == "on-failure"
    assert found["KillMode"] == "mixed"
    assert found["OOMPolicy"] == "continue"
    assert found["WantedBy"] == "default.target"
    assert int(found["TimeoutStopSec"]) > 30  # 25 for the stages, 3 for answers
    assert not {"User", "ProtectSystem"} & found.keys()


def test_the_machines_unit_can_write_only_the_home_and_the_films(begun):
    found = keys(systemd.unit(begun, user="ada"))
    assert (found["User"], found["ProtectSystem"], found["NoNewPrivileges"]) == ("ada", "strict", "yes")
    assert found["CapabilityBoundingSet"] == ""
    assert found["ReadWritePaths"] == f'"-/srv/Films, 100%% $mine" -{begun.home}'
    assert found["WantedBy"] == "multi-user.target"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("user", ["", "root"])
def test_systemd_accepts_the_unit(begun, user, tmp_path):
    file = tmp_path / systemd.NAME
    file.write_text(systemd.unit(begun, user=user))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not [line for line in done.stderr.splitlines() if systemd.NAME in line]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_calls_the_machines_unit_well_shielded(begun, tmp_path):
    file = tmp_path / systemd.NAME
    file.write_text(systemd.unit(begun, user="nobody"))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=45", file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd judges no files")
    assert done.returncode == 0, done.stdout[-300:]
    assert re.search(r"exposure level", done.stdout)


def test_macos_starts_the_command_with_the_same_words_and_restarts_it_after_a_failure(begun):
    text = launchd.plist(begun, log=Path("/home/ada/Library/Logs/x.log"), user="ada")
    values = plistlib.loads(text.encode())
    assert text.splitlines()[1] == launchd.MARK
    assert values["ProgramArguments"] == list(begun.words)
    assert values["EnvironmentVariables"] == dict(begun.environ)
    assert values["KeepAlive"] == {"SuccessfulExit": False}
    assert values["UserName"] == "ada"
    assert values["ExitTimeOut"] == start.STOP_S
    assert "UserName" not in plistlib.loads(launchd.plist(begun, log=Path("/l")).encode())
