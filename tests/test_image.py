"""The image's files agree with the program; docker/prove.sh builds and runs it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys

import pytest

from orchestrator import bootstrap
from orchestrator.environments import registry
from orchestrator.errors import OK
from orchestrator.serve.install.start import STOP_S
from tests import tools

DOCKER = tools.ROOT / "docker"


def steps():
    """The instructions of the Dockerfile: (name, the rest as one line)."""
    lines = [line for line in (DOCKER / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line]


def copied():
    """The sources and the target of each COPY before the environments are installed."""
    before = steps()[: next(i for i, (_, rest) in enumerate(steps()) if "install.sh --envs" in rest)]
    return [shlex.split(rest) for name, rest in before if name == "COPY"]


def test_what_is_copied_first_suffices_to_install(tmp_path):
    for *sources, target in copied():
        for source in sources:
            path = tools.ROOT / source
            if path.is_file():
                (tmp_path / target).mkdir(exist_ok=True)
                shutil.copy(path, tmp_path / target)
            elif source != "envs":
                shutil.copytree(path, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
    script = """
import orchestrator.bootstrap, importlib, pkgutil, orchestrator
for room in ("environments", "surroundings", "util"):
    package = importlib.import_module(f"orchestrator.{room}")
    for found in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"orchestrator.{room}.{found.name}")
print(orchestrator.__file__)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=False,
        cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.startswith(str(tmp_path))


def test_installing_ends_without_the_commands(monkeypatch, capsys):
    """The image has no `orchestrator/commands` yet when its environments are installed."""
    monkeypatch.setitem(sys.modules, "orchestrator.commands", None)
    assert bootstrap._set_up(bootstrap._parse([]), ["media", "whisperx"], "orchestrator") == OK
    assert "orchestrator setup" in capsys.readouterr().out


@pytest.mark.parametrize("file", ["Dockerfile", "compose.cuda.yaml"])
def test_the_environments_that_the_image_installs_exist(file):
    [names] = re.findall(r"ENVS[=:] ?([\w,-]+)", (DOCKER / file).read_text())
    defaults = {name for name in registry.names() if registry.get(name).by_default()}
    assert set(names.split(",")) - set(registry.names()) == set()
    assert defaults - {"mlx"} <= set(names.split(","))


def test_nothing_is_ignored_that_the_image_copies_and_no_environment_or_test_is_sent():
    lines = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert {source.split("/")[0] for *sources, _ in copied() for source in sources} <= sent
    assert not sent & {"tests", "benchmarks", "docs", "docker", ".git"}
    assert {"**/.*", "**/__pycache__"} <= set(lines)


def test_a_container_gets_as_long_to_stop_as_a_unit():
    assert f"stop_grace_period: {STOP_S}s" in (DOCKER / "compose.yaml").read_text()


def test_the_image_runs_unprivileged_behind_a_first_process_that_reaps():
    last = dict(steps())
    assert last["USER"] == "orchestrator"
    assert last["ENTRYPOINT"].startswith('["tini", "--"')


@pytest.mark.parametrize("file", sorted(path.name for path in DOCKER.iterdir()))
def test_no_file_of_the_image_holds_the_address_of_a_package_index(file):
    addresses = re.findall(r"https?://[\w.-]+", (DOCKER / file).read_text())
    assert set(addresses) <= {"http://127.0.0.1"}
