"""Measures `orchestrator sync` on subtitles that are right, moved, stretched, cut, or of another film.

    .venv/bin/python benchmarks/sync.py DATA [--only WORD,...] [--rival FFS] [--json FILE]

DATA has folders with a film and `truth.srt`, `truth.en.srt` (a translation) or `truth.rttm`. The films are
run up to `alignment` first, with the default model, and their sounds and results are put together to longer
films. The rest runs in the environment `nlp` (`sync_cases.py`). FFS is ffsubsync's program, which gets the
same sound as a WAV file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from orchestrator.config.values import Layer, Value
from orchestrator.environments import registry
from orchestrator.paths import home
from orchestrator.runs.results_of import results_of
from orchestrator.storage.store import Store

WITH_WORDS = {"fillets_cs": "cs", "timit_dialogue": "en", "ted": "en", "phone": "en"}
SOUND_ONLY = ("hindi", "no_speech", *(f"ami_trn0{number}" for number in range(1, 10)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--only", default="", metavar="WORD,...")
    parser.add_argument("--rival", default="", metavar="FFS")
    parser.add_argument("--json", default="", metavar="FILE")
    arguments = parser.parse_args()
    store = Store(home() / "store")
    films = {}
    for name in (*WITH_WORDS, *SOUND_ONLY):
        film = next((arguments.data / name).glob("movie.*"))
        language = WITH_WORDS.get(name)
        typed = Layer(
            values={"language": Value(value=language, source="", words="")} if language else {}, devices={}
        )
        made = results_of(
            film, store, typed, {"mux": False}, until="alignment" if language else "silero_vad",
            command="benchmark", logs=home() / "memo" / "sync" / "runs",
        )  # fmt: skip
        films[name] = {
            "folder": str(film.parent),
            "audio": str(made.of("demux").path("audio")),
            "speech": str(made.of("silero_vad").path("speech")),
            "words": str(made.of("alignment").path("words")) if language else None,
        }
    with tempfile.TemporaryDirectory() as folder:
        request = Path(folder) / "films.json"
        request.write_text(
            json.dumps(
                {"films": films, "only": arguments.only, "rival": arguments.rival, "json": arguments.json}
            )
        )
        root = Path(__file__).resolve().parent
        subprocess.run(
            [registry.python("nlp"), root / "sync_cases.py", request], check=True, cwd=folder,
            env=registry.child_environment("nlp", {"PYTHONPATH": f"{root}:{root.parent}"}),
        )  # fmt: skip


if __name__ == "__main__":
    main()
