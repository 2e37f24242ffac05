"""`orchestrator names`: what a film's last run made of its names, and corrections taken back."""

from __future__ import annotations

import json

import pytest

from ipc.artifacts import write
from orchestrator import cli
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


def kept(film, home, stage, output, columns, facts=None):
    """A stage's result in the store, as the film's last one."""
    store = Store(home / "store")
    attempt = store.attempt(stage)
    outputs = {}
    if output:
        digest = write(attempt / f"{output}.parquet", output, columns)
        size = (attempt / f"{output}.parquet").stat().st_size
        outputs[output] = OutputRecord(kind=output, path=f"{output}.parquet", digest=digest, size=size)
    key = stage.encode().hex().ljust(64, "0")
    made = Manifest(stage=stage, version=1, ingredients={}, outputs=outputs, seconds=1.0, facts=facts or {})
    store.commit(attempt, key, made)
    store.remember(film, stage, key)


def run_of(film, home, applied=True):
    term = {"term": ["Rachel"], "kind": ["given"], "source": ["cast"], "weight": [1.0], "variants": [[]], "full": [None]}  # fmt: skip
    kept(film, home, "pre_ner", "glossary", term)
    row = {"start": 61.5, "end": 62.0, "segment": 3, "word": 9, "before": "Rachell", "after": "Rachel", "term": "Rachel",
           "score": 0.82, "evidence": ["sounds the same", "probability 0.35"], "applied": applied}  # fmt: skip
    kept(film, home, "post_ner", "corrections", {name: [value] for name, value in row.items()})
    voice = {"speaker": ["SPEAKER_00"], "name": ["Rachel"], "confidence": [0.9], "source": ["dialogue"], "evidence": [[]]}  # fmt: skip
    kept(film, home, "naming", "speakers", voice)


def test_corrections_are_shown_with_their_evidence(film, tmp_path, capsys):
    run_of(film, tmp_path / "home")
    assert cli.main(["names", str(film)]) == 0
    shown = capsys.readouterr().out
    assert "1 term: Rachel" in shown
    assert "1  1:01  Rachell > Rachel  0.82  sounds the same, probability 0.35" in shown
    assert "SPEAKER_00: Rachel (dialogue, 0.90)" in shown


def test_one_that_is_taken_back_is_a_parameter_of_the_next_run_and_can_be_made_again(film, tmp_path, capsys):
    run_of(film, tmp_path / "home")
    digest = file_digest(film)
    assert cli.main(["names", str(film), "--undo", "1"]) == 0
    assert "Rachell > Rachel is left as it was heard from the next run on" in capsys.readouterr().out
    assert side_inputs.params(film, digest)["post_ner"]["undone"] == ["Rachell>Rachel"]
    cli.main(["names", str(film)])
    assert "(left as it was heard from the next run on)" in capsys.readouterr().out
    assert cli.main(["names", str(film), "--redo", "rachell > rachel"]) == 0
    assert corrections.undone(digest) == ()
    assert list((tmp_path / "home" / "names").glob("*.json")) == []


def test_what_was_undone_in_the_last_run_says_so(film, tmp_path, capsys):
    run_of(film, tmp_path / "home", applied=False)
    corrections.undo(file_digest(film), ["Rachell>Rachel"])
    assert cli.main(["names", str(film), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["corrections"][0]["applied"], found["corrections"][0]["undone"]) == (False, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--undo", "7"], "there is no correction 7"), (["--undo", "Rachel"], "is no correction")],
)
def test_what_is_no_correction_is_refused(film, tmp_path, capsys, words, said):
    run_of(film, tmp_path / "home")
    assert cli.main(["names", str(film), *words]) == 2
    assert said in capsys.readouterr().err


def test_a_film_that_was_not_run_or_is_not_there_is_refused(film, capsys):
    assert cli.main(["names", str(film)]) == 4
    assert "has not been run yet" in capsys.readouterr().err
    assert cli.main(["names", str(film.with_name("other.mkv"))]) == 4


def test_a_file_of_names_that_is_broken_takes_nothing_back(film, tmp_path):
    folder = tmp_path / "home" / "names"
    folder.mkdir(parents=True)
    for text in ("{", "[1]", '{"undone": 3}'):
        (folder / f"{file_digest(film)}.json").write_text(text)
        assert corrections.undone(file_digest(film)) == ()


def test_what_was_heard_again_has_a_number_and_can_be_taken_back(film, tmp_path, capsys):
    run_of(film, tmp_path / "home")
    change = {"start": 27.3, "from": "choice", "to": "Joyce", "less_likely": 0.1}
    kept(film, tmp_path / "home", "asr", "", {}, {"bias": {"changed": [change]}})
    cli.main(["names", str(film)])
    shown = capsys.readouterr().out
    assert "1  0:27  choice > Joyce" in shown
    assert "2  1:01  Rachell > Rachel" in shown
    assert cli.main(["names", str(film), "--undo", "1"]) == 0
    assert side_inputs.params(film, file_digest(film))["asr"]["undone"] == ["choice>Joyce"]
