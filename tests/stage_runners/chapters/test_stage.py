"""The stage chapters in its environment: times, titles and files of a film of two talks."""

from __future__ import annotations

import pytest

from ipc.artifacts import read, write
from ipc.notes import FilmFacts
from stage_runners.chapters.notes import notes
from tests.stage_runners import films
from tests.stage_runners.chapters.texts import BREAD, SATELLITE, spoken
from tests.stage_runners.rows import segment, word
from tests.stage_runners.spec import run_stage

pytestmark = pytest.mark.env("nlp", "media")


def transcript(folder, lines, language="en"):
    """The tables of these lines, a segment each."""
    segments, words = [], []
    for k, one in enumerate(spoken(lines)):
        segments.append(segment(k, one.start, one.end, text=one.text, language=language))
        texts = one.text.split()
        step = (one.end - one.start) / len(texts)
        words += [
            word(text, one.start + n * step, one.start + (n + 1) * step, segment=k)
            for n, text in enumerate(texts)
        ]
    return films_of(folder, segments, words)


def films_of(folder, segments, words):
    folder.mkdir(parents=True, exist_ok=True)
    paths = {"film": films.film(folder, "film.mkv")}
    for kind, rows in (("segments", segments), ("words", words)):
        paths[kind] = folder / f"{kind}.parquet"
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        write(paths[kind], kind, columns, {}, {})
    return paths


def test_two_talks_are_two_chapters_with_titles_of_their_words(tmp_path):
    done, out = run_stage("chapters", transcript(tmp_path / "in", [*BREAD, *SATELLITE]), tmp_path, env="nlp")
    assert done.returncode == 0, done.stderr
    rows = read(out / "chapters.parquet", "chapters").rows()
    assert [row["title"] for row in rows] == ["Bread, dough, flour", "Orbit, satellite, antenna"]
    assert [list(row["reasons"]) for row in rows] == [[], ["topic"]]
    assert rows[0]["start"] == 0
    assert (out / "film.youtube").read_text() == ""
    assert "Bread, dough, flour" in (out / "film.chapters-json").read_text()


def test_titles_can_be_first_sentences(tmp_path):
    given = transcript(tmp_path / "in", [*BREAD, *SATELLITE])
    done, out = run_stage("chapters", given, tmp_path, env="nlp", params={"chapter_titles": "sentence"})
    assert done.returncode == 0, done.stderr
    titles = [row["title"] for row in read(out / "chapters.parquet", "chapters").rows()]
    assert titles[0] == "Bread begins with flour and water, and the flour decides how the…"
    assert titles[1].startswith("The satellite was launched in spring")


def test_a_film_that_nothing_divides_has_no_chapters(tmp_path):
    done, out = run_stage("chapters", transcript(tmp_path / "in", BREAD), tmp_path, env="nlp")
    assert done.returncode == 0, done.stderr
    assert read(out / "chapters.parquet", "chapters").rows() == []


def test_the_notes_tell_how_many_there_are_and_whose_the_new_film_has():
    def told(chapters, mux):
        return [note.text for note in notes(FilmFacts(facts={"chapters": chapters, "mux": mux}))]

    assert "no chapters were made" in told({"chapters": 0}, {})[0]
    found = {"chapters": 3, "reasons": {"topic": 1, "pause": 2}, "own": 2}
    assert told(found, {"chapters": 3}) == ["3 chapters, by what is said and long pauses"]
    assert "keeps its own 2 chapters; --replace-chapters" in told(found, {"container": "mkv"})[1]
