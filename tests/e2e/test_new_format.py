"""CONTRIBUTING says that a new subtitle format is one new module: this adds one to a copy of the program, and runs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LRC = '''"""LRC: lyrics with times."""

from __future__ import annotations

from stage_runners.subtitles.output_format import Document, Format


def write(document: Document) -> str:
    """A line for each cue, with the time at which it begins."""
    return "".join(
        f"[{cue.start // 60_000:02d}:{cue.start / 1000 % 60:05.2f}]{' '.join(cue.text().split())}\\n" for cue in document.cues
    )


FORMAT = Format(
    name="lrc",
    extension="lrc",
    content="cues",
    media_type="application/x-lrc",
    description="LRC: a line for each cue",
    write=write,
)
'''


@pytest.fixture
def copy(tmp_path):
    """The program and its documents with one module more."""
    folder = tmp_path / "checkout"
    for name in ("orchestrator", "ipc", "stage_runners", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    _environments(folder / "envs", folder)
    (folder / "stage_runners" / "subtitles" / "formats" / "lrc.py").write_text(LRC)
    return folder


def _environments(folder, checkout):
    """The environments as they are, but that of the stage `subtitles` imports the copy."""
    folder.mkdir()
    for env in (ROOT / "envs").iterdir():
        if env.name != "media":
            (folder / env.name).symlink_to(env)
    shutil.copytree(ROOT / "envs" / "media", folder / "media", symlinks=True, copy_function=os.link)
    (path_file,) = (folder / "media" / ".venv").glob("lib/python*/site-packages/*checkout.pth")
    for file in (path_file, folder / "media" / ".state.json"):
        text = file.read_text().replace(str(ROOT), str(checkout))
        file.unlink()  # it is the file of the environment that was copied
        file.write_text(text)


def test_one_new_module_is_a_format_that_a_film_subtitled_before_gets_without_its_other_stages(
    program, finished, film, copy, tmp_path
):
    folder = tmp_path / "out"
    program("run", film, "-o", folder)
    place = {"cwd": copy, "PYTHONPATH": str(copy)}
    assert " lrc" in program("run", "--help", **place).stdout
    plan = program("plan", film, "-o", folder, **place).stdout
    assert "nothing to run" in plan
    program("run", film, "-o", folder, "--output-format", "srt,lrc", **place)
    assert [name for name, how in program.how().items() if how == "done"] == ["subtitles"]
    lines = (folder / "demo.en.lrc").read_text().splitlines()
    assert len(lines) == (folder / "demo.en.srt").read_text().count(" --> ")
    assert all(re.match(r"\[00:\d\d\.\d\d]\S", line) for line in lines)
    subprocess.run([sys.executable, copy / "docs" / "make_reference.py"], check=True)
    assert "| `FILM.LANG.lrc` | `lrc` | no |" in (copy / "docs" / "reference.md").read_text()
