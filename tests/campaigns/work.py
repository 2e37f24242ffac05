"""What the campaigns share: options, the small film, an undisturbed run of it, trials and figures."""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.commands import demo
from orchestrator.environments import registry
from tests.e2e.conftest import Program, copied, ffmpeg

OPTIONS = ("--model", "tiny.en", "--threads", "1", "--offline")
SECONDS = 12
PATIENCE_S = 900.0
"""Seconds after which a command hangs; the machine may be busy with other things."""
STATUSES = frozenset({0, 1, 2, 4, 5, 6, 7})


@dataclass(frozen=True)
class Ended:
    """How a command ended: its status (negative for a signal; None if it hung), and what it printed."""

    status: int | None
    text: str
    seconds: float

    def faults(self, allowed: Iterable[int] = STATUSES) -> Iterator[str]:
        """What no command may do: hang, end by a bug, show a traceback, or fail without a sentence."""
        if self.status is None:
            yield f"hung for {self.seconds:.0f} s"
        elif self.status not in allowed:
            yield f"status {self.status}"
        if "Traceback (most recent call last)" in self.text or "internal error" in self.text:
            yield "a traceback or an internal error"
        if self.status not in {0, None} and not self.text.strip():
            yield "a failure without a word"


class Tool(Program):
    """The program with a home of its own; each command has a time limit."""

    def ended(self, *words: object, patience: float = PATIENCE_S, **environment: str) -> Ended:
        """Run a command to its end."""
        began = time.monotonic()
        process = subprocess.Popen(
            self.command(*words), env={**self.environment, **environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            text, _ = process.communicate(timeout=patience)
            status: int | None = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            text, _ = process.communicate()
            status = None
        return Ended(status, text.decode(errors="replace"), time.monotonic() - began)

    def left(self, seconds: float = 2.0) -> list[str]:
        """The processes of this home that are alive after so many seconds."""
        deadline = time.monotonic() + seconds
        while (there := self.alive()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return there


@dataclass
class Campaign:
    """A series of trials. `faults` are the failures, `figures` what was counted."""

    name: str
    count: int
    seed: int
    folder: Path
    chance: random.Random
    faults: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)

    def trials(self) -> Iterator[tuple[int, random.Random]]:
        """The number of each trial, and its own source of chance: `--seed S --only N` repeats trial N."""
        for number in range(self.count):
            yield number, random.Random(f"{self.seed}/{number}")

    def fault(self, number: int, what: str, text: str = "") -> None:
        """Record and print a failure."""
        self.faults.append(f"trial {number}: {what}")
        print(
            f"FAULT {self.faults[-1]}\n" + "".join(f"    {line}\n" for line in text.splitlines()[-12:]),
            flush=True,
        )

    def close(self) -> int:
        """Print the figures; return the exit status."""
        print(f"\n{self.name}: {self.count} trials, seed {self.seed}, {time.strftime('%Y-%m-%d')}")
        for what, number in sorted(self.figures.items()):
            print(f"  {number:5}  {what}")
        print(f"  {len(self.faults):5}  faults")
        for line in self.faults:
            print(f"         {line}")
        return 1 if self.faults else 0


def campaign(
    name: str, description: str, count: int, more: Callable[[argparse.ArgumentParser], None] | None = None
):
    """The campaign that the command line asks for, and its parsed options."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.campaigns.{name}", description=description)
    parser.add_argument(
        "--count", type=int, default=count, metavar="N", help=f"how many trials (default: {count})"
    )
    parser.add_argument("--seed", type=int, default=20261129, metavar="N", help="repeats the same trials")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "campaigns",
                        help="where all is kept; the undisturbed run there is used again")  # fmt: skip
    if more:
        more(parser)
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    print(f"{name}: {arguments.count} trials, seed {arguments.seed}, in {arguments.folder}")
    folder = arguments.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chance = random.Random(arguments.seed)
    return Campaign(name, arguments.count, arguments.seed, folder, chance), arguments


def recording() -> Path:
    """The packaged recording: thirty seconds of a telephone call."""
    return next(registry.python("pyannote").parent.parent.glob(demo.RECORDING))


def small_film(path: Path) -> Path:
    """A film of twelve seconds in which both talk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = f"testsrc2=s=128x72:r=25:d={SECONDS}"
    streams = ("-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        picture,
        "-ss",
        8,
        "-t",
        SECONDS,
        "-i",
        recording(),
        *streams,
        "-c:a",
        "aac",
        path,
    )
    return path


@dataclass(frozen=True)
class Base:
    """An undisturbed run: its home, its film, and the files that it wrote."""

    home: Path
    film: Path
    out: Path

    def words(self, out: Path) -> tuple[object, ...]:
        """The command of this run, with its files in `out`."""
        return ("run", self.film, *OPTIONS, "-o", out)

    def copy(self, folder: Path) -> Tool:
        """A tool with a copy of the home, and of the files in `folder / "out"`."""
        copied(self.home, folder / "home")
        shutil.copytree(self.out, folder / "out")
        return Tool(folder / "home")


def base(folder: Path) -> Base:
    """The undisturbed run; made once in `folder`."""
    made = Base(folder / "base" / "home", folder / "base" / "film.mkv", folder / "base" / "out")
    if not (folder / "base" / "made").exists():
        shutil.rmtree(folder / "base", ignore_errors=True)
        small_film(made.film)
        done = Tool(made.home).ended(*made.words(made.out))
        if done.status != 0:
            sys.exit(f"the undisturbed run ended with {done.status}:\n{done.text}")
        (folder / "base" / "made").touch()
    return made


def digests(folder: Path, without: str = ".report.") -> dict[str, str]:
    """The files in a folder, hidden ones too, by their digests. Reports hold dates and are left out."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file() and without not in path.name
    }
