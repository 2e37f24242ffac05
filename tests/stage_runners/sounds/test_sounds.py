"""The stage sounds: sustained tones are music; noise, hums, voices and bells are not."""

from __future__ import annotations

import numpy as np
import pytest

from ipc.artifacts import read
from stage_runners.sounds import music
from stage_runners.sounds.runner import gaps, stretches
from tests.stage_runners import recordings
from tests.stage_runners.spec import run_stage

RATE = 16_000
env = pytest.mark.env("media")


def noise(seconds, level=0.01, seed=0):
    return (np.random.default_rng(seed).normal(size=round(seconds * RATE)) * level).astype(np.float32)


def tone(seconds, *pitches, level=0.05):
    time = np.arange(round(seconds * RATE)) / RATE
    return sum(np.sin(2 * np.pi * f * k * time) * level / k for f in pitches for k in (1, 2, 3)).astype(
        np.float32
    )


CHORDS = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))


def song(seconds, level=0.05):
    """A chord a second and a half long after the other, a little noise under them."""
    count = int(seconds / 1.5) + 1
    chords = [tone(1.5, *CHORDS[k % 4], level=level) for k in range(count)]
    return np.concatenate(chords)[: round(seconds * RATE)] + noise(seconds, level / 20)


def found(samples):
    """Seconds of music in a gap with these samples."""
    scores = music.scores(music.without_hum(music.activations(samples)))
    return sum(end - start for start, end, _ in stretches(scores, 0.0, len(samples) / RATE))


def test_chords_are_detected_as_music_throughout():
    assert found(song(20)) > 18
    assert found(song(20, level=0.003)) > 18


def test_noise_is_not_detected_as_music():
    white = noise(30)
    brown = np.cumsum(white).astype(np.float32)
    assert found(white) == 0
    assert found(brown - brown.mean()) == 0
    assert found(np.zeros(20 * RATE, np.float32)) == 0


def test_a_constant_hum_is_not_detected_as_music():
    hum = tone(40, 50, 100, 150, 250, 350, 450, 1200, level=0.03) + noise(40, 0.003)
    assert found(hum) == 0


def test_a_glide_and_a_bell_are_not_detected_as_music():
    time = np.arange(20 * RATE) / RATE
    glide = sum(
        np.sin(k * 2 * np.pi * (200 * time + 15 * np.sin(2 * np.pi * 0.7 * time))) for k in range(1, 8)
    )
    bell = np.where(time % 5 < 1, np.sin(2 * np.pi * 440 * time) + np.sin(2 * np.pi * 480 * time), 0)
    assert found((0.05 * glide).astype(np.float32) + noise(20, 0.005)) == 0
    assert found((0.05 * bell).astype(np.float32) + noise(20, 0.003)) == 0


def test_gaps_keep_off_speech_and_short_ones_are_left_out():
    assert list(gaps([(5.0, 6.0), (7.0, 9.0)], 20.0)) == [(0.0, 4.7), (9.3, 20.0)]
    assert list(gaps([], 20.0)) == [(0.0, 20.0)]
    assert list(gaps([(0.0, 20.0)], 20.0)) == []


@env
def test_the_stage_finds_music_between_speech_and_silence_behind_it(tmp_path):
    samples = np.concatenate(
        [noise(8, 0.02), song(12), noise(6, 0.02), np.zeros(5 * RATE, np.float32), noise(3)]
    )
    speech = [(0.0, 8.0), (20.0, 26.0)]
    inputs = recordings.inputs(tmp_path, (samples * 32767).astype(np.int16), speech)
    done, out = run_stage("sounds", inputs, tmp_path, env="media")
    assert done.returncode == 0, done.stderr
    rows = read(out / "sounds.parquet", "sounds").rows()
    assert [row["kind"] for row in rows] == ["music", "silence"]
    assert rows[0]["start"] == pytest.approx(8.3, abs=1.2)
    assert rows[0]["end"] == pytest.approx(19.7, abs=1.2)
    assert (rows[1]["start"], rows[1]["end"]) == pytest.approx((26.3, 31.0), abs=0.15)
    assert rows[0]["confidence"] > 0.5
