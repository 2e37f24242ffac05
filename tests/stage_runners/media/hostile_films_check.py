"""Probes every film of a folder; prints what each is: its format, or the error.

usage: hostile_films_check.py FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ipc.errors import StageError
from stage_runners.media.probe import probe


def main(folder: Path) -> None:
    """Probe them all."""
    told = {}
    for film in sorted(folder.iterdir()):
        try:
            told[film.name] = probe(film).format
        except StageError as error:
            told[film.name] = f"{error.category}: {error.message}; {error.hint}"
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
