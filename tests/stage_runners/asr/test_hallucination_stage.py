"""The review of recognised text by a real model.

A telephone that rings, music within a conversation, a line that was left out.
"""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from ipc.artifacts import read
from orchestrator.models import embedded, families
from tests.stage_runners import processes
from tests.stage_runners.recordings import RATE, inputs, packaged
from tests.stage_runners.spec import run_stage

pytestmark = [pytest.mark.env("whisperx", "models"), pytest.mark.slow]
RINGING, SPEECH = 6.2, 6.6
"""Seconds until which a telephone rings, and from which somebody speaks."""
LONG = 9.0


def sound(talk):
    """Chords struck twice a second over the telephone's ringing, int16.

    What a detector of speech might be taken in by.
    """
    rng = np.random.default_rng(7)
    time = np.arange(round(LONG * RATE)) / RATE
    root = 110 * 2 ** (rng.choice([0, 3, 5, 7, 10], 2 * round(LONG)) / 12)[(time * 2).astype(int)]
    chord = sum(np.sin(2 * np.pi * root * ratio * time) for ratio in (1, 1.26, 1.5, 2, 4))
    music = (chord / 5 * 3000 * np.exp(-3 * (time % 0.5))).astype(np.int16)
    return music + np.resize(talk[: round(RINGING * RATE)], len(time))


@pytest.fixture(scope="module")
def base():
    return embedded.place(families.embedded("recognition", "base"))


@pytest.fixture(scope="module")
def checked(base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trust")
    talk = packaged()[: 24 * RATE]
    np.save(folder / "talk.npy", talk)
    np.save(folder / "sound.npy", sound(talk))
    done = processes.run(
        "whisperx", "tests.stage_runners.asr.trust_check", base, folder / "talk.npy", folder / "sound.npy"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def plain(lines):
    return "".join(char for line in lines for char in line.casefold() if char.isalnum())


def verdicts(found):
    return [verdict for verdict, _, _ in found["doubts"]]


def test_hallucinations_over_a_ringing_telephone_are_dropped_and_speech_after_it_stays(checked):
    whole = checked["whole"]
    assert len(whole["before"]) > len(whole["lines"]), "the model made nothing up, so this shows nothing"
    assert set(verdicts(whole)) == {"dropped"}
    assert all(start >= SPEECH for start, _ in whole["spans"])
    assert plain(whole["lines"]) == plain(whole["before"][len(whole["doubts"]) :])
    assert all(len(reasons) >= 3 for _, _, reasons in whole["doubts"])


def test_music_within_a_conversation_gets_no_words_and_loses_none_around_it(checked):
    whole, more = checked["whole"], checked["with sound"]
    assert not [span for span in more["spans"] if span[0] > 14.0 and span[1] < 14.2 + LONG + 0.2]
    for word in ("diane", "newjersey", "sheila", "chicago", "difference"):
        assert plain(more["lines"]).count(word) == plain(whole["lines"]).count(word)


def test_hallucinations_over_music_are_dropped_by_evidence_alone(checked):
    invented = checked["invented"]
    assert invented["before"], "the model made nothing up, so this shows nothing"
    assert invented["lines"] == []


def test_a_missing_line_is_recovered_in_its_place(checked):
    found = checked["without it"]
    assert checked["gone"] not in found["before"]
    assert plain(found["lines"]) == plain(checked["whole"]["lines"])
    assert all(before[1] <= after[0] for before, after in pairwise(found["spans"]))
    assert sum(verdict == "recovered" for verdict in verdicts(found)) == 1


def test_the_stage_reports_dropped_lines_and_its_second_pass(base, tmp_path):
    talk = packaged()[: 16 * RATE]
    model = {"id": "base", "revision": "", "path": str(base)}
    regions = [(0.0, 2.0), (2.5, 5.5), (SPEECH, 15.9)]
    done, out = run_stage(
        "asr",
        inputs(tmp_path, talk, regions),
        tmp_path,
        {"language": "en", "compute_type": "int8"},
        env="whisperx",
        model=model,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    segments = read(out / "segments.parquet", "segments").rows()
    doubts = read(out / "doubts.parquet", "doubts").rows()
    assert "diane" in plain([row["text"] for row in segments])
    assert all(row["reasons"] and 0 <= row["score"] <= 1 for row in doubts)
    assert {row["verdict"] for row in doubts} <= {"dropped", "flagged", "recovered", "empty"}
    ids = {row["id"] for row in segments}
    assert all((row["segment"] in ids) == (row["verdict"] in ("flagged", "recovered")) for row in doubts)
