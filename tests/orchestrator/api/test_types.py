"""A program that uses the interface, as its author's mypy sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orchestrator.api

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
from orchestrator import Cue, Event, SubtitleError, subtitle

def show(event: Event) -> None:
    print(event)

try:
    result = subtitle("movie.mp4", language="en", device={"asr": "cpu"}, on_event=show, clip=None)
    cues: tuple[Cue, ...] = result.cues
    name: str | None = cues[0].speaker
except SubtitleError as error:
    text: str = error.message

subtitle("movie.mp4", langauge="en")
subtitle("movie.mp4", beam_size="3")
first: int = result.words[0].text
"""


def test_the_callers_mypy_checks_options_and_results(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "program.py"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    wrong = [line for line in done.stdout.splitlines() if ": error: " in line]
    lines = PROGRAM.splitlines()
    at = [lines[int(line.split(":")[1]) - 1] for line in wrong]
    assert at == lines[-3:], done.stdout


def test_the_stub_of_the_package_names_what_the_package_has():
    stub = (ROOT / "orchestrator" / "__init__.pyi").read_text()
    assert all(f"import {name} as {name}\n" in stub for name in orchestrator.api.__all__)
    assert stub.count("import ") == len(orchestrator.api.__all__)
    assert {*orchestrator.api.__all__, "__version__"} <= {*dir(orchestrator)}
    assert all(
        getattr(orchestrator, name) is getattr(orchestrator.api, name) for name in orchestrator.api.__all__
    )
