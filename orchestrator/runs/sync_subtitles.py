"""Compares subtitles with a film's speech, and writes them with other times: `orchestrator sync`."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc import atomic, json_text
from ipc.digests import file_digest
from orchestrator.environments import registry
from orchestrator.environments.run_module import answer_of
from orchestrator.errors import INPUT, STORAGE, USAGE, FatalError
from orchestrator.outputs import publish
from orchestrator.outputs.ledger import Ledger
from orchestrator.paths import home
from orchestrator.runs.results_of import Results, results_of
from orchestrator.surroundings import current_folder
from orchestrator.util.storage_errors import storage_errors

if TYPE_CHECKING:
    from orchestrator.config.values import Layer
    from orchestrator.storage.store import Store

ENV = "nlp"
PATIENCE_S = 1800
"""Timeout in seconds; two hours of film with 1500 cues take about half a minute."""
SUFFIXES = (".srt", ".vtt", ".ass", ".ssa")


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where the corrected subtitles go: `path` if given, or in place of the original, or beside it."""

    path: Path | None = None
    in_place: bool = False
    overwrite: bool = False


@dataclass(frozen=True, kw_only=True)
class Written:
    """The file that was written, where the original is if it was replaced, and a note for the user."""

    path: Path
    kept: Path | None = None
    note: str = ""


def compared(
    film: Path, subtitles: Path, store: Store, typed: Layer, draft: Path, *, recognise: bool
) -> dict[str, Any]:
    """The answer of `stage_runners.sync.main`; the corrected subtitles, if there are any, are in `draft`.

    `recognise` has the speech transcribed if it was not yet. Raises `FatalError` if a stage fails, or
    (input) if the subtitles cannot be read.
    """
    registry.require(ENV)
    until = "alignment" if recognise else "silero_vad"
    # Words that were recognised from tracks apart are on the clock of another recording than `demux`'s.
    options = {"mux": False, "clip": None, "speakers_by_track": False, "speakers_by_channel": False}
    made = results_of(
        film, store, typed, options, until=until, command="sync", logs=home() / "memo" / "sync" / "runs"
    )
    words = made.of("alignment").path("words") if recognise else _words(made, store)
    request = {
        "name": subtitles.name,
        "subtitles": str(current_folder.absolute(subtitles)),
        "audio": str(made.of("demux").path("audio")),
        "speech": str(made.of("silero_vad").path("speech")),
        "words": str(words) if words else None,
        "output": str(draft),
    }
    file = draft.with_name("request.json")
    file.write_text(json_text.dumps(request), encoding="utf-8")
    answer = _answer(file)
    if error := answer.get("error"):
        raise FatalError(error["message"], error["hint"], INPUT)
    return answer


def _words(made: Results, store: Store) -> Path | None:
    """The words of the film's last run, if they are of the same sound; None if there are none."""
    last = store.last(made.plan.film, "alignment")
    if last is None:
        return None
    key, manifest = last
    audio = made.of("demux").manifest.outputs["audio"].digest
    entry = store.find(key) if manifest.ingredients.get("input audio") == audio else None
    return entry.path("words") if entry else None


def _answer(request: Path) -> dict[str, Any]:
    answer: dict[str, Any] = answer_of(
        ENV, "sync.main", request, doing="the comparison with the speech", timeout=PATIENCE_S
    )
    return answer


def check(subtitles: Path, film: Path, to: Destination) -> None:
    """Raise `FatalError` if the subtitles are no file, or the destination cannot be one."""
    there = current_folder.absolute(subtitles)
    if film.suffix.lower() in SUFFIXES:
        raise FatalError(
            f"{film.name}: these are subtitles, not a film", "give the film first, then the subtitles", USAGE
        )
    if not there.exists():
        raise FatalError(f"{subtitles}: file not found", "check the name", INPUT)
    if to.path is None:
        return
    out = current_folder.absolute(to.path)
    if to.in_place:
        raise FatalError("--output and --in-place: choose one", "omit one of them", USAGE)
    if out.suffix.lower() in SUFFIXES and out.suffix.lower() != there.suffix.lower():
        raise FatalError(
            f"--output {to.path}: sync keeps the format of {subtitles.name}",
            f"give it the suffix {there.suffix or 'of that file'}",
            USAGE,
        )
    for other, name in ((there, "the original"), (current_folder.absolute(film), "the film")):
        if out.exists() and other.exists() and out.samefile(other):
            hint = "use --in-place, which keeps a copy" if name == "the original" else "choose another name"
            raise FatalError(f"--output {to.path}: this is {name}", hint, USAGE)
    if os.path.lexists(out) and not to.overwrite and Ledger().digest(out) is None:
        raise FatalError(
            f"--output {to.path} already exists", "choose another name, or add --overwrite", USAGE
        )


def write(draft: Path, subtitles: Path, film: Path, to: Destination) -> Written:
    """Put the corrected subtitles in their place; `FatalError` (storage) if they cannot be written."""
    there = current_folder.absolute(subtitles)
    if to.in_place:
        return _in_place(draft, there)
    target = current_folder.absolute(to.path) if to.path else _beside(there)
    done = publish.publish(
        draft, target, file_digest(draft), current_folder.absolute(film), Ledger(), overwrite=to.overwrite
    )
    return Written(path=done.path, note=done.note)


def _beside(subtitles: Path) -> Path:
    """`subs.synced.srt` for `subs.srt`."""
    return subtitles.with_name(f"{subtitles.stem}.synced{subtitles.suffix}")


def _in_place(draft: Path, subtitles: Path) -> Written:
    """Replace the original, after a copy of it has been written."""
    place = subtitles.resolve()
    with storage_errors(f"cannot replace {subtitles}", "use --output"):
        mode = place.stat().st_mode & 0o777
        kept = _copied(place)
        atomic.write(place, draft.read_bytes(), mode=mode, durable=True)
    return Written(path=subtitles, kept=kept)


def _copied(original: Path) -> Path:
    """A copy of the original beside it: `subs.srt.bak`, or `subs.srt.1.bak` if that name is taken, ..."""
    draft = atomic.draft_of(original)
    try:
        shutil.copy2(original, draft)
        for count in range(1000):
            kept = original.with_name(f"{original.name}{f'.{count}' if count else ''}.bak")
            if not os.path.lexists(kept) and atomic.put(draft, kept, replace=False):
                return kept
    finally:
        draft.unlink(missing_ok=True)
    raise FatalError(f"{original.name} has a thousand copies", "remove old .bak files", STORAGE)
