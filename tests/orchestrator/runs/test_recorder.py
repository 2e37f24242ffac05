"""A film of a standing run is found by `report` and `review` as soon as it has ended."""

from __future__ import annotations

import pytest

from orchestrator.config import files, merge
from orchestrator.config.values import Layer
from orchestrator.errors import FatalError
from orchestrator.report import last
from orchestrator.review.again import command_of
from orchestrator.run_state import run_folders
from orchestrator.run_state.events import FilmEnded
from orchestrator.run_state.states import FilmState, RunState, StepState
from orchestrator.runs import intake
from orchestrator.runs.invocation import Invocation
from orchestrator.runs.recorder import Recorder
from orchestrator.storage import file_digests


@pytest.fixture
def film(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    film = tmp_path / "movie.mkv"
    film.write_text("film")
    return film


def test_a_film_that_ended_has_a_record_with_its_own_options_while_the_run_goes_on(film):
    digest = file_digests.file_digest(film)
    asked = files.layer({"language": "hi", "device": {"asr": "cpu"}}, film, film.parent)
    films = intake.Films(settings={film: merge.settings(asked)}, asked={film: asked})
    done = StepState(name="subtitles", status="done", key="k" * 64)
    state = RunState(films=(FilmState(path=film, title="movie", digest=digest, steps=(done,)),))
    review = {film: {"cues": 3, "to_review": 1}}
    with run_folders.new("films", films={digest: str(film)}) as run:
        recorder = Recorder(run, Invocation(films=(), command_line=Layer()), films, review)
        recorder(FilmEnded(time=1.0, film=0, id="a", outcome="cancelled"), state)
        with pytest.raises(FatalError):
            last.run_of(film)
        recorder(FilmEnded(time=1.0, film=0, id="a", outcome="done"), state)
        assert run.summary() is None
        (content, found), passed_over = last.run_of(film)
        assert run.outcome() == "running"
    assert (found["review"], passed_over) == (review[film], "")
    words = command_of(content, film)
    assert {"--language=hi", "--device=asr=cpu"} <= set(words)
