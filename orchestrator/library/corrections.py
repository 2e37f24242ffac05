"""The corrections of names that a user took back, kept by film in `home()/names/<digest>.json` for its next run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ipc import atomic
from orchestrator.paths import home
from orchestrator.util.storage_errors import storage_errors

STAGES = ("asr", "post_ner")
"""The stages that change names: recognition, which hears again with them in mind, and correction."""


def pair(before: str, after: str) -> str:
    """A correction as it is kept and typed: `from>to`."""
    return f"{before}>{after}"


def undone(film_digest: str, stage: str = "post_ner") -> tuple[str, ...]:
    """What `stage` did and the user took back in the film with this digest, as `from>to`: the other stage has not to run again."""
    try:
        found = json.loads(_file(film_digest).read_text(encoding="utf-8"))
        return tuple(sorted(str(one) for one in found.get(stage, ())))
    except (OSError, ValueError, AttributeError, TypeError):
        return ()


def undo(film_digest: str, pairs: Iterable[str], stage: str = "post_ner") -> None:
    """Take back what `stage` did: the film's next run leaves these words as they were heard."""
    _write(film_digest, stage, {*undone(film_digest, stage), *pairs})


def redo(film_digest: str, pairs: Iterable[str]) -> None:
    """Let the next run do these again, whichever stage it was."""
    again = {one.casefold() for one in pairs}
    for stage in STAGES:
        kept = {one for one in undone(film_digest, stage) if one.casefold() not in again}
        _write(film_digest, stage, kept)


def _file(film_digest: str) -> Path:
    return home() / "names" / f"{film_digest}.json"


def _write(film_digest: str, stage: str, pairs: set[str]) -> None:
    file = _file(film_digest)
    content = {other: list(undone(film_digest, other)) for other in STAGES} | {stage: sorted(pairs)}
    with storage_errors(f"cannot write {file}", "make its folder writable"):
        if not any(content.values()):
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(file, json.dumps(content, ensure_ascii=False, indent=1))
