"""A film under review: the results of its last run in a store, and a server for real requests."""

from __future__ import annotations

import json
import threading

import pytest

from orchestrator.review.desk import Desk
from orchestrator.review.server import Server
from orchestrator.storage import file_digests
from orchestrator.storage.store import Store
from tests.orchestrator.report import films

CUES = ("index", "start", "end", "text", "speakers", "segments", "flags")
ROWS = [(1, 1.0, 2.5, "One.", ["SPEAKER_00"], [0], []), (2, 3.0, 4.5, "Two.", ["SPEAKER_01"], [0], [])]


def table(rows):
    return ("cues", {name: [row[k] for row in rows] for k, name in enumerate(CUES)}, {"language": "en"})


@pytest.fixture
def film(tmp_path, monkeypatch):
    """A film whose last run made two cues and kept five seconds of sound."""
    np = pytest.importorskip("numpy")
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    film = tmp_path / "movie.mp4"
    film.write_bytes(bytes(range(256)) * 40)
    store = Store(tmp_path / "home" / "store")
    stages = [
        films.kept(store, "subtitles", {"cues": table(ROWS), "base_cues": table(ROWS)}),
        films.kept(
            store,
            "demux",
            {
                "audio": (
                    "audio",
                    {"pcm": (np.arange(80000) % 30000).astype(np.int16)},
                    {"sample_rate": 16000},
                )
            },
        ),
    ]
    content = films.content(film, stages, seconds=5.0)
    content["films"][0]["digest"] = file_digests.file_digest(film)
    content["options"] = {}
    folder = tmp_path / "home" / "runs" / "20260102-030405-movie"
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    (folder / "run.json").write_text(json.dumps(content))
    return film


@pytest.fixture
def server(film):
    with Server(Desk(film)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
