"""Brings results from the depot to a machine's store before a film begins, and new ones to the depot.

    results/<aa>/<key>.tar        a result: the folder of the store, as a file
    films/<digest>/<key>          an empty object: this result belongs to the film with this digest

The key of a result says what it was made from, so whoever finds it may use it, and whoever makes it again
makes the same.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.cluster.on_ray.depot import Depot
from orchestrator.cluster.on_ray.order import program
from orchestrator.paths import checkout, home

_SECONDS = 3600
_MANIFEST = "manifest.json"


class Results:
    """The results of a worker's films; `environ` are the variables of its program."""

    def __init__(self, depot: Depot, environ: Mapping[str, str]) -> None:
        self._depot = depot
        self._environ = dict(environ)
        self._films: dict[int, str] = {}
        """Digests of the films, by their numbers in the worker's program."""

    def fetch(self, film: str) -> int:
        """Bring what the depot has of the film into the store here; returns how many results."""
        digest = self._called("digest", film).strip()
        names = self._depot.names(f"films/{digest}") if digest else []
        lacking = [key for key in names if not (_folder(key) / _MANIFEST).exists()]
        if not lacking:
            return 0
        with tempfile.TemporaryDirectory(prefix="orchestrator-results-") as place:
            for key in lacking:
                self._depot.get(_name(key), Path(place) / f"{key}.tar")
            return len(self._called("unpack", place).splitlines())

    def note(self, line: str) -> None:
        """Bring a new result to the depot, if that is what the line tells of."""
        try:
            event = json.loads(line)
            kind = event["event"]
        except (ValueError, TypeError, KeyError):
            return
        if kind == "film_added":
            self._films[event["film"]] = event["state"]["digest"]
        elif kind == "step_done" and event["key"] and not event["cached"]:
            self._hand_over(event["key"], self._films.get(event["film"], ""))

    def _hand_over(self, key: str, digest: str) -> None:
        """Put a result and the film's mark, in this order.

        A result whose file lies outside the store (a muxed film) is made again elsewhere.
        """
        folder = _folder(key)
        try:
            manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            names = [record["path"] for record in manifest["outputs"].values()]
        except (OSError, ValueError, KeyError, TypeError):
            return  # it was removed already: the cache is small
        if not digest or any("/" in name for name in names):
            return
        with tempfile.TemporaryDirectory(prefix="orchestrator-results-") as place:
            packed = Path(place) / "result.tar"
            with tarfile.open(packed, "w") as tar:
                for name in (*names, _MANIFEST):
                    tar.add(folder / name, name, recursive=False)
            self._depot.put(_name(key), packed)
            mark = Path(place) / "mark"
            mark.touch()
            self._depot.put(f"films/{digest}/{key}", mark)

    def _called(self, *words: str) -> str:
        done = subprocess.run(
            [*program()[:-1], "orchestrator.cluster.parcels", *words], env=self._environ, cwd=checkout(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=_SECONDS,
        )  # fmt: skip
        return done.stdout if done.returncode == 0 else ""


def _name(key: str) -> str:
    return f"results/{key[:2]}/{key}.tar"


def _folder(key: str) -> Path:
    return home() / "store" / "results" / key[:2] / key
