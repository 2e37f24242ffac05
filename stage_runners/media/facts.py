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


def facts(film: Path) -> dict[str, Any]:
    """`seconds` from where the film begins to its stated end, None if that may be a guess; its audio tracks.

    Empty if the file cannot be read: the run itself then reports why.
    """
    try:
        found = probe(film)
    except StageError:
        return {}
    sure = found.seconds
    return {
        "seconds": sure - head_start(found) if sure else None,
        "audio": [track.words() for track in found.of("audio")],
    }


if __name__ == "__main__":
    print(json.dumps(facts(Path(sys.argv[1]))))
