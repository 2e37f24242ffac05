"""Joins recordings of one conversation into one file with a track each: `orchestrator join`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc import atomic, json_text
from orchestrator.environments.run_module import answer_of
from orchestrator.errors import FAILED, STATUS_OF_CATEGORY, USAGE, FatalError
from orchestrator.outputs import publish
from orchestrator.planning.film_path import film_of
from orchestrator.surroundings import current_folder
from orchestrator.util.free_space import free_space
from orchestrator.util.storage_errors import storage_errors

ENV = "media"
PATIENCE_S = 7200
"""Timeout in seconds; three recordings of three hours take a few minutes."""
_GRACE_S = 120
"""Seconds beyond it in which the recordings are opened, and the error is reported."""
SUFFIXES = (".mka", ".mkv")
LATEST_S = 86_400.0
DIFFERENT_S, DIFFERENT_SHARE = 5.0, 0.02
"""From this difference of lengths, and this share of the longest, recordings may not begin together."""
_NAMED = re.compile(r"(?s)([^=/\\]+)=(.+)")


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A recording of one person: its file, and the name that the user gave, if any."""

    path: Path
    title: str = ""


def recordings_of(words: Sequence[str]) -> list[Recording]:
    """The recordings on the command line: `anna.wav` or `Anna=file.wav`.

    Raises `FatalError` for a file that cannot be read, for one that is named twice, and for a single one.
    """
    found = [_recording(word) for word in words]
    if len(found) < 2:
        raise FatalError(
            "join takes two recordings or more, one for each person",
            "to transcribe a single file: orchestrator run FILE",
            USAGE,
        )
    for number, one in enumerate(found):
        if any(one.path.samefile(other.path) for other in found[:number]):
            raise FatalError(f"{one.path.name} is named twice", "name each file once", USAGE)
    return found


def _recording(word: str) -> Recording:
    named = _NAMED.fullmatch(word)
    if named and not current_folder.absolute(Path(word)).exists():
        return Recording(path=film_of(Path(named[2])), title=" ".join(named[1].split()))
    return Recording(path=film_of(Path(word)))


def delays_of(words: Sequence[str]) -> dict[str, float]:
    """The seconds that recordings begin late, by name, from `Ben=3.2`."""
    found = {}
    for word in words:
        name, _, value = word.rpartition("=")
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = -1.0
        if not name or not 0 <= found[name] <= LATEST_S:
            raise FatalError(
                f"--late {word}: not a name and a number of seconds from 0 to {LATEST_S:.0f}",
                "write it as Ben=3.2",
                USAGE,
            )
    return found


def join(
    recordings: Sequence[Recording], late: Mapping[str, float], output: Path | None, *, overwrite: bool
) -> tuple[Path, list[dict[str, Any]]]:
    """Write the file; return its path, and its tracks as `stage_runners.media.join` describes them."""
    target = _target(recordings, output, overwrite=overwrite)
    with storage_errors(f"{target}: cannot be written", "choose another place with --output"):
        draft = publish.draft_beside(target)
    try:
        tracks = _answer(recordings, late, draft)
        with storage_errors(f"{target}: cannot be written", "choose another place with --output"):
            if not atomic.put(draft, target, replace=overwrite):
                raise _there_already(target)
    finally:
        draft.unlink(missing_ok=True)
    return target, tracks


def _answer(recordings: Sequence[Recording], late: Mapping[str, float], draft: Path) -> list[dict[str, Any]]:
    request = {
        "output": str(draft),
        "recordings": [{"path": str(one.path), "title": one.title} for one in recordings],
        "late": dict(late),
        "free": free_space(draft.parent)[1],
        "timeout": PATIENCE_S,
    }
    # The module ends ffmpeg, which would go on if only the module were ended here.
    answer = answer_of(
        ENV, "media.join", doing="joining the recordings", timeout=PATIENCE_S + _GRACE_S,
        input=json_text.dumps(request),
    )  # fmt: skip
    if error := answer.get("error"):
        status = STATUS_OF_CATEGORY.get(error["category"], FAILED)
        raise FatalError(error["message"], error["hint"], status)
    tracks: list[dict[str, Any]] = answer["tracks"]
    return tracks


def _target(recordings: Sequence[Recording], output: Path | None, *, overwrite: bool) -> Path:
    """The file to write: `output`, or one beside the first recording, called after its folder."""
    first = recordings[0].path
    target = (
        current_folder.absolute(output) if output else first.with_name(f"{first.parent.name or 'joined'}.mka")
    )
    if target.suffix.lower() not in SUFFIXES:
        raise FatalError(
            f"--output {output}: a file with several named tracks is a Matroska file",
            f"choose a name that ends in {' or '.join(SUFFIXES)}",
            USAGE,
        )
    if any(target.exists() and target.samefile(one.path) for one in recordings):
        raise FatalError(
            f"{target.name} is one of the recordings", "choose another name with --output", USAGE
        )
    if os.path.lexists(target) and not overwrite:
        raise _there_already(target)
    return target


def _there_already(target: Path) -> FatalError:
    return FatalError(
        f"{target} already exists", "choose another name with --output, or add --overwrite", USAGE
    )


def shorter(tracks: Sequence[Mapping[str, Any]]) -> list[tuple[str, float]]:
    """The titles of tracks that end much before the longest one, and by how many seconds."""
    ends = {t["title"]: t["seconds"] + t["late"] for t in tracks if t["seconds"] is not None}
    longest = max(ends.values(), default=0.0)
    least = max(DIFFERENT_S, DIFFERENT_SHARE * longest)
    return [(title, longest - end) for title, end in ends.items() if longest - end >= least]
