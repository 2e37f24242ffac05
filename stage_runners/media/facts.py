"""Prints what films' headers state, as JSON: `python -P -m stage_runners.media.facts [FILM]`.

The orchestrator asks before a run, so that a clip beyond the end costs nothing, and for the plan of a
library. Without FILM it reads paths from stdin, each ended by a zero byte, and prints a line for each: a
process that starts once for hundreds of films.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners.media import matroska_size
from stage_runners.media.probe import Film, Track, head_start, probe
from stage_runners.media.track_choice import about_the_film, choose


def facts(path: Path) -> dict[str, Any]:
    """What the headers of a film state.

    `seconds` from where the film begins to its stated end, None if that may be a guess, `likely` with the
    guess; `audio` its audio tracks in words; `sound` and `subtitles` the facts of the tracks; `spoken` the
    language of the track that a run takes by default, empty if it is not stated; `picture` whether there is
    one; `cut` the bytes that the file should have, if it has fewer. For a file that cannot be read only
    `error`, why that is.
    """
    try:
        film = probe(path)
        cut = film.cut or (matroska_size.announced_bytes(path) if "matroska" in film.format else None)
    except StageError as error:
        return {"error": error.message.removeprefix(f"{path.name}: ")}
    except OSError as error:
        return {"error": error.strerror or str(error)}
    return {
        "seconds": film.seconds - head_start(film) if film.seconds else None,
        "likely": film.likely,
        "audio": [track.words() for track in film.of("audio")],
        "spoken": choose(film, None, None, path.name).track.language if film.of("audio") else "",
        "sound": [
            {"language": t.language, "about": about_the_film(t), "channels": t.channels}
            for t in film.of("audio")
        ],
        "subtitles": [_subtitle(track) for track in film.of("subtitle")],
        "picture": _has_picture(film),
        "cut": cut,
    }


def _subtitle(track: Track) -> dict[str, Any]:
    return {
        "language": track.language,
        "title": track.title,
        "coding": track.coding,
        "purposes": list(track.purposes),
    }


def _has_picture(film: Film) -> bool:
    return any(not track.picture for track in film.of("video"))


def main() -> None:
    """Print the facts of the film on the command line, or of those on stdin."""
    if len(sys.argv) > 1:
        print(json.dumps(facts(Path(sys.argv[1]))))
        return
    for name in sys.stdin.buffer.read().decode().split("\0"):
        if name:
            print(json.dumps(facts(Path(name))), flush=True)


if __name__ == "__main__":
    main()
