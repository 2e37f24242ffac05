"""waveform: what is drawn of a film's sound is what is in it, and no more of it is in memory than a piece."""

from __future__ import annotations

import numpy as np
import pytest

from ipc.artifacts import read, write_audio
from stage_runners.media import waveform
from tests.stage_runners.spec import run_stage


def test_each_span_has_its_lowest_and_highest_sample():
    samples = np.array([1, -5, 3, 7, 7, 7, -32768, 32767, 0], np.int16)
    low, high = waveform.extremes(samples, 3)
    assert low.tolist() == [-5, 7, -32768]
    assert high.tolist() == [3, 7, 32767]


def test_a_remainder_becomes_a_separate_span():
    low, high = waveform.extremes(np.array([1, 2, 3, -4], np.int16), 3)
    assert (low.tolist(), high.tolist()) == ([1, -4], [3, -4])


@pytest.mark.env("media")
def test_pieces_meet_without_a_seam(tmp_path):
    samples = (np.random.default_rng(0).standard_normal(16000 * 301 + 77) * 3000).astype(np.int16)
    write_audio(tmp_path / "audio.arrow", samples)
    done, out = run_stage("waveform", {"audio": tmp_path / "audio.arrow"}, tmp_path, env="media")
    assert done.returncode == 0, done.stdout + done.stderr
    made = read(out / "waveform.arrow", "waveform")
    assert made.content["per_second"] == 20
    low, high = waveform.extremes(samples, 800)
    assert [row["low"] for row in made.rows()] == low.tolist()
    assert [row["high"] for row in made.rows()] == high.tolist()


@pytest.mark.env("media")
def test_a_film_without_samples_has_an_empty_waveform(tmp_path):
    write_audio(tmp_path / "audio.arrow", np.zeros(0, np.int16))
    done, out = run_stage("waveform", {"audio": tmp_path / "audio.arrow"}, tmp_path, env="media")
    assert done.returncode == 0, done.stdout + done.stderr
    assert read(out / "waveform.arrow", "waveform").rows() == []
