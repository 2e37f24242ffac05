"""Searching folders: what is walked, what is left out, and what the words of a command line mean."""

from __future__ import annotations

import os
import time

import pytest

from orchestrator.errors import FatalError
from orchestrator.folders import search, walk
from orchestrator.folders.found import Film, counted
from orchestrator.outputs.ledger import Ledger

LONG_AGO = 1_700_000_000


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "films").mkdir()
    return tmp_path / "films"


def write(folder, *names, content=None, when=LONG_AGO):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() if content is None else content)
        os.utime(path, (when, when))


def found(folder, *words, **more):
    ledger = Ledger(folder.parent / "home/memo/written")
    return search.films(words or (folder,), ledger, **more)


def names(findings):
    return [film.path.name for film in findings.films]


def rules(findings):
    return {one.path.name: one.rule.name for one in findings.skipped}


def test_a_folder_that_cannot_be_read_costs_only_itself(folder, monkeypatch):
    write(folder, "a/1.mkv", "b/2.mkv", "c/3.mkv")
    scandir = os.scandir

    def refuse(path):
        if os.fspath(path).endswith("/b"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    findings = found(folder)
    assert names(findings) == ["1.mkv", "3.mkv"]
    assert [(one.rule.name, one.why) for one in findings.skipped] == [("unreadable", "Permission denied")]


def test_of_two_copies_in_a_folder_the_one_with_the_shorter_name_is_taken(folder):
    write(folder, "Beach copy.mkv", "Beach.mkv", content=b"waves" * 1000)
    findings = found(folder)
    assert names(findings) == ["Beach.mkv"]
    assert rules(findings) == {"Beach copy.mkv": "copy"}


def test_a_pattern_that_matches_what_this_tool_made_leaves_it_out(folder):
    write(folder, "Beach.mkv", "Beach.subtitled.mkv")
    ledger = Ledger(folder.parent / "home/memo/written")
    ledger.remember(folder / "Beach.subtitled.mkv", "d", folder / "Beach.mkv")
    assert rules(found(folder, folder / "*.mkv")) == {"Beach.subtitled.mkv": "own"}


def test_a_circle_of_links_ends_and_films_keep_their_own_path(folder):
    write(folder, "z/real.mkv")
    (folder / "a").symlink_to(folder / "z")
    (folder / "z/up").symlink_to(folder)
    findings = found(folder)
    assert [film.path for film in findings.films] == [folder / "z/real.mkv"]
    assert rules(findings) == {"a": "link", "up": "link"}


def test_films_behind_a_link_out_of_the_folder_are_found(folder, tmp_path):
    write(tmp_path, "other disk/1.mkv")
    (folder / "more").symlink_to(tmp_path / "other disk")
    assert [film.path for film in found(folder).films] == [folder / "more/1.mkv"]


def test_the_empty_ignore_file_of_jellyfin_leaves_out_its_folder_and_all_below(folder):
    write(folder, "Kids/.ignore", content=b" \n")
    write(folder, "Kids/a.mkv", "Kids/deep/b.mkv", "c.mkv")
    findings = found(folder)
    assert names(findings) == ["c.mkv"]
    assert rules(findings) == {"Kids": "ignored"}


def test_ignore_files_have_the_syntax_of_git_and_a_deeper_one_counts_first(folder):
    write(folder, ".orchestratorignore", content=b"*.avi\n/old/\n!best.avi\n")
    write(folder, "a.avi", "best.avi", "old/b.mkv", "deep/old/c.mkv", "deep/d.avi")
    write(folder, "deep/.ignore", content=b"!d.avi\n")
    findings = found(folder)
    assert names(findings) == ["best.avi", "d.avi", "c.mkv"]
    assert rules(findings) == {"a.avi": "ignored", "old": "ignored"}


def test_the_ignore_file_of_plex_means_names_and_paths_from_its_folder(folder):
    write(folder, ".plexignore", content=b"# mine\n\nRushes*\nTV/*.mkv\n\\#1.mkv\n")
    write(folder, "Rushes 1.mkv", "deep/Rushes.mkv", "TV/a.mkv", "TV/more/b.mkv", "#1.mkv", "c.mkv")
    assert names(found(folder)) == ["c.mkv", "b.mkv"]


def test_an_ignore_file_that_would_take_long_to_compare_leaves_out_nothing(folder, capsys):
    write(folder, ".ignore", content=b"a*a*a*a*a*a*b\n")
    write(folder, "a" * 200 + ".mkv")
    began = time.process_time()
    assert len(found(folder).films) == 1
    assert time.process_time() - began < 1
    assert "more than 3 *" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["!", "\\", "[z-a]", "[[a", "(?P<x", "//", "***"])
def test_a_line_that_is_no_pattern_stops_nothing(folder, line):
    write(folder, ".ignore", content=f"{line}\n*.avi\n".encode())
    write(folder, "a.mkv", "b.avi")
    assert names(found(folder)) in (["a.mkv"], [])
    assert "b.avi" in rules(found(folder))


def test_an_ignore_file_that_is_a_pipe_is_reported(folder, capsys):
    os.mkfifo(folder / ".ignore")
    write(folder, "a.mkv")
    assert names(found(folder)) == ["a.mkv"]
    assert "a pipe, not a file" in capsys.readouterr().err


def test_a_film_that_is_still_written_is_left_out(folder):
    write(folder, "old.mkv")
    write(folder, "growing.mkv", "whole.mkv", when=LONG_AGO + 100)

    def wait(seconds):
        assert 0 < seconds < 5
        write(folder, "growing.mkv", content=b"more", when=LONG_AGO + 101)

    findings = found(folder, now=LONG_AGO + 110, wait=wait)
    assert names(findings) == ["old.mkv", "whole.mkv"]
    assert rules(findings) == {"growing.mkv": "growing"}


def test_nobody_waits_where_no_file_is_young_or_the_film_is_named(folder):
    write(folder, "a.mkv")

    def wait(_):
        raise AssertionError

    found(folder, now=LONG_AGO + 100, wait=wait)
    found(folder, folder / "a.mkv", now=LONG_AGO, wait=wait)


def test_of_two_copies_one_is_taken_and_films_of_the_same_size_are_not_copies(folder):
    content = bytes(range(256)) * 4096
    write(folder, "1.mkv", "2.mkv", content=content)
    write(folder, "3.mkv", content=content[:-1] + b"x")
    findings = found(folder)
    assert names(findings) == ["1.mkv", "3.mkv"]
    assert findings.skipped[0].why == f"the same content as {folder / '1.mkv'}"


def test_a_pattern_names_what_it_matches_and_one_without_a_match_is_an_error(folder):
    write(folder, "a/sample.mkv", "a/b.mkv", "c.avi")
    findings = found(folder, folder / "**/*.mkv")
    assert [(film.path.name, film.named) for film in findings.films] == [
        ("b.mkv", True),
        ("sample.mkv", True),
    ]
    with pytest.raises(FatalError, match="no file matches"):
        found(folder, folder / "*.webm")


def test_a_file_with_the_signs_of_a_pattern_in_its_name_is_a_file(folder):
    write(folder, "[rec] *.mkv")
    assert not search.means_many([folder / "[rec] *.mkv"])
    assert names(found(folder, folder / "[rec] *.mkv")) == ["[rec] *.mkv"]


def test_what_lies_between_films_on_the_command_line_is_left_out(folder):
    write(folder, "a.mkv", "a.en.srt", "poster.jpg")
    findings = found(folder, *sorted(folder.iterdir()))
    assert names(findings) == ["a.mkv"]
    assert rules(findings) == {"a.en.srt": "no_film", "poster.jpg": "no_film"}


def test_a_film_named_and_found_is_taken_once_and_as_named(folder):
    write(folder, "a.mkv", "b.mkv")
    assert [(f.path.name, f.named) for f in found(folder, folder, folder / "b.mkv").films] == [
        ("a.mkv", False), ("b.mkv", True)
    ]  # fmt: skip
    assert not found(folder, folder, folder / "b.mkv").skipped


def test_films_of_this_tool_are_left_out_also_those_of_another_machine(folder):
    write(folder, "a.mkv", "a.subtitled.mkv", "b.mkv", "b.out.mkv", "c.subtitled.mkv")
    ledger = Ledger(folder.parent / "home/memo/written")
    ledger.remember(folder / "b.out.mkv", "digest", folder / "b.mkv")
    findings = found(folder)
    assert names(findings) == ["a.mkv", "b.mkv", "c.subtitled.mkv"]
    assert rules(findings) == {"a.subtitled.mkv": "own", "b.out.mkv": "own"}


def test_an_incomplete_download_of_aria2_is_known_by_the_file_beside_it(folder):
    write(folder, "a.mkv", "a.mkv.aria2")
    assert rules(found(folder)) == {"a.mkv": "unfinished"}


def test_a_thousand_films_are_found_in_much_less_than_a_second_of_computing(folder):
    for number in range(20):
        (folder / f"Series {number}").mkdir()
        for episode in range(50):
            path = folder / f"Series {number}/S01E{episode:02}.mkv"
            with path.open("wb") as stream:
                stream.truncate(1 << 30 | number << 8 | episode)
            os.utime(path, (LONG_AGO, LONG_AGO))
    began = time.process_time()
    findings = found(folder)
    assert time.process_time() - began < 1
    assert len(findings.films) == 1000
    assert findings.films[50].path == folder / "Series 1/S01E00.mkv"


def test_the_counts_are_in_words(folder):
    write(folder, "a-trailer.mkv", "b-trailer.mkv", ".c.mkv")
    assert counted(one.rule.name for one in found(folder).skipped) == "2 trailers, 1 hidden"
    assert all(isinstance(one, Film) or one.why for one in walk.films(folder))
