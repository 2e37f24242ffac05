"""`orchestrator names`: corrections are listed, undone and restored."""

from __future__ import annotations

import hashlib
import json

import pytest

from ipc.artifacts import write
from orchestrator import cli
from orchestrator.errors import FatalError
from orchestrator.library import corrections
from orchestrator.planning import side_inputs
from orchestrator.storage.file_digests import file_digest
from orchestrator.storage.manifest import Manifest, OutputRecord
from orchestrator.storage.store import Store


@pytest.fixture
def film(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    film = tmp_path / "movie.mkv"
    film.write_text("a film")
    return film


def put_in_store(film, home, stage, output, columns, facts=None, *, also=None, ingredients=None):
    """A stage's result in the store, as the film's last one."""
    store = Store(home / "store")
    attempt = store.attempt(stage)
    outputs = dict(also or {})
    for other in outputs.values():
        (attempt / other.path).write_bytes(b"ARROW1")
    if output:
        digest = write(attempt / f"{output}.parquet", output, columns)
        size = (attempt / f"{output}.parquet").stat().st_size
        outputs[output] = OutputRecord(kind=output, path=f"{output}.parquet", digest=digest, size=size)
    key = (stage + str(ingredients or "")[-4:-2]).encode().hex().ljust(64, "0")
    made = Manifest(
        stage=stage, version=1, ingredients=ingredients or {}, outputs=outputs, seconds=1.0, facts=facts or {}
    )
    store.commit(attempt, key, made)
    store.remember(film, stage, key)


def run_of(film, home, applied=True):
    term = {
        "term": ["Rachel"], "kind": ["given"], "source": ["cast"], "weight": [1.0], "variants": [[]],
        "full": [None],
    }  # fmt: skip
    put_in_store(film, home, "pre_ner", "glossary", term)
    row = {"start": 61.5, "end": 62.0, "segment": 3, "word": 9, "before": "Rachell", "after": "Rachel",
           "term": "Rachel", "score": 0.82, "evidence": ["sounds the same", "probability 0.35"],
           "applied": applied}  # fmt: skip
    put_in_store(film, home, "post_ner", "corrections", {name: [value] for name, value in row.items()})
    voice = {
        "speaker": ["SPEAKER_00"], "name": ["Rachel"], "confidence": [0.9], "source": ["dialogue"],
        "evidence": [[]],
    }  # fmt: skip
    put_in_store(film, home, "naming", "speakers", voice)


def test_corrections_are_shown_with_their_evidence(film, tmp_path, capsys):
    run_of(film, tmp_path / "home")
    assert cli.main(["names", str(film)]) == 0
    shown = capsys.readouterr().out
    assert "1 term: Rachel" in shown
    assert "1  1:01  Rachell > Rachel  0.82  sounds the same, probability 0.35" in shown
    assert "SPEAKER_00: Rachel (dialogue, 0.90)" in shown


def test_an_undone_correction_is_a_parameter_of_the_next_run_and_can_be_restored(film, tmp_path, capsys):
    run_of(film, tmp_path / "home")
    digest = file_digest(film)
    assert cli.main(["names", str(film), "--undo", "1"]) == 0
    assert "undone: Rachell > Rachel; to update the subtitles: orchestrator run" in capsys.readouterr().out
    assert side_inputs.params(film, digest)["post_ner"]["undone"] == ["Rachell>Rachel"]
    cli.main(["names", str(film)])
    assert "(undone from the next run on)" in capsys.readouterr().out
    assert cli.main(["names", str(film), "--redo", "rachell > rachel"]) == 0
    assert corrections.undone(digest) == ()
    assert list((tmp_path / "home" / "names").glob("*.json")) == []


def test_a_correction_undone_in_the_last_run_is_marked(film, tmp_path, capsys):
    run_of(film, tmp_path / "home", applied=False)
    corrections.undo(file_digest(film), ["Rachell>Rachel"])
    assert cli.main(["names", str(film), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["corrections"][0]["applied"], body["corrections"][0]["undone"]) == (False, True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["--undo", "7"], "there is no correction 7"), (["--undo", "Rachel"], "is not a correction")],
)
def test_something_that_is_not_a_correction_is_an_error(film, tmp_path, capsys, words, expected):
    run_of(film, tmp_path / "home")
    assert cli.main(["names", str(film), *words]) == 2
    assert expected in capsys.readouterr().err


def test_a_film_without_a_run_and_a_missing_film_are_errors(film, capsys):
    assert cli.main(["names", str(film)]) == 4
    assert "no results yet" in capsys.readouterr().err
    assert cli.main(["names", str(film.with_name("other.mkv"))]) == 4


def test_a_damaged_file_of_corrections_is_reported_and_kept(film, tmp_path):
    folder = tmp_path / "home" / "names"
    folder.mkdir(parents=True)
    for text in ("{", "[1]", '{"undone": 3}'):
        file = folder / f"{file_digest(film)}.json"
        file.write_text(text)
        with pytest.raises(FatalError, match="the corrections that you undid in this film cannot be read"):
            corrections.undone(file_digest(film))
        assert file.read_text() == text


def test_a_re_transcribed_name_has_a_number_and_can_be_undone(film, tmp_path, capsys):
    run_of(film, tmp_path / "home")
    change = {"start": 27.3, "from": "choice", "to": "Joyce", "less_likely": 0.1}
    put_in_store(film, tmp_path / "home", "asr", "", {}, {"bias": {"changed": [change]}})
    cli.main(["names", str(film)])
    shown = capsys.readouterr().out
    assert "1  0:27  choice > Joyce" in shown
    assert "2  1:01  Rachell > Rachel" in shown
    assert cli.main(["names", str(film), "--undo", "1"]) == 0
    assert side_inputs.params(film, file_digest(film))["asr"]["undone"] == ["choice>Joyce"]


def test_a_re_transcribed_name_is_at_the_films_time_if_tracks_were_heard_apart(film, tmp_path, capsys):
    home = tmp_path / "home"
    run_of(film, home)
    pieces = {"start": [0.0, 10.4], "end": [10.0, 40.0], "at": [0.0, 7.0], "speaker": [None, "SPEAKER_00"]}
    own = hashlib.sha256(b"ARROW1").hexdigest()
    apart = OutputRecord(kind="audio", path="audio.arrow", digest=own, size=6)
    change = {"start": 27.4, "from": "choice", "to": "Joyce", "less_likely": 0.1}
    put_in_store(film, home, "untangling", "pieces", pieces, also={"audio": apart})
    for heard, time in ((own, "0:24"), ("b" * 64, "0:27")):
        facts = {"bias": {"changed": [change]}}
        put_in_store(film, home, "asr", "", {}, facts, ingredients={"input audio": heard})
        cli.main(["names", str(film)])
        assert f"1  {time}  choice > Joyce" in capsys.readouterr().out
