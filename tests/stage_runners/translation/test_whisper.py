"""Whisper's own translation, on the conversation that pyannote.audio ships.

It is English. Told that it is German, Whisper still writes English when its task is to translate: so the
whole path runs on real speech without a recording in another language.
"""

import numpy as np
import pytest

from ipc.artifacts import read, write, write_audio
from stage_runners.text.repetition import loop
from stage_runners.translation.stage import TRANSLATORS
from tests.stage_runners.recordings import RATE, packaged
from tests.stage_runners.rows import said, segment
from tests.stage_runners.spec import run_stage

LINES = (
    ("Hallo.", 6.7, "SPEAKER_00"),
    ("Ich habe einen Ton gehört.", 10.5, "SPEAKER_00"),
    ("Das ist Diane in New Jersey.", 14.2, "SPEAKER_00"),
    ("Und ich bin Sheila in Texas, aus Chicago.", 17.9, "SPEAKER_01"),
    ("Ich bin auch aus Chicago.", 21.8, "SPEAKER_00"),
)


def written(folder, *, language="de", samples=None, lines=LINES):
    segments, words = [], []
    for number, (text, start, speaker) in enumerate(lines):
        own = said(text, start, each=0.4, speaker=speaker, segment=number)
        end = own[-1]["end"]
        segments.append(segment(number, start, end, text, speaker=speaker, language=language))
        words += own
    paths = {name: folder / f"{name}.parquet" for name in ("segments", "words")}
    for name, rows in (("segments", segments), ("words", words)):
        write(paths[name], name, {key: [row[key] for row in rows] for key in (rows or [{}])[0]})
    paths["audio"] = folder / "audio.arrow"
    write_audio(paths["audio"], packaged() if samples is None else samples, RATE)
    return paths


def translate(folder, base, paths, model="base", **params):
    done, out = run_stage(
        TRANSLATORS["whisper"].stage,
        paths,
        folder,
        {"target": "en", "compute_type": "int8", **params},
        env="whisperx",
        model={"id": model, "revision": "", "path": str(base)},
    )
    if done.returncode:
        return done, None, None
    return done, read(out / "segments.parquet", "segments"), read(out / "words.parquet", "words")


@pytest.fixture(scope="module")
def base():
    from orchestrator.models import resolve as models

    return models.resolve("recognition", "base", offline=True).path


@pytest.mark.env("whisperx", "models")
def test_speech_becomes_english_sentences_with_their_times_and_speakers(base, tmp_path):
    done, segments, words = translate(tmp_path, base, written(tmp_path))
    assert done.returncode == 0, done.stderr
    text = " ".join(row["text"] for row in segments.rows())
    assert "New Jersey" in text
    assert {row["language"] for row in segments.rows()} == {"en"}
    assert {row["speaker"] for row in segments.rows()} == {"SPEAKER_00", "SPEAKER_01"}
    assert {row["method"] for row in words.rows()} == {"translated"}
    starts = [row["start"] for row in words.rows()]
    assert starts == sorted(starts)
    assert starts[0] >= LINES[0][1] - 0.01
    assert not loop(text)


@pytest.mark.env("whisperx", "models")
def test_the_batch_size_changes_nothing(base, tmp_path):
    found = []
    for size in (1, 8):
        folder = tmp_path / str(size)
        folder.mkdir()
        paths = written(folder, lines=LINES[2:4])
        found.append(translate(folder, base, paths, batch_size=size)[1].digest)
    assert found[0] == found[1]


@pytest.mark.env("whisperx", "models")
def test_a_film_in_english_is_not_translated(base, tmp_path):
    done, segments, words = translate(tmp_path, base, written(tmp_path, language="en"))
    assert "already" in done.stderr
    assert (len(segments.table), len(words.table)) == (0, 0)


@pytest.mark.env("whisperx", "models")
def test_a_sentence_in_english_does_not_change(base, tmp_path):
    paths = written(tmp_path, lines=LINES[:2])
    rows = read(paths["segments"], "segments").rows()
    rows[0]["language"] = "en"
    write(paths["segments"], "segments", {key: [row[key] for row in rows] for key in rows[0]})
    _, segments, words = translate(tmp_path, base, paths)
    assert segments.rows()[0]["text"] == "Hallo."
    assert words.rows()[0]["method"] == "attention"


@pytest.mark.env("whisperx", "models")
def test_lines_in_silence_are_missing_and_reported(base, tmp_path):
    paths = written(tmp_path, samples=np.zeros(14 * RATE, np.int16), lines=LINES[:2])
    done, segments, _ = translate(tmp_path, base, paths)
    assert done.returncode == 0, done.stderr
    assert len(segments.table) == 0
    assert "2 lines are missing" in done.stderr


@pytest.mark.env("whisperx", "models")
@pytest.mark.parametrize(
    ("model", "target", "sentence"),
    [("base", "de", "English only"), ("tiny.en", "en", "is for English only")],
)
def test_a_translation_that_whisper_cannot_make_is_an_error_with_a_message(
    base, model, target, sentence, tmp_path
):
    from orchestrator.models import resolve as models

    path = base if model == "base" else models.resolve("recognition", model, offline=True).path
    done, _, _ = translate(tmp_path, path, written(tmp_path), model=model, target=target)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
