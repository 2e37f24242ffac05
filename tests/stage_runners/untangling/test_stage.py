"""The stage, from the tracks of two people who speak at once to a recording in which they do not."""

from __future__ import annotations

import numpy as np
import pytest

from ipc.artifacts import open_audio, read, write, write_audio
from tests.stage_runners.spec import run_stage

RATE = 16_000


def tone(first, last, value):
    """A track of 4 s of noise that has the value, or its opposite, from `first` to `last` seconds."""
    samples = np.zeros(4 * RATE, np.int16)
    place = slice(round(first * RATE), round(last * RATE))
    samples[place] = value * np.random.default_rng(value).choice([-1, 1], place.stop - place.start)
    return samples


def artifacts(folder, tracks, turns):
    paths = {name: folder / f"{name}.parquet" for name in ("titles", "speech", "turns")}
    paths |= {name: folder / f"{name}.arrow" for name in ("audio", "voices")}
    write_audio(paths["audio"], sum(tracks))
    write_audio(paths["voices"], np.concatenate(tracks))
    labels = [f"SPEAKER_{k:02d}" for k in range(len(tracks))]
    write(
        paths["titles"],
        "speakers",
        {
            "speaker": labels, "name": [None] * len(labels), "confidence": [0.0] * len(labels),
            "source": ["none"] * len(labels), "evidence": [[]] * len(labels),
        },
    )  # fmt: skip
    write(paths["speech"], "regions", {"start": [1.0], "end": [3.0], "confidence": [None]})
    write(
        paths["turns"],
        "turns",
        {
            "start": [start for start, _, _ in turns], "end": [end for _, end, _ in turns],
            "speaker": [labels[k] for _, _, k in turns], "confidence": [None] * len(turns),
        },
    )  # fmt: skip
    return paths


@pytest.mark.env("media")
def test_two_people_who_speak_at_once_are_heard_one_after_the_other(tmp_path):
    tracks = [tone(1.0, 2.5, 100), tone(2.0, 3.0, 1000)]
    paths = artifacts(tmp_path, tracks, [(1.0, 2.5, 0), (2.0, 3.0, 1)])
    done, out = run_stage("untangling", paths, tmp_path, env="media")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 turns overlap" in done.stdout + done.stderr
    audio, pieces = open_audio(out / "audio.arrow"), read(out / "pieces.parquet", "pieces").rows()
    assert [piece["speaker"] for piece in pieces] == [None, "SPEAKER_00", "SPEAKER_01", None]
    assert audio.seconds == pytest.approx(pieces[-1]["end"], abs=0.001)
    size = np.abs(audio.samples)
    assert not {900, 1100} & set(size.tolist())  # as the mix has where both are at once
    loud = [np.flatnonzero(size == value) / RATE for value in (100, 1000)]
    assert loud[0].max() < loud[1].min()
    for found, piece, at in zip(loud, pieces[1:3], (1.0, 2.0), strict=True):
        assert found.min() - piece["start"] + piece["at"] == pytest.approx(at, abs=0.001)
    speech = read(out / "speech.parquet", "regions").rows()
    assert [(row["start"], row["end"]) for row in speech] == [
        (pytest.approx(found.min(), abs=0.001), pytest.approx(found.max(), abs=0.001)) for found in loud
    ]


def test_without_overlap_the_recording_is_the_films(tmp_path):
    tracks = [tone(1.0, 2.0, 100), tone(2.0, 3.0, 1000)]
    paths = artifacts(tmp_path, tracks, [(1.0, 2.0, 0), (2.0, 3.0, 1)])
    done, out = run_stage("untangling", paths, tmp_path)
    assert done.returncode == 0, done.stderr
    assert open_audio(out / "audio.arrow").digest == open_audio(paths["audio"]).digest
    regions = [read(path, "regions").rows() for path in (out / "speech.parquet", paths["speech"])]
    assert regions[0] == regions[1]
