"""Puts recordings of one conversation into one file, a track each: `python -P -m stage_runners.media.join`.

It reads a request in JSON from stdin: `output`, `recordings` with `path` and `title` (empty: from the file's
name), `late`, the seconds by which recordings begin after the others, by title or file name, `free`, the
bytes that may be written, and `timeout` in seconds. It prints a line of JSON: `tracks` with `title`, `file`,
`late`, and `seconds` (None if the file does not state it); or an `error` with a category (`ipc.errors`), a
message and a hint.
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

_KEPT = {
    "aac", "ac3", "adpcm_g722", "adpcm_ima_wav", "adpcm_ms", "alac", "amr_nb", "dts", "eac3", "flac", "mlp",
    "mp2", "mp3", "opus", "pcm_alaw", "pcm_mulaw", "truehd", "tta", "vorbis", "wavpack", "wmav1", "wmav2",
}  # fmt: skip
"""Formats that are copied into Matroska as they are; others become FLAC, which loses nothing of PCM."""
_SAMPLE_BYTES = 4
"""Bytes of a sample, at most, where FLAC takes the place of a lossy format: the decoders' samples are floats.
"""
_MORE_SPACE = "free some space, or choose another place with --output"


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
        answer = {"error": {"category": error.category, "message": error.message, "hint": error.hint}}
    print(json_text.dumps(answer))
    return 0


def joined(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write the file, and return its tracks. Raises `StageError` if a recording cannot be read or copied."""
    recordings = _late(_read(request["recordings"]), request["late"])
    output = Path(request["output"])
    need = sum(map(_size, recordings))
    if need > request["free"]:
        raise StageError(
            "storage",
            f"the joined file needs up to {_megabytes(need)} in {output.parent}, which has "
            f"{_megabytes(request['free'])} free",
            _MORE_SPACE,
        )
    _run(_command(recordings, output), output, request["timeout"])
    return [
        {"title": one.title, "file": str(one.path), "late": one.late, "seconds": one.seconds}
        for one in recordings
    ]


def _run(command: Sequence[str], output: Path, timeout: float) -> None:
    from stage_runners.media import ffmpeg

    try:
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False,
            timeout=timeout,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:  # `run` has ended ffmpeg
        message = f"joining the recordings did not finish within {timeout:g} s"
        raise StageError("stalled", message, "join shorter recordings, or use a faster disk") from error
    if ffmpeg.disk_is_full(done.returncode, done.stderr, output.parent):
        raise StageError(
            "storage", f"{output.parent}: the joined file cannot be written, the disk is full", _MORE_SPACE
        )
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
        why = lines[-1] if lines else f"status {done.returncode}"
        raise StageError(
            "input",
            f"ffmpeg cannot join the recordings: {why}",
            "check whether a player can play each of them",
        )


def _copied(track: Track) -> bool:
    return track.coding in _KEPT


def _size(one: _Recording) -> int:
    """Bytes that the recording takes in the joined file, at most; those of its file if nothing is known."""
    file, track = one.path.stat().st_size, one.track
    if _copied(track) or track.coding.startswith("pcm_") or not one.seconds:
        return file
    return max(file, round(one.seconds * track.rate * track.channels * _SAMPLE_BYTES))


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.1f} MB"


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
        if not at:
            names = ", ".join(one.title for one in recordings)
            raise StageError("config", f"--late {name}: there is no such recording", f"use one of: {names}")
        if len(at) > 1:
            files = ", ".join(recordings[k].path.name for k in at)
            raise StageError(
                "config",
                f"--late {name}: {len(at)} recordings have this name",
                f"use the name of the file ({files}), or give each another name: NAME=FILE",
            )
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
            f"-c:a:{number}", "copy" if _copied(one.track) else "flac",
            f"-metadata:s:a:{number}", f"title={one.title}",
        ]  # fmt: skip
    return [*command, "-map_metadata", "-1", "-map_chapters", "-1", "-f", "matroska", f"file:{output}"]


if __name__ == "__main__":
    sys.exit(main())
