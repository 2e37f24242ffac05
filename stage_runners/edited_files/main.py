"""Reads subtitle files for `orchestrator import`, apart from its process, because the files are strangers'.

`python -P -m stage_runners.edited_files.main` takes a JSON list of `[path, language]` on stdin, and prints a
JSON list with `{"cues", "styles", "unkept"}` for each, or `{"error"}` with a sentence.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipc import json_text, plain_file
from ipc.text_files import NotTextError
from stage_runners.edited_files import ass, srt, vtt
from stage_runners.edited_files.read_cue import ReadFile, UnreadableError
from stage_runners.text.code_pages import read_text

LARGEST = 16 << 20
"""Bytes of a file: a day of subtitles has two million."""
MOST = 50_000
"""Cues of a file."""
READERS: dict[str, Callable[[str], ReadFile]] = {".srt": srt.read, ".vtt": vtt.read, ".ass": ass.read}


def main() -> int:
    """Answer the request on stdin; what cannot be read is an answer too, and the status is 0."""
    answers = [answer(Path(path), language) for path, language in json.loads(sys.stdin.read())]
    print(json_text.dumps(answers))
    return 0


def answer(path: Path, language: str) -> dict[str, Any]:
    """The content of a file, or why it cannot be read. `language` decides between code pages."""
    try:
        text = read_text(plain_file.read(path, LARGEST), language).text
        found = READERS[path.suffix.lower()](text)
    except (OSError, plain_file.UnusableFileError, NotTextError, UnreadableError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return {"error": why}
    if len(found.cues) > MOST:
        return {"error": f"it has {len(found.cues)} cues, more than {MOST}"}
    return {
        "cues": [cue.dump() for cue in found.cues],
        "styles": found.styles,
        "unkept": found.unkept,
    }


if __name__ == "__main__":
    sys.exit(main())
