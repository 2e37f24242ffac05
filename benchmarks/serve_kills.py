"""Kills the service and its runner, and checks that every job ends once, with the right subtitles.

    serve_kills.py FILM [--jobs 30] [--kills 20] [--length 4] [-- options of a run]

It cuts FILM into as many films as there are jobs, and subtitles them twice: by `orchestrator run`, and by a
service that is killed with SIGKILL, in turn with its runner, while they work. Then it compares the subtitles
byte by byte, and counts how often each job ended, by a trigger in the queue's database. The two share the
models of `ORCHESTRATOR_HOME`, and have stores of their own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "orchestrator"]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("film", type=Path)
    parser.add_argument("--jobs", type=int, default=30)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--length", type=float, default=4.0, metavar="S")
    parser.add_argument("--port", type=int, default=9877)
    parser.add_argument("--ffmpeg", default="ffmpeg")
    arguments, options = parser.parse_known_args()
    arguments.options = [word for word in options if word != "--"]
    with tempfile.TemporaryDirectory() as scratch:
        return compare(arguments, Path(scratch))


def compare(arguments: argparse.Namespace, scratch: Path) -> int:
    plain, served = scratch / "plain", scratch / "served"
    for folder in (plain, served):
        folder.mkdir()
    films = [f"{number:02}.mkv" for number in range(arguments.jobs)]
    for number, name in enumerate(films):
        cut = ["-ss", str(number * arguments.length), "-t", str(arguments.length)]
        words = [arguments.ffmpeg, "-v", "error", *cut, "-i", arguments.film, "-vn", "-c:a", "pcm_s16le"]
        subprocess.run([*words, plain / name], check=True)
        shutil.copy(plain / name, served / name)
    options = [*arguments.options, "--no-mux", "--output-format", "srt,json"]
    begun = time.monotonic()
    subprocess.run(
        [*COMMAND, "run", *(plain / name for name in films), *options, "--quiet"],
        env=home(scratch / "home-plain"), cwd=ROOT, check=False,
    )  # fmt: skip
    alone = time.monotonic() - begun
    begun = time.monotonic()
    service = Service(arguments, served, scratch / "home-served", options)
    kills = service.run(films)
    print(
        f"{arguments.jobs} jobs, {kills['service']} kills of the service, {kills['runner']} of its runner: "
        f"{time.monotonic() - begun:.0f} s (a run without kills: {alone:.0f} s)"
    )
    jobs = service.ended()
    wrong = [job for job in jobs if job["state"] not in {"done", "degraded"}]
    names = sorted(path.name for path in plain.iterdir() if path.suffix in {".srt", ".json"})
    different = [name for name in names if not same(plain / name, served / name)]
    extra = sorted({path.name for path in served.iterdir()} - {path.name for path in plain.iterdir()})
    print(f"ended: {len(jobs)}; ended once: {sum(job['ends'] == 1 for job in jobs)}; not done: {len(wrong)}")
    print(f"starts of a job: at most {max(job['attempts'] for job in jobs)}")
    print(f"files: {len(names)}, different: {different}, only there: {extra}")
    return int(bool(wrong or different or extra or len(jobs) != len(films)))


def same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()


def home(folder: Path) -> dict[str, str]:
    """The variables of a process whose store is in `folder`, with the models of the present home."""
    folder.mkdir(exist_ok=True)
    models = Path(os.environ["ORCHESTRATOR_HOME"]) / "models"
    with contextlib.suppress(FileExistsError):
        (folder / "models").symlink_to(models)
    return {**os.environ, "ORCHESTRATOR_HOME": str(folder)}


class Service:
    def __init__(self, arguments: argparse.Namespace, films: Path, folder: Path, options: list[str]) -> None:
        self.arguments, self.films, self.folder, self.options = arguments, films, folder, options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["serve", "--port", str(self.arguments.port), "--folder", self.films, *self.options]
        self.process = subprocess.Popen([*COMMAND, *words], env=home(self.folder), cwd=ROOT)
        while True:
            with contextlib.suppress(OSError):
                self.ask("GET", "/health")
                return
            time.sleep(0.1)

    def ask(self, method: str, path: str, body: object = None) -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.arguments.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def run(self, films: list[str]) -> dict[str, int]:
        self.start()
        self.count_ends()
        for name in films:
            self.ask("POST", "/api/jobs", {"path": str(self.films / name)})
        kills, due = {"service": 0, "runner": 0}, 1
        while True:
            status = self.ask("GET", "/api/status")
            counts = status["jobs"]
            if not counts["queued"] + counts["running"]:
                break
            ended = len(films) - counts["queued"] - counts["running"]
            pid = status["runner"]["pid"]
            if sum(kills.values()) < self.arguments.kills and ended >= due and pid:
                time.sleep(random.uniform(0, 3))
                due = ended + 1
                which = "runner" if sum(kills.values()) % 2 else "service"
                kills[which] += 1
                if which == "runner":
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                else:
                    assert self.process is not None
                    self.process.kill()
                    self.process.wait()
                    self.start()
            time.sleep(0.2)
        assert self.process is not None
        self.process.terminate()
        self.process.wait()
        return kills

    def count_ends(self) -> None:
        """Have the database note each end."""
        with contextlib.closing(sqlite3.connect(self.folder / "serve" / "queue.db")) as queue:
            queue.executescript(
                "CREATE TABLE ends(job TEXT); CREATE TRIGGER note AFTER UPDATE OF state ON job "
                "WHEN NEW.state NOT IN ('queued', 'running') BEGIN INSERT INTO ends VALUES (NEW.id); END;"
            )

    def ended(self) -> list[dict]:
        with contextlib.closing(sqlite3.connect(self.folder / "serve" / "queue.db")) as queue:
            queue.row_factory = sqlite3.Row
            ends = "SELECT state, attempts, (SELECT count(*) FROM ends WHERE job = id) AS ends FROM job"
            return [dict(row) for row in queue.execute(ends)]


if __name__ == "__main__":
    sys.exit(main())
