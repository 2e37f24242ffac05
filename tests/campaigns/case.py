"""One case of the shared folder: its input is made by its make.sh, and the program is run on it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.environments import registry
from tests.campaigns.work import Ended, Tool
from tests.e2e.conftest import ROOT

_TIME = r"(\d+):(\d\d):(\d\d)[,.](\d{3})"


@dataclass
class Case:
    """A case in `folder`. Checks call `wrong` for all that differs from what is right."""

    name: str
    source: Path
    folder: Path
    tool: Tool
    speech: Path
    chinese: Path | None
    path: str
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ended: Ended | None = None

    def make(self, *more: object) -> None:
        """Make the input with the case's script."""
        self.folder.mkdir(parents=True)
        speech = self.chinese if self.name == "ZH" and self.chinese else self.speech
        words = ["bash", self.source / "make.sh", speech, *more]
        environment = {**os.environ, "PATH": f"{self.path}:{os.environ['PATH']}"}
        done = subprocess.run(
            [*map(str, words)], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"make.sh failed: {done.stderr.strip()[-300:]}")

    def run(
        self, *words: object, status: int | set[int] | None = 0, through: str = "", **environment: str
    ) -> Ended:
        """`orchestrator WORDS` in the folder of the input; any other status than these is wrong."""
        command = [*self.tool.command(*words)]
        everywhere = {**self.tool.environment, "PYTHONPATH": str(ROOT)}
        if through:  # what only a shell can do: closed streams, a folder that is gone
            command = ["sh", "-c", through, "sh", *command]
        try:
            done = subprocess.run(
                command, cwd=self.folder, env={**everywhere, **environment},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1200,
                check=False,
            )  # fmt: skip
            self.ended = Ended(done.returncode, done.stdout.decode(errors="replace"), 0.0)
        except subprocess.TimeoutExpired as error:
            self.ended = Ended(None, (error.stdout or b"").decode(errors="replace"), 1200.0)
        allowed = {status} if isinstance(status, int) else status
        for fault in self.ended.faults(allowed if allowed is not None else {0, 1, 2, 4, 5, 6, 7}):
            self.wrong(f"{' '.join(map(repr, words))[:60]}: {fault}")
        return self.ended

    def wrong(self, what: str) -> None:
        """Record what is not right."""
        self.faults.append(what)

    def need(self, good: object, what: str) -> bool:
        """Record `what` as wrong unless `good`."""
        if not good:
            self.wrong(what)
        return bool(good)

    def file(self, name: str) -> Path:
        """A file of the case's folder, which must be there."""
        path = self.folder / name
        self.need(path.is_file() and path.stat().st_size, f"no {name}")
        return path

    def summary(self) -> dict[str, Any]:
        """The run.json of the last run."""
        try:
            return self.tool.report()
        except (OSError, ValueError):
            return {}

    def seconds(self) -> float:
        """The length of the film in the last run."""
        return float((self.summary().get("films") or [{}])[0].get("seconds") or 0.0)

    def degraded(self) -> list[str]:
        """The reasons why the last run is degraded."""
        return [str(one.get("reason")) for one in self.summary().get("degraded", ())]

    def said(self, pattern: str) -> bool:
        """Whether the last command, or the reasons of its run, match."""
        texts = [self.ended.text if self.ended else "", *self.degraded()]
        return any(re.search(pattern, " ".join(text.split()), re.IGNORECASE) for text in texts)

    def cues(self, name: str) -> list[tuple[float, float, str]]:
        """The cues of an SRT file: start, end, text with line breaks; empty if there is none."""
        path = self.file(name)
        if not path.is_file():
            return []
        text = path.read_text(encoding="utf-8-sig")
        found = re.findall(rf"{_TIME} --> {_TIME}[^\n]*\n(.*?)(?:\n\s*\n|\Z)", text, re.DOTALL)
        seconds = [
            (int(r[0]) * 3600 + int(r[1]) * 60 + int(r[2]) + int(r[3]) / 1000,
             int(r[4]) * 3600 + int(r[5]) * 60 + int(r[6]) + int(r[7]) / 1000, r[8].strip())
            for r in found
        ]  # fmt: skip
        self.need(seconds, f"{name} has no cues")
        return seconds

    def words(self, name: str) -> list[str]:
        """The words of an SRT file in lower case, without labels."""
        text = " ".join(re.sub(r"\[[^]]*\]", " ", cue) for _, _, cue in self.cues(name))
        return re.findall(r"[\w']+", text.lower())

    def media(self, code: str, *arguments: object) -> Any:
        """The JSON that a piece of Python prints in the environment `media`; None if it fails."""
        done = subprocess.run(
            [registry.python("media"), "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None


def word_errors(reference: list[str], other: list[str]) -> float:
    """The word error rate, by the edit distance."""
    row = list(range(len(other) + 1))
    for i, word in enumerate(reference, 1):
        above, row = row, [i]
        for j, said in enumerate(other, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != said)))
    return row[-1] / max(1, len(reference))


def fresh(folder: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


CHECKS: dict[str, Callable[[Case], None]] = {}


def check(function: Callable[[Case], None]) -> Callable[[Case], None]:
    """Register a check under the name of its case."""
    CHECKS[function.__name__] = function
    return function
