"""Measures the gain of pre-starting workers: alternating runs with and without it, as a ratio per pair.

    python benchmarks/prestart.py movie.mkv [--pairs 3]

Every run begins with an empty store; the embedded models stay in place.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from orchestrator.paths import home  # noqa: E402


def timed(film: Path, folder: Path, *options: str) -> dict:
    """The summary of one run from an empty store."""
    shutil.rmtree(folder / "home" / "store", ignore_errors=True)
    environment = {**os.environ, "ORCHESTRATOR_HOME": str(folder / "home")}
    command = [sys.executable, "-m", "orchestrator", "run", str(film), "-o", str(folder / "out"), *options]
    subprocess.run(command, env=environment, check=True, capture_output=True, cwd=ROOT)
    newest = max((folder / "home" / "runs").glob("*/run.json"), key=lambda path: path.stat().st_mtime_ns)
    return json.loads(newest.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("film", type=Path)
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    film = arguments.film.absolute()
    ratios = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "home" / "models").symlink_to(home() / "models")
        timed(film, folder)  # a warm-up: disk caches
        for _ in range(arguments.pairs):
            with_it, without = timed(film, folder), timed(film, folder, "--no-prestart")
            ratios.append(with_it["seconds"] / without["seconds"])
            print(f"{with_it['seconds']:.1f} s ahead, {without['seconds']:.1f} s not: ratio {ratios[-1]:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
