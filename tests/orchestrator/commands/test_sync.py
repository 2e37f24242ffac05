"""What `orchestrator sync` reports: what was moved, what the film lacks, and why nothing was written."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from orchestrator import cli
from orchestrator.commands import sync

ANSWER = {
    "verdict": "moved", "confidence": 0.998, "words": True, "cues": 120, "ratio": 1.0, "lost": [],
    "clipped": 0, "malformed": [],
    "pieces": [
        {"start": 4.0, "end": 300.5, "cues": 70, "shift_first": 0.0, "shift_last": 0.0, "confidence": 1.0},
        {"start": 360.0, "end": 4000.0, "cues": 50, "shift_first": -60.012, "shift_last": -60.012,
         "confidence": 0.97},
    ],
}  # fmt: skip


def lines(**changes):
    return list(sync._shown({**ANSWER, **changes}, "subs.srt", "movie.mkv"))


def test_each_part_says_by_how_much_it_was_moved():
    assert lines() == [
        "subs.srt: not in sync with movie.mkv (confidence 1.00, by speech and words, 120 cues)",
        "  0:00:04 to 0:05:00, 70 cues: unchanged (confidence 1.00)",
        "  0:06:00 to 1:06:40, 50 cues: 60.01 s earlier (confidence 0.97)",
    ]


def test_a_frame_rate_is_named_if_it_is_a_usual_one():
    piece = {**ANSWER["pieces"][0], "shift_first": 0.2, "shift_last": 12.5}
    rest = lines(ratio=25 / 24, pieces=[piece])
    assert rest[1] == "  times are multiplied by 1.04167 (as between 25 and 24 frames a second)"
    assert rest[2].endswith("0.20 s later at its start, 12.50 s later at its end (confidence 1.00)")
    assert lines(ratio=1.0003)[1] == "  times are multiplied by 1.00030"


def test_what_is_lost_clipped_or_unreadable_is_reported():
    assert lines(lost=[12, 16], clipped=1, malformed=[3, 9])[-3:] == [
        "  the film lacks what 2 cues (line 12 and later) belong to: kept in the file, but not visible",
        "  1 cue would begin before the film, and begin at 0",
        "  times that cannot be read stay as they are: line 3, 9",
    ]


@pytest.mark.parametrize(
    ("verdict", "words", "why", "what"),
    [
        ("silent", False, "no speech was detected", "--audio-track"),
        ("few", False, "120 spoken cues, too few", "sounds in brackets"),
        ("foreign", False, "does not fit the speech of movie.mkv anywhere", "of this version"),
        ("unsure", False, "not certain where subs.srt belongs", "--recognise"),
        ("unsure", True, "not certain where subs.srt belongs", "more cues"),
    ],
)
def test_nothing_is_written_without_a_reason_and_what_to_do(verdict, words, why, what):
    arguments = argparse.Namespace(film=Path("movie.mkv"), subtitles=Path("subs.srt"))
    answer = {**ANSWER, "verdict": verdict, "words": words}
    message, hint = sync._refusal(answer, arguments, Path("/films/movie.mkv"))
    assert why in message
    assert what in hint


def test_the_two_files_in_the_wrong_order_are_recognised(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nx\n")
    (tmp_path / "movie.mkv").write_bytes(b"film")
    assert cli.main(["sync", str(tmp_path / "a.srt"), str(tmp_path / "movie.mkv")]) == 2
    assert "give the film first" in capsys.readouterr().err
