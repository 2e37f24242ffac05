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

from ipc.artifacts import Artifact, read
from orchestrator.commands import demo
from orchestrator.environments import registry
from tests.e2e.golden.record import SAME_EVERYWHERE
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
        self.environment = {**os.environ, **SAME_EVERYWHERE, "ORCHESTRATOR_HOME": str(home)}

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


CLIP = ("--clip", "8-22")
"""Fourteen seconds in which both talk, for tests that need several whole runs."""


class Made(NamedTuple):
    """The runs that tests share: the folders of their outputs, and their home."""

    whole: Path
    clip: Path
    home: Path


@pytest.fixture(scope="session")
def made(film, tmp_path_factory) -> Made:
    """A run on the whole film with every output format, and one on its clip, once for all workers.

    They compute what the golden scenarios `demo` and `demo-clip` compute.
    """

    def make(folder: Path) -> None:
        program = Program(folder / "home")
        words = ("run", film, "--threads", 1)
        runs = [
            program.start(*words, "-o", folder / "whole", "--output-format", "all"),
            program.start(*words, "-o", folder / "clip", *CLIP),
        ]
        assert [run.wait() for run in runs] == [0, 0]

    folder = once(tmp_path_factory, "made", make)
    return Made(folder / "whole", folder / "clip", folder / "home")


def results(home: Path) -> list[Path]:
    """The manifests of the results in the store."""
    return list((home / "store" / "results").glob("*/*/manifest.json"))


def stored(program: Program, stage: str, output: str) -> Artifact:
    """The newest stored output of a stage, which is named as its kind."""
    manifests = sorted(results(program.home), key=lambda path: path.stat().st_mtime_ns)
    newest = [path for path in manifests if json.loads(path.read_text())["stage"] == stage][-1]
    return read(newest.parent / f"{output}.parquet", output)


def copied(home: Path, target: Path) -> Program:
    """A program with a copy of a home, in which nothing has to be computed again."""
    shutil.copytree(home, target, dirs_exist_ok=True, copy_function=_link)
    return Program(target)


def _link(source: str, target: str) -> None:
    """Link a result or a model, which is never written to again, unless it is there; copy other files."""
    if {"results", "models"}.isdisjoint(Path(source).parts):
        shutil.copy2(source, target)
    elif not Path(target).exists():
        os.link(source, target)


@pytest.fixture(scope="session")
def finished(program, made) -> Path:
    """The folder of a finished run on the film; `program` then has the results of both shared runs."""
    copied(made.home, program.home)
    return made.whole


@pytest.fixture(scope="module")
def apart(made, tmp_path_factory) -> Program:
    """The program with a home of its own in which all is computed, so that edits reach no other test."""
    return copied(made.home, tmp_path_factory.mktemp("apart") / "home")
