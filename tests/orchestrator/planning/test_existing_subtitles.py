"""Which subtitles of a film a run learns from: those of others, and never its own."""

from __future__ import annotations

import os

import pytest

from orchestrator.film_files import headers
from orchestrator.film_files.headers import Headers, SubtitleTrack
from orchestrator.outputs.ledger import Ledger
from orchestrator.planning import existing_subtitles

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"


@pytest.fixture
def film(tmp_path, monkeypatch):
    """A film without text tracks, as its headers say; `film.tracks` has them."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    path = tmp_path / "films" / "River.mkv"
    path.parent.mkdir()
    path.write_bytes(b"a film")
    tracks: list[SubtitleTrack] = []
    monkeypatch.setattr(headers, "of", lambda films: {one: Headers(subtitles=tuple(tracks)) for one in films})
    return path, tracks


def found(film, text=False, apart=False):
    made = existing_subtitles.found(film, text=text, apart=apart)
    params = made.params.get("existing_subtitles", {"names": (), "languages": ()})
    return dict(zip(params["names"], params["languages"], strict=True)), made


def test_files_beside_the_film_with_the_languages_of_their_names(film):
    path, _ = film
    for name in (
        "River.en.srt",
        "River.pt-BR.vtt",
        "River.ass",
        "River.sub",
        "Other.srt",
        "River.forced.srt",
    ):
        path.with_name(name).write_text(SRT)
    names, made = found(path)
    assert names == {"River.ass": "", "River.en.srt": "en", "River.pt-BR.vtt": "pt"}
    assert made.off == {"text_tracks": "the film has no text track of others"}


def test_our_own_files_are_left_out_whatever_film_and_clip_they_are_of(film):
    path, _ = film
    ledger = Ledger()
    for name, clip in (("River.en.srt", ""), ("River.de.srt", "1-2")):
        path.with_name(name).write_text(SRT)
        ledger.remember(path.with_name(name), "d" * 64, path, clip)
    names, made = found(path)
    assert names == {}
    assert made.off["existing_subtitles"] == "no subtitles of others beside the film or in it"


def test_a_link_to_a_file_elsewhere_is_not_read(film, tmp_path):
    path, _ = film
    (tmp_path / "secret.srt").write_text(SRT)
    path.with_name("River.en.srt").symlink_to(tmp_path / "secret.srt")
    os.mkfifo(path.with_name("River.de.srt"))
    names, made = found(path)
    assert names == {}
    assert "River.en.srt is not read: it is a link to a file in another folder" in made.notes


def test_a_linked_folder_is_not_read_and_a_real_one_is(film, tmp_path):
    path, _ = film
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "secret.srt").write_text(SRT)
    path.with_name("Subs").symlink_to(tmp_path / "private")
    names, made = found(path)
    assert names == {}
    assert "Subs/secret.srt is not read: it is a link to a file in another folder" in made.notes
    path.with_name("Subs").unlink()
    path.with_name("Subs").mkdir()
    (path.with_name("Subs") / "English.srt").write_text(SRT)
    assert found(path)[0] == {"Subs/English.srt": "en"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_the_user_may_not_read_is_left_out(film):
    path, _ = film
    path.with_name("River.en.srt").write_text(SRT)
    path.with_name("River.en.srt").chmod(0)
    names, made = found(path)
    assert names == {}
    assert made.notes == ("River.en.srt is not read: permission denied",)


def test_text_tracks_count_and_pictures_and_our_own_film_do_not(film):
    path, tracks = film
    tracks.append(SubtitleTrack(language="fre", coding="hdmv_pgs_subtitle"))
    assert "text_tracks" in found(path)[1].off
    tracks.append(SubtitleTrack(language="fre", coding="subrip"))
    assert found(path)[1].off == {}
    Ledger().remember(path, "d" * 64, path)
    assert set(found(path)[1].off) == {"text_tracks", "existing_subtitles"}


def test_a_given_text_counts_more(film):
    path, _ = film
    path.with_name("River.en.srt").write_text(SRT)
    assert set(found(path, text=True)[1].off) == {"text_tracks", "existing_subtitles"}


def test_a_film_with_a_track_for_each_speaker_is_left_alone(film):
    path, _ = film
    path.with_name("River.en.srt").write_text(SRT)
    assert set(found(path, apart=True)[1].off) == {"text_tracks", "existing_subtitles"}
