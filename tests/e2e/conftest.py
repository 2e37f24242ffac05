"""The installed program with real models, on a film made from a recording that pyannote.audio ships."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestrator.commands import demo
from orchestrator.environments import registry
from tests.once import once

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ("media", "pyannote", "whisperx", "nlp", "models")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.env(*ENVIRONMENTS))
            item.add_marker(pytest.mark.slow)


class Program:
    """The `orchestrator` command with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "ORCHESTRATOR_HOME": str(home)}

    def command(self, *words) -> list[str]:
        return [sys.executable, "-m", "orchestrator", *map(str, words)]

    def start(self, *words, **options) -> subprocess.Popen:
        return subprocess.Popen(
            self.command(*words),
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **options,
        )

    def __call__(self, *words, status=0, cwd=ROOT, **environment) -> subprocess.CompletedProcess:
        done = subprocess.run(
            self.command(*words),
            env={**self.environment, "PYTHONPATH": str(ROOT), **environment},
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def report(self) -> dict:
        """The summary of the last run."""
        newest = max((self.home / "runs").glob("*/run.json"), key=lambda path: path.stat().st_mtime_ns)
        return json.loads(newest.read_text())

    def how(self) -> dict[str, str]:
        """What became of each stage in the last run, those that are off left out."""
        stages = self.report()["films"][0]["stages"]
        return {stage["stage"]: stage["status"] for stage in stages if stage["status"] != "off"}

    def alive(self) -> list[str]:
        """Every living process that was started with this home: stages, their watchers, their ffmpeg."""
        mark = f"ORCHESTRATOR_HOME={self.home}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return [line for line in found if line]


@pytest.fixture(scope="session")
def recording() -> Path:
    """Thirty seconds of a telephone call; `.rttm` and `.stm` lie beside it."""
    return next(registry.python("pyannote").parent.parent.glob(demo.RECORDING))


def ffmpeg(*words: object) -> None:
    """Run the packaged ffmpeg."""
    packed = "lib/python*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*"
    binary = next(registry.python("media").parent.parent.glob(packed))
    subprocess.run([binary, "-v", "error", "-y", *map(str, words)], check=True)


@pytest.fixture(scope="session")
def film(tmp_path_factory) -> Path:
    """A film with that recording as its sound; read-only, for everybody."""
    return once(tmp_path_factory, "film", lambda folder: demo.make_film(folder / "demo.mkv")) / "demo.mkv"


@pytest.fixture(scope="session")
def program(tmp_path_factory) -> Program:
    """The program; its store is shared by the tests of a worker, so that the models are placed once."""
    return Program(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def finished(program, film, tmp_path_factory) -> Path:
    """The folder of a finished run on the film, made by `program`, once for all workers."""

    def make(folder: Path) -> None:
        Program(folder / "home")("run", film, "-o", folder / "out", "--output-format", "all")

    folder = once(tmp_path_factory, "finished", make)
    shutil.copytree(folder / "home", program.home, dirs_exist_ok=True)
    return folder / "out"


class Short(NamedTuple):
    """A film of a few seconds and a finished run on it: its words, the folder of its outputs, its home."""

    run: tuple[str | Path, ...]
    finished: Path
    home: Path


@pytest.fixture(scope="session")
def short(film, tmp_path_factory) -> Short:
    """Twelve seconds of the film in which both talk, for tests that need several whole runs.

    It is computed in float32, so that other devices write the very same words.
    """

    def words(folder: Path) -> tuple[str | Path, ...]:
        return ("run", folder / "demo.mkv", "--compute-type", "float32")

    def make(folder: Path) -> None:
        ffmpeg("-ss", 6, "-t", 12, "-i", film, "-c", "copy", folder / "demo.mkv")
        Program(folder / "home")(*words(folder), "-o", folder / "out")

    folder = once(tmp_path_factory, "short", make)
    return Short(words(folder), folder / "out", folder / "home")


@pytest.fixture(scope="module")
def apart(program, finished, tmp_path_factory) -> Program:
    """The program with a copy of the home in which all is computed, so that edits reach no other test."""
    del finished
    home = tmp_path_factory.mktemp("apart") / "home"
    shutil.copytree(program.home, home, copy_function=os.link)
    return Program(home)
