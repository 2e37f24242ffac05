"""Prints what a film's headers state, as JSON: `python -P -m stage_runners.media.facts FILM`.

The orchestrator asks before a run, so that a clip beyond the end costs nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners.media.probe import head_start, probe


def facts(path: Path) -> dict[str, Any]:
    """`seconds` from where the film begins to its stated end, None if that may be a guess; its audio tracks.

    Empty if the file cannot be read: the run itself then reports why.
    """
    try:
        film = probe(path)
    except StageError:
        return {}
    return {
        "seconds": film.seconds - head_start(film) if film.seconds else None,
        "audio": [track.words() for track in film.of("audio")],
    }


if __name__ == "__main__":
    print(json.dumps(facts(Path(sys.argv[1]))))
