"""Our program as a subject, of this checkout or of another one, on the devices it chooses or on the CPU.

It runs as a user's command does, with every stage, in a home of its own: no result, configuration or edit of
the user is read or written. The models on this disk are linked into that home. Its results are removed before
each run; what it remembers (which devices agree with the CPU, the hashes of models) stays, as for a user.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator import __version__
from orchestrator.bench.results import OURS, RunUse, StageUse
from orchestrator.bench.subject import Bench, Facts, tail
from orchestrator.config import environment
from orchestrator.paths import checkout, home
from orchestrator.util import git_commit


class Program:
    """See `orchestrator.bench.subject.Subject`. `options` come after those of the benchmark."""

    def __init__(self, name: str = OURS, folder: Path | None = None, options: tuple[str, ...] = ()) -> None:
        self.name = name
        self._checkout = folder or checkout()
        self.of_this_checkout = folder is None
        self._options = options
        self.about = " ".join(
            filter(
                None,
                ("the whole job", "" if self.of_this_checkout else f"of {self._checkout.name}", *options),
            )
        )

    def missing(self, facts: Facts) -> str:
        """Why another checkout cannot run: it has no environment of its own."""
        del facts
        return (
            ""
            if self._python().exists()
            else f"{self._python()} does not exist: run ./install.sh --dev there"
        )

    def version(self) -> str:
        """The version of this program, or the commit of another checkout."""
        commit = git_commit.of(self._checkout)
        return " ".join(filter(None, (__version__ if self.of_this_checkout else "", commit)))

    def run(self, film: Path, bench: Bench) -> RunUse:
        """See `Subject.run`."""
        own = bench.folder / self.name
        place = clean(own)
        log = own / f"{film.stem}.log"
        command = [
            str(self._python()), "-m", "orchestrator", "run", str(film), *bench.options, *self._options,
            "--no-job-file", "--overwrite", "--quiet", "-o", str(own / "out"),
        ]  # fmt: skip
        use = bench.gauge.run(command, self._environment(place), log, self._checkout)
        content = last_run(place)
        film_of_run = (content.get("films") or [{}])[0]
        error = "" if use.status == 0 and content else _why(content) or tail(log) or f"status {use.status}"
        return RunUse(
            film=film.stem,
            subject=self.name,
            wall_s=round(use.wall_s, 3),
            cpu_s=round(use.cpu_s, 3),
            peak_memory=use.peak_memory,
            peak_vram=use.peak_vram,
            energy_j=use.energy_j,
            stages=stages(content),
            language=str(film_of_run.get("language") or ""),
            film_seconds=float(film_of_run.get("seconds") or 0.0),
            error=error,
        )

    def home(self, bench: Bench) -> Path:
        """Where its last results are, until the next run."""
        return bench.folder / self.name / "home"

    def _python(self) -> Path:
        return Path(sys.executable) if self.of_this_checkout else self._checkout / ".venv" / "bin" / "python"

    def _environment(self, place: Path) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if (name not in environment.CARRIED or name in environment.TOKENS)
            and (not name.startswith(environment.PREFIX) or name in environment.NOT_OPTIONS)
        }
        if not self.of_this_checkout:
            kept.pop("ORCHESTRATOR_ENVS", None)
        elsewhere = {"ORCHESTRATOR_HOME": str(place), "ORCHESTRATOR_CONFIG": str(place / "config.toml")}
        return {**kept, **elsewhere, "PYTHONPATH": str(self._checkout)}


def clean(own: Path) -> Path:
    """A home inside `own` with the models of this disk, and without results of earlier runs."""
    place = own / "home"
    place.mkdir(parents=True, exist_ok=True)
    for name in ("store", "runs"):
        shutil.rmtree(place / name, ignore_errors=True)
    shutil.rmtree(own / "out", ignore_errors=True)
    (own / "out").mkdir()
    (place / "config.toml").touch()
    models = home() / "models"
    models.mkdir(parents=True, exist_ok=True)
    if not (place / "models").is_symlink():
        (place / "models").symlink_to(models)
    return place


def last_run(place: Path) -> Mapping[str, Any]:
    """The `run.json` of the only run in a home; empty if there is none."""
    found = sorted((place / "runs").glob("*/run.json"))
    try:
        body = json.loads(found[-1].read_text(encoding="utf-8")) if found else {}
    except (OSError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def stages(content: Mapping[str, Any]) -> tuple[StageUse, ...]:
    """The stages that ran, from `run.json`."""
    films = content.get("films") or [{}]
    return tuple(
        StageUse(
            stage=one["stage"],
            device=one.get("device") or "",
            model=one.get("model") or "",
            seconds=float(one["seconds"]),
            load_s=one.get("load_seconds"),
            cpu_s=(one.get("metrics") or {}).get("cpu_seconds"),
            peak_memory=one.get("peak_memory"),
            peak_vram=one.get("peak_vram"),
            degraded=tuple(one.get("degraded") or ()),
        )
        for one in films[0].get("stages", ())
        if one["status"] == "done" and one.get("seconds") is not None
    )


def _why(content: Mapping[str, Any]) -> str:
    failed = [f"{one['stage']}: {one['message']}" for one in content.get("failed") or ()]
    refused = [str(one["message"]) for one in content.get("refused") or ()]
    return "; ".join([*failed, *refused]).splitlines()[0] if failed or refused else ""
