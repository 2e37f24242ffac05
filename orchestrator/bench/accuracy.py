"""Runs and scores recordings with references; one that fails is a row with its reason.

They run as a user's films do, with the user's cache: a stage runs again only if it or its input changed.
The files of the runs go into a folder of their own, not beside the films.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.bench import results
from orchestrator.bench.references import Case
from orchestrator.bench.subject import tail
from orchestrator.errors import FatalError
from orchestrator.paths import checkout, home
from orchestrator.runs import score as scoring
from orchestrator.storage.store import Store

_OF = {
    "wer": ("wer", "cer"), "cer": ("cer",), "der": ("der", "der_025", "speakers"),
    "words": ("word_times", "segment_times"), "subs": ("rules", "cue_times", "suber"),
    "silence": ("silent_words",),
}  # fmt: skip
"""The scores that each word in a recording's list of `scores` admits."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A recording: its scores as `orchestrator score --json` gives them, or why it has none."""

    name: str
    language: str = ""
    references: tuple[str, ...] = ()
    scores: Mapping[str, Any] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """The scores of a folder."""

    folder: str
    date: str
    version: str
    commit: str
    options: tuple[str, ...] = ()
    recordings: tuple[Scored, ...] = ()
    interrupted: bool = False
    kind: str = "accuracy"
    schema: int = results.SCHEMA


def read(path: Path) -> Accuracy:
    """The scores in a file; `FatalError` (usage) if it holds none that this version can read."""
    return results.converted(path, results.content(path, "accuracy"), Accuracy)


def measure(
    cases: Sequence[Case], options: Sequence[str], out: Path, tell: Callable[[str], None]
) -> tuple[list[Scored], bool]:
    """The recordings that were scored until the end, or until the user stopped it (then True)."""
    done: list[Scored] = []
    try:
        for number, case in enumerate(cases, 1):
            scored = score(case, options, out / case.name)
            tell(f"{number} of {len(cases)}: {case.name}{f': {scored.error}' if scored.error else ''}")
            done.append(scored)
    except KeyboardInterrupt:
        return done, True
    return done, False


def score(case: Case, options: Sequence[str], out: Path) -> Scored:
    """Run and score one recording."""
    if case.error:
        return Scored(name=case.name, error=case.error)
    if why := _run(case.film, options, out):
        return Scored(name=case.name, error=why)
    try:
        return _scored(case)
    except FatalError as error:
        return Scored(name=case.name, error=error.message)


def _run(film: Path, options: Sequence[str], out: Path) -> str:
    """Run a film; returns why that failed, or nothing."""
    out.mkdir(parents=True)
    log = out.with_suffix(".log")
    command = [
        sys.executable, "-m", "orchestrator", "run", str(film), *options, "--no-job-file", "--no-mux",
        "--output-format", "json,srt,rttm", "--quiet", "-o", str(out),
    ]  # fmt: skip
    with log.open("wb") as stream:
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, cwd=out,
            env={**os.environ, "PYTHONPATH": str(checkout())},
        )  # fmt: skip
    return "" if done.returncode == 0 else tail(log) or f"the run ended with status {done.returncode}"


def _scored(case: Case) -> Scored:
    subject = scoring.of_last_run(case.film, Store(home() / "store"))
    notes = () if subject.shown is None else ("its cues were edited in review, and are scored as edited",)
    if case.silent:
        words = _words(subject.files)
        return Scored(
            name=case.name, language=subject.language, scores={"silent_words": {"count": words}}, notes=notes
        )
    references = case.usable(subject.language)
    if not references:
        return Scored(name=case.name, error=f"no reference is in {subject.language or 'its language'}")
    answer = scoring.score(case.film, subject, references, scoring.limits(subject, None))
    wanted = {name for word in case.scores for name in _OF.get(word, (word,))}
    scores = {name: one for name, one in answer["scores"].items() if not wanted or name in wanted}
    return Scored(
        name=case.name,
        language=answer["language"],
        references=tuple(path.name for path in references),
        scores=scores,
        left_out=answer["left_out"],
        notes=(*notes, *answer["notes"]),
    )


def _words(files: Sequence[Path]) -> int:
    """The words of a transcript (`json`), in which nobody speaks."""
    from ipc.parsing import json_of

    transcript = next((path for path in files if path.suffix == ".json"), None)
    body = json_of(transcript.read_bytes()) if transcript else {}
    segments = body.get("segments") or [] if isinstance(body, dict) else []
    return sum(len(str(segment.get("text") or "").split()) for segment in segments)
