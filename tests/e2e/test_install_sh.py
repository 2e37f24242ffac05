"""install.sh in a copy of this checkout, with a home of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tools

pytestmark = pytest.mark.skipif(tools.UV is None, reason="uv is not on this machine")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """What git would clone, with today's changes."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=tools.ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    target = tmp_path_factory.mktemp("clone with a space")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (tools.ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tools.ROOT / name, target / name)
    return target


def run(copy, *options, **more):
    home = copy.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PIP_", "UV_", "SSL_", "HTTP", "http")) or name in {"PATH", "LANG"}
    }
    cache = subprocess.run(
        [tools.UV, "cache", "dir"], capture_output=True, text=True, check=True
    ).stdout.strip()
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    environment = {**kept, "HOME": str(home), "UV_CACHE_DIR": cache, "ORCHESTRATOR_PYTHON": python, **more}
    return subprocess.run(
        ["./install.sh", *options], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


def test_help_lists_every_option(copy):
    done = run(copy, "--help")
    assert done.returncode == 0
    for option in ("--envs", "--no-models", "--offline", "--torch-backend", "--dev", "--yes", "--language"):
        assert option in done.stdout


@pytest.mark.parametrize("closed", ["", "<&- >&-"])
def test_it_starts_without_a_home_and_without_standard_streams(copy, closed):
    environment = {"PATH": f"{Path(tools.UV).parent}:/usr/bin:/bin", "ORCHESTRATOR_PYTHON": "/nonexistent"}
    done = subprocess.run(
        ["sh", "-c", f"./install.sh --offline {closed}"],
        cwd=copy, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.splitlines()[-2]) == (
        3,
        "install.sh: Python 3.11, 3.12 or 3.13 is missing, and uv could not download one",
    )


@pytest.mark.parametrize("options", [["--evns"], ["--envs"], ["extra"]])
def test_an_invalid_option_is_reported_before_anything_is_installed(copy, options):
    done = run(copy, *options)
    assert done.returncode == 2
    assert options[0] in done.stderr
    assert not (copy / ".venv").exists()


def test_an_unknown_environment_is_reported(copy):
    done = run(copy, "--envs", "nowhere", "--no-doctor")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_install_creates_the_command_repairs_environments_and_skips_healthy_ones(copy):
    first = run(copy, "--envs", "media", "--no-doctor")
    assert first.returncode == 0, first.stderr
    assert "media: ready" in first.stderr
    command = copy.parent / "home" / ".local" / "bin" / "orchestrator"
    assert f"{command} demo" in first.stdout
    assert "not on your PATH" in first.stdout
    listed = subprocess.run([command, "envs"], capture_output=True, text=True, check=True, cwd="/").stdout
    assert re.search(r"media +healthy", listed)

    second = run(
        copy, "--envs", "media", "--no-doctor", "--offline", PATH=f"{command.parent}:{os.environ['PATH']}"
    )
    assert second.returncode == 0, second.stderr
    assert second.stderr.splitlines()[:2] == ["media: checking", "media: healthy"]
    assert "Next: orchestrator demo" in second.stdout

    next(copy.glob("envs/media/.venv/lib/*/site-packages/pysubs2/__init__.py")).unlink()
    third = run(copy, "--envs", "media", "--no-doctor", "--offline")
    assert third.returncode == 0, third.stderr
    assert "media: ready" in third.stderr


def test_another_program_of_the_same_name_is_not_overwritten(copy, tmp_path):
    theirs = tmp_path / "orchestrator"
    theirs.write_text("#!/bin/sh\necho theirs\n")
    done = run(copy, "--envs", "media", "--no-doctor", ORCHESTRATOR_BIN=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert theirs.read_text() == "#!/bin/sh\necho theirs\n"
    assert str(Path(copy) / ".venv" / "bin" / "orchestrator") in done.stdout
