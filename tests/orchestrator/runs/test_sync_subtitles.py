"""Where corrected subtitles are written: never over a user's file, unless asked, and then with a copy."""

from __future__ import annotations

import pytest

from orchestrator.config.values import Layer
from orchestrator.errors import INPUT, USAGE, FatalError
from orchestrator.planning import request
from orchestrator.runs import sync_subtitles
from orchestrator.runs.sync_subtitles import Destination
from orchestrator.storage.store import Store


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The film, the subtitles, and the corrected ones."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    film, subtitles, draft = (tmp_path / name for name in ("movie.mkv", "subs.srt", "draft"))
    film.write_bytes(b"film")
    subtitles.write_bytes(b"old")
    draft.write_bytes(b"new")
    return film, subtitles, draft


def test_the_new_file_lies_beside_the_original_and_is_replaced_only_if_it_is_ours(files):
    film, subtitles, draft = files
    done = sync_subtitles.write(draft, subtitles, film, Destination())
    assert (done.path.name, done.path.read_bytes()) == ("subs.synced.srt", b"new")
    draft.write_bytes(b"newer")
    assert sync_subtitles.write(draft, subtitles, film, Destination()).path == done.path
    assert done.path.read_bytes() == b"newer"
    done.path.write_bytes(b"edited")
    other = sync_subtitles.write(draft, subtitles, film, Destination())
    assert other.path.name == "subs.synced.1.srt"
    assert done.path.read_bytes() == b"edited"
    assert "was edited" in other.note
    assert subtitles.read_bytes() == b"old"


def test_in_place_keeps_every_original(files):
    film, subtitles, draft = files
    subtitles.chmod(0o640)
    first = sync_subtitles.write(draft, subtitles, film, Destination(in_place=True))
    assert (subtitles.read_bytes(), first.kept.name) == (b"new", "subs.srt.bak")
    assert first.kept.read_bytes() == b"old"
    assert subtitles.stat().st_mode & 0o777 == 0o640
    draft.write_bytes(b"newer")
    second = sync_subtitles.write(draft, subtitles, film, Destination(in_place=True))
    assert second.kept.name == "subs.srt.1.bak"
    assert (first.kept.read_bytes(), second.kept.read_bytes()) == (b"old", b"new")


def test_in_place_through_a_link_replaces_the_file_that_it_names(files, tmp_path):
    film, subtitles, draft = files
    link = tmp_path / "link.srt"
    link.symlink_to(subtitles)
    sync_subtitles.write(draft, link, film, Destination(in_place=True))
    assert link.is_symlink()
    assert subtitles.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("output", "overwrite", "status", "why"),
    [
        ("movie.mkv", True, USAGE, "this is the film"),
        ("subs.srt", True, USAGE, "this is the original"),
        ("there.srt", False, USAGE, "already exists"),
        ("other.ass", False, USAGE, "keeps the format"),
    ],
)
def test_an_output_that_would_destroy_a_file_is_refused(files, tmp_path, output, overwrite, status, why):
    film, subtitles, _ = files
    (tmp_path / "there.srt").write_bytes(b"mine")
    with pytest.raises(FatalError, match=why) as error:
        sync_subtitles.check(subtitles, film, Destination(path=tmp_path / output, overwrite=overwrite))
    assert error.value.status == status


def test_overwrite_replaces_the_named_output_only(files, tmp_path):
    film, subtitles, draft = files
    there = tmp_path / "there.srt"
    there.write_bytes(b"mine")
    to = Destination(path=there, overwrite=True)
    sync_subtitles.check(subtitles, film, to)
    assert sync_subtitles.write(draft, subtitles, film, to).path == there
    assert there.read_bytes() == b"new"


def test_missing_subtitles_are_an_error(files, tmp_path):
    with pytest.raises(FatalError, match="file not found") as error:
        sync_subtitles.check(tmp_path / "none.srt", files[0], Destination())
    assert error.value.status == INPUT


def test_words_are_on_the_films_clock_even_if_other_runs_hear_the_tracks_apart(files, tmp_path, monkeypatch):
    class ReachedError(Exception):
        pass

    def plan_for(settings, *_):
        asked.append({name: settings.value(name) for name in ("speakers_by_track", "speakers_by_channel")})
        raise ReachedError

    film, subtitles, draft = files
    asked = []
    monkeypatch.setenv("ORCHESTRATOR_SPEAKERS_BY_TRACK", "true")
    monkeypatch.setattr(request, "plan_for", plan_for)
    monkeypatch.setattr(sync_subtitles.registry, "require", lambda _: None)
    with pytest.raises(ReachedError):
        sync_subtitles.compared(film, subtitles, Store(tmp_path / "store"), Layer(), draft, recognise=True)
    assert asked == [{"speakers_by_track": False, "speakers_by_channel": False}]
