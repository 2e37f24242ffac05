"""Puts recordings of one conversation into one file, a track each: `python -P -m stage_runners.media.join`.

It reads a request in JSON from stdin: `output`, `recordings` with `path` and `title` (empty: from the file's
name), and `late`, the seconds by which recordings begin after the others, by title or file name. It prints a
line of JSON: `tracks` with `title`, `file`, `late`, and `seconds` (None if the file does not state it); or an
`error` with a message and a hint.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ipc import json_text
from ipc.errors import StageError
from stage_runners.media.file_titles import titles_of
from stage_runners.media.probe import Track

_KEPT = {"aac", "ac3", "alac", "eac3", "flac", "mp3", "opus", "vorbis"}
"""Formats that are copied into Matroska as they are; others become FLAC, which loses nothing of PCM."""


class _Recording(NamedTuple):
    path: Path
    track: Track
    title: str
    late: float
    seconds: float | None


def main() -> int:
    """Answer the request; errors are printed, and the status is 0."""
    request = json.loads(sys.stdin.read())
    try:
        answer: dict[str, Any] = {"tracks": joined(request)}
    except StageError as error:
        answer = {"error": {"message": error.message, "hint": error.hint}}
    print(json_text.dumps(answer))
    return 0


def joined(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write the file, and return its tracks. Raises `StageError` if a recording cannot be read or copied."""
    recordings = _late(_read(request["recordings"]), request["late"])
    command = _command(recordings, Path(request["output"]))
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
        why = lines[-1] if lines else f"status {done.returncode}"
        raise StageError(
            "input",
            f"ffmpeg cannot join the recordings: {why}",
            "check whether a player can play each of them",
        )
    return [
        {"title": one.title, "file": str(one.path), "late": one.late, "seconds": one.seconds}
        for one in recordings
    ]


def _read(wanted: Sequence[Mapping[str, Any]]) -> list[_Recording]:
    from stage_runners.media.numbering import film_of
    from stage_runners.media.track_choice import choose

    titles = titles_of([Path(one["path"]).stem for one in wanted])
    found = []
    for one, title in zip(wanted, titles, strict=True):
        path = Path(one["path"])
        film = film_of(path)
        track = choose(film, None, None, path.name).track
        seconds = film.seconds or film.likely
        found.append(_Recording(path, track, one["title"] or title, 0.0, seconds))
    return found


def _late(recordings: Sequence[_Recording], late: Mapping[str, float]) -> list[_Recording]:
    """The recordings with their delays. `StageError` ("config") for a name that is not one of them."""
    found = list(recordings)
    for name, seconds in late.items():
        at = [
            k
            for k, one in enumerate(recordings)
            if name.casefold() in {one.title.casefold(), one.path.name.casefold(), one.path.stem.casefold()}
        ]
        if len(at) != 1:
            names = ", ".join(one.title for one in recordings)
            raise StageError("config", f"--late {name}: there is no such recording", f"use one of: {names}")
        found[at[0]] = found[at[0]]._replace(late=float(seconds))
    return found


def _command(recordings: Sequence[_Recording], output: Path) -> list[str]:
    from stage_runners.media import ffmpeg, opening

    command = [ffmpeg.executable(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    for one in recordings:
        command += [*(["-itsoffset", str(one.late)] if one.late else []), *opening.arguments(one.path)]
    for number, one in enumerate(recordings):
        command += [
            "-map", f"{number}:{one.track.at}",
            f"-c:a:{number}", "copy" if one.track.coding in _KEPT else "flac",
            f"-metadata:s:a:{number}", f"title={one.title}",
        ]  # fmt: skip
    return [*command, "-map_metadata", "-1", "-map_chapters", "-1", "-f", "matroska", f"file:{output}"]


if __name__ == "__main__":
    sys.exit(main())
