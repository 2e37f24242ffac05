"""Stores the name corrections that the user undid, by film in `home()/names/<digest>.json`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ipc import atomic, json_text
from orchestrator.errors import INPUT, FatalError
from orchestrator.paths import home
from orchestrator.util import own_files
from orchestrator.util.storage_errors import storage_errors

STAGES = ("asr", "existing_subtitles", "post_ner")
"""The stages that change words: recognition, which re-transcribes with name hints, existing subtitles, and
the correction of names.
"""


def pair(before: str, after: str) -> str:
    """A correction as it is stored and typed: `from>to`."""
    return f"{before}>{after}"


def undone(film_digest: str, stage: str = "post_ner") -> tuple[str, ...]:
    """The corrections by `stage` that the user undid in the film with this digest, as `from>to`.

    They are kept by stage, so that the other stage need not run again. Raises `FatalError` (input) if the
    file is damaged; it is then never written.
    """
    return tuple(sorted(_read(film_digest).get(stage, ())))


def undo(film_digest: str, pairs: Iterable[str], stage: str = "post_ner") -> None:
    """Undo corrections by `stage`: the film's next run keeps the recognised words."""
    _write(film_digest, stage, {*undone(film_digest, stage), *pairs})


def redo(film_digest: str, pairs: Iterable[str]) -> None:
    """Allow the next run to make these corrections again, in either stage."""
    again = {one.casefold() for one in pairs}
    for stage in STAGES:
        kept = {one for one in undone(film_digest, stage) if one.casefold() not in again}
        _write(film_digest, stage, kept)


def _read(film_digest: str) -> dict[str, list[str]]:
    file = _file(film_digest)
    try:
        content = own_files.read_json(file)
        if content is None:
            return {}
        import msgspec

        return msgspec.convert(content, dict[str, list[str]])
    except ValueError as error:  # `msgspec.ValidationError` too
        raise FatalError(
            f"{file}: the corrections that you undid in this film cannot be read: {error}",
            "repair the file, or move it away: the corrections are then made again",
            INPUT,
        ) from error


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
        atomic.write(file, json_text.dumps(content, indent=1))
