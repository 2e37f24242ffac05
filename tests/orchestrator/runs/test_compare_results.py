"""The difference of two results, which the device check is based on."""

from __future__ import annotations

import pytest

from ipc import artifacts
from orchestrator.runs.compare_results import compare, share_of_difference

TURNS = [{"start": 0.0, "end": 4.0, "speaker": "A"}, {"start": 4.0, "end": 10.0, "speaker": "B"}]


def test_a_result_does_not_differ_from_itself():
    assert share_of_difference(TURNS, TURNS) == 0
    assert share_of_difference([], []) == 0


def test_a_shift_counts_at_every_edge():
    later = [{**row, "start": row["start"] + 0.1, "end": row["end"] + 0.1} for row in TURNS]
    assert share_of_difference(TURNS, later) == pytest.approx(0.03, abs=0.002)


def test_swapped_speakers_count_even_if_every_time_is_right():
    swapped = [{**row, "speaker": "BA"["AB".index(row["speaker"])]} for row in TURNS]
    assert share_of_difference(TURNS, swapped) == 1


def test_missed_and_false_speech_count():
    assert share_of_difference(TURNS, TURNS[:1]) == pytest.approx(0.6)
    assert share_of_difference(TURNS[:1], TURNS) == pytest.approx(1.5)


def table(folder, name, kind, columns):
    file = folder / name
    artifacts.write(file, kind, columns, None, {})
    return {"out": (kind, file)}


def turns(folder, name, **changed):
    columns = {key: [row[key] for row in TURNS] for key in ("start", "end", "speaker")}
    return table(folder, name, "turns", {**columns, **changed})


def words(folder, name, moved=0.0, texts=("well", "then")):
    starts = [1.0, 2.0 + moved]
    columns = {"segment": [0, 0], "text": list(texts), "space": [True, True], "start": starts,
               "end": [s + 0.3 for s in starts], "method": ["wav2vec2"] * 2,
               "overlap": [False] * 2}  # fmt: skip
    return table(folder, name, "words", columns)


def test_equal_results_agree_and_the_difference_is_reported(tmp_path):
    difference = compare(turns(tmp_path, "a"), turns(tmp_path, "b"))
    assert difference.agrees
    assert difference.reason == "out: 0.0% of the time differs (tolerance 2%)"


def test_words_may_move_within_the_tolerance(tmp_path):
    assert compare(words(tmp_path, "a"), words(tmp_path, "b", moved=0.04)).agrees
    moved = compare(words(tmp_path, "a"), words(tmp_path, "c", moved=0.4))
    assert not moved.agrees
    assert "at most 0.40 s" in moved.reason


def test_different_words_never_agree(tmp_path):
    difference = compare(words(tmp_path, "a"), words(tmp_path, "b", texts=("well", "than")))
    assert (difference.agrees, difference.reason) == (False, "out have different text")
