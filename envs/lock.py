"""Updates the locks: `python envs/lock.py [--upgrade] [NAME ...]` (needs uv and a package index).

For every `envs/<name>/pyproject.toml` it writes `requirements.lock` next to it, and for the root project
`requirements.lock` (for running the program) and `requirements-dev.lock` (for its tests). NAME is the name of
an environment, or `root`. A lock is universal (one file for all platforms and Pythons, with markers), has
hashes, and names no index, so that it works with any mirror. Locked versions stay unless `--upgrade`.

A lock has hashes but no file names, so `tests/data/wheels.txt` has the name of every wheel that a supported
platform may use, with the start of its hash. With it, `tests/test_locks.py` checks without a network that
each locked package has a wheel for each platform and Python.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / "tests" / "data" / "wheels.txt"
OLDEST_PYTHON = "3.11"
HASH_LENGTH = 16
"""Hexadecimal digits of a wheel's hash in `wheels.txt`, enough to distinguish the files of a lock."""
WANTED = re.compile(
    r"-(py3|py2\.py3|py3\.py2|cp3\d+)[^-]*-(none|abi3|cp31[123])[^-]*-"
    r"(any|.*manylinux.*_(x86_64|aarch64)|macosx_.*_(arm64|universal2)).*\.whl$"
)
"""Names of wheels that Python 3.11 to 3.13 on Linux x86-64 or arm64 or macOS arm64 may take."""


def main() -> int:
    """Write the locks that were asked for, and the list of wheels."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="environments, or `root` (default: all)")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    arguments = parser.parse_args()
    jobs = _jobs()
    if unknown := set(arguments.names) - {name for name, *_ in jobs}:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(n for n, *_ in jobs)}")
    wheels: set[str] = set()
    for name, folder, lock, options in jobs:
        if not arguments.names or name in arguments.names:
            _compile(folder, lock, options, upgrade=arguments.upgrade)
            count = len(re.findall(r"^\S+==", lock.read_text(), re.MULTILINE))
            print(f"{lock.relative_to(ROOT)}: {count} packages", file=sys.stderr)
        wheels |= _wheels(folder, lock, options)
    WHEELS.parent.mkdir(parents=True, exist_ok=True)
    WHEELS.write_text("".join(f"{line}\n" for line in sorted(wheels, key=lambda line: line.split()[1])))
    return 0


def _jobs() -> list[tuple[str, Path, Path, list[str]]]:
    """Return (name, folder, lock, options of the compiler) for each lock."""
    jobs = [
        ("root", ROOT, ROOT / "requirements.lock", []),
        ("root", ROOT, ROOT / "requirements-dev.lock", ["--group", "dev"]),
    ]
    for asked in sorted(ROOT.glob("envs/*/pyproject.toml")):
        own = tomllib.loads(asked.read_text()).get("tool", {}).get("orchestrator", {})
        options = [] if own.get("dependencies", True) else ["--no-deps"]
        jobs.append((asked.parent.name, asked.parent, asked.parent / "requirements.lock", options))
    return jobs


def _compile(folder: Path, lock: Path, options: list[str], *, upgrade: bool) -> None:
    _uv(
        folder, *options, "--generate-hashes", *(["--upgrade"] if upgrade else []), "--output-file", str(lock)
    )


def _wheels(folder: Path, lock: Path, options: list[str]) -> set[str]:
    """Return `hash name` of every wheel of the lock that a claimed platform may take."""
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "pylock.toml"
        _uv(
            folder,
            *options,
            "--constraints",
            str(lock),
            "--format",
            "pylock.toml",
            "--output-file",
            str(exact),
        )
        packages = tomllib.loads(exact.read_text())["packages"]
    found = set()
    for package in packages:
        for wheel in package.get("wheels", []):
            name = wheel.get("name") or re.split(r"[/\\]", wheel.get("url") or wheel["path"])[-1]
            if WANTED.search(name):
                found.add(f"{wheel['hashes']['sha256'][:HASH_LENGTH]} {name}")
    return found


def _uv(folder: Path, *options: str) -> None:
    subprocess.run(
        ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON, "--no-header",
         "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", *options, "pyproject.toml"],
        cwd=folder, check=True,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
