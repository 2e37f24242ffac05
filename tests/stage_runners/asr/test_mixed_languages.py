"""A film in several languages, made of shared recordings, through the stage with the embedded model."""

import ast
import re
import subprocess

import numpy as np
import pytest

from ipc.artifacts import read
from tests.stage_runners.recordings import RATE, inputs
from tests.stage_runners.spec import python_of, run_stage

pytestmark = [pytest.mark.env("whisperx", "models"), pytest.mark.slow]
PARTS = (("azure_en-US", 13.0), ("azure_de-DE", 11.3), ("azure_en-US", 13.0), ("azure_ja-JP", 16.2))
"""Recordings, and the seconds of each from its beginning, to a pause."""
GAP = 0.5


@pytest.fixture(scope="module")
def film(shared_data, tmp_path_factory):
    """Samples, and (start, end, language) of every part."""
    decode = (
        "import sys, numpy, faster_whisper as f; "
        "[numpy.save(b, f.decode_audio(a)) for a, b in zip(sys.argv[1::2], sys.argv[2::2])]"
    )
    folder = tmp_path_factory.mktemp("pcm")
    names = sorted({name for name, _ in PARTS})
    paths = [path for name in names for path in (shared_data / name / "movie.mkv", folder / f"{name}.npy")]
    subprocess.run([python_of("whisperx"), "-P", "-c", decode, *paths], check=True, capture_output=True)
    sound, spans = [], []
    for name, seconds in PARTS:
        start = sum(map(len, sound)) / RATE
        pcm = np.load(folder / f"{name}.npy")[: int(seconds * RATE)]
        sound += [(pcm * 32767).astype(np.int16), np.zeros(int(GAP * RATE), np.int16)]
        spans.append((start, start + seconds, name[6:8]))
    return np.concatenate(sound), spans


def recognise(folder, film, **params):
    from orchestrator.models import resolve as models

    samples, spans = film
    base = models.resolve("recognition", "base", offline=True).path
    model = {"id": "base", "revision": "", "path": str(base)}
    given = inputs(folder, samples, [(start, end) for start, end, _ in spans])
    params = {"compute_type": "int8", **params}
    done, out = run_stage("asr", given, folder, params, env="whisperx", model=model)
    assert done.returncode == 0, done.stderr
    return done, read(out / "segments.parquet", "segments")


@pytest.fixture(scope="module")
def heard(film, tmp_path_factory):
    return recognise(tmp_path_factory.mktemp("mixed"), film)


def test_every_part_is_written_in_the_language_it_is_spoken_in(film, heard):
    right = total = 0.0
    for row in heard[1].rows():
        for start, end, language in film[1]:
            seconds = max(0.0, min(end, row["end"]) - max(start, row["start"]))
            total += seconds
            right += seconds * (language == row["language"])
    assert right > 0.97 * total
    assert total > 45
    text = " ".join(row["text"] for row in heard[1].rows())
    assert all(word in text for word in ("endpoints", "Endpunkte", "データ"))
    assert text.count("endpoints") == 2


def test_the_shares_of_the_languages_are_reported(heard):
    told_by = heard[0].stdout + heard[0].stderr
    (told,) = re.findall(r"languages = (\{.*\})", told_by)
    shares = ast.literal_eval(told)
    assert set(shares) == {"en", "de", "ja"}
    assert sum(shares.values()) == pytest.approx(1.0, abs=0.001)
    assert float(re.findall(r"language_probability = (\S+)", told_by)[0]) > 0.6
    assert shares["en"] > shares["ja"] > shares["de"]


@pytest.fixture(scope="module")
def two_parts(film):
    """The film's first two parts."""
    samples, spans = film
    return samples[: int(spans[1][1] * RATE)], spans[:2]


def test_the_batch_size_changes_nothing(two_parts, tmp_path):
    alone, together = (recognise(tmp_path / str(size), two_parts, batch_size=size)[1] for size in (1, 8))
    assert alone.digest == together.digest


def test_a_requested_language_is_the_only_one(two_parts, tmp_path):
    _, segments = recognise(tmp_path, two_parts, language="en")
    assert {row["language"] for row in segments.rows()} == {"en"}
