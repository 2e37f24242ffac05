"""Recognition by Parakeet on a processor: the stage itself, on a network of a few nodes in the real files."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from ipc.artifacts import read
from ipc.errors import StageError
from stage_runners.parakeet.languages import EUROPEAN
from stage_runners.recognition import requested_language
from tests.stage_runners.parakeet import onnx_files
from tests.stage_runners.recordings import RATE, inputs
from tests.stage_runners.spec import run_stage

pytestmark = pytest.mark.env("parakeet")
LOUD = [(1.0, 2.0), (4.0, 5.6), (9.0, 10.0)]
"""Where the sound is, in seconds. One window holds the first two, for a pause is five seconds at most."""
LENGTH = 12.0


def sound(loud=LOUD):
    """Loud noise in a quiet room."""
    random = np.random.default_rng(0)
    samples = random.normal(0, 3, round(LENGTH * RATE))
    for start, end in loud:
        first, last = round(start * RATE), round(end * RATE)
        samples[first:last] += random.normal(0, 3000, last - first)
    return samples.astype(np.int16)


def recognise(folder, model, *, regions=LOUD, samples=None, name="parakeet-tdt-0.6b-v3", **params):
    given = inputs(folder, sound() if samples is None else samples, regions)
    described = {"id": name, "family": "parakeet", "revision": "", "path": str(model)}
    done, out = run_stage("asr", given, folder, params, "parakeet", described)
    tables = ("segments", "words", "doubts")
    said = done.stdout + done.stderr
    return said, {one: read(out / f"{one}.parquet", one) for one in tables} if not done.returncode else {}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return onnx_files.write(tmp_path_factory.mktemp("model") / "parakeet")


@pytest.fixture(scope="module")
def recognised(model, tmp_path_factory):
    return recognise(tmp_path_factory.mktemp("run"), model)


def test_words_stand_where_the_sound_is_with_the_network_s_durations_and_probabilities(recognised):
    words = recognised[1]["words"].rows()
    assert [row["text"] for row in words][:5] == ["Good", "evening.", "We", "sail", "at"]
    for row in words:
        middle = (row["start"] + row["end"]) / 2
        assert any(start - 0.1 <= middle <= end + 0.4 for start, end in LOUD), row
    assert {row["method"] for row in words} == {"tdt"}
    first = words[0]
    assert (first["start"], first["end"]) == pytest.approx((0.96, 1.28), abs=0.05)  # four frames of 0.08 s
    assert all(0.9 < row["probability"] <= 1 for row in words)


def test_segments_have_the_language_of_their_text_and_no_likelihood(recognised):
    segments = recognised[1]["segments"].rows()
    assert segments[0]["text"] == "Good evening."
    assert {row["language"] for row in segments} == {"en"}
    assert {(row["avg_logprob"], row["no_speech_prob"]) for row in segments} == {(None, None)}
    assert segments[0]["language_probability"] > 0.5
    assert "language, by the text: en" in recognised[0]
    assert recognised[1]["segments"].provenance["method"] == "onnx-asr, greedy TDT, int8"


def test_the_float32_files_with_external_weights_are_read_and_another_language_is_told_by_the_text(tmp_path):
    czech = (" Dobrý", " večer,", " jak", " se", " dnes", " máte", " vy", " všichni?")
    model = onnx_files.write(tmp_path / "model", said=czech, float32=True)
    said, tables = recognise(tmp_path / "run", model)
    assert "language, by the text: cs" in said
    assert {row["language"] for row in tables["segments"].rows()} == {"cs"}
    assert tables["segments"].provenance["method"] == "onnx-asr, greedy TDT, float32"
    assert [row["text"] for row in tables["words"].rows()][:4] == ["Dobrý", "večer,", "jak", "se"]


def test_what_it_cannot_follow_is_said_and_a_text_in_another_language_than_the_given_one(model, tmp_path):
    asked = {"language": "pl", "hotwords": "Simran", "initial_prompt": "A talk."}
    said, tables = recognise(
        tmp_path, model, regions=[(1.0, 11.0)], samples=sound([(1, 4), (5, 11)]), **asked
    )
    assert {row["language"] for row in tables["segments"].rows()} == {"pl"}
    assert "the text is in en, not in pl" in said
    assert "--hotwords has no effect: this engine takes no prompt" in said
    assert "--initial-prompt has no effect: this engine takes no prompt" in said
    assert len(tables["segments"].provenance["degraded"]) == 2


def test_a_language_that_it_lacks_is_refused_with_what_has_it():
    with pytest.raises(StageError) as caught:
        requested_language.checked("ja", EUROPEAN, "parakeet-tdt-0.6b-v3")
    assert "the model parakeet-tdt-0.6b-v3 does not support this language" in caught.value.message
    assert "or Whisper, which has 99 languages (--model base)" in caught.value.hint


def test_text_in_a_pause_is_doubted_though_there_are_no_likelihoods(model, tmp_path):
    """The middle burst is no speech, and read alone it gives other words."""
    _, tables = recognise(tmp_path, model, regions=[(1.0, 2.0), (6.2, 6.5), (9.0, 10.0)])
    doubts = {row["text"]: row for row in tables["doubts"].rows()}
    assert doubts["sail at dawn."]["verdict"] == "flagged"
    assert doubts["sail at dawn."]["reasons"] == [
        "speech was detected in 0% of its time",
        "re-transcribed alone, 40% of it recurred",
    ]


def test_soft_speech_beside_loud_speech_is_found_on_the_second_pass(model, tmp_path):
    """Features are normalised over a window, so what is soft in it is heard only in a window of its own."""
    samples = sound([(1.0, 6.0)]).astype(np.float64)
    samples[round(6.8 * RATE) : round(8.4 * RATE)] += np.random.default_rng(1).normal(
        0, 40, round(1.6 * RATE)
    )
    regions = [(1.0, 6.0), (6.8, 8.4)]
    _, tables = recognise(tmp_path, model, regions=regions, samples=samples.astype(np.int16))
    (doubt,) = [row for row in tables["doubts"].rows() if row["verdict"] == "recovered"]
    assert doubt["text"] == "Good evening. We sail"
    assert (doubt["start"], doubt["end"]) == pytest.approx((6.8, 8.4), abs=0.05)


def test_digital_silence_gives_no_text(model, tmp_path):
    quiet = np.zeros(round(LENGTH * RATE), np.int16)
    said, tables = recognise(tmp_path, model, samples=quiet, second_look=False)
    assert tables["segments"].rows() == [], said


def cut(folder):
    file = folder / "encoder-model.int8.onnx"
    file.write_bytes(file.read_bytes()[:200])


def swapped(folder):
    joint = folder / "decoder_joint-model.int8.onnx"
    (folder / "encoder-model.int8.onnx").write_bytes(joint.read_bytes())


def small(folder):
    (folder / "vocab.txt").write_text("a 0\n<blk> 1\n")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swapped, "its encoder takes"),
        (cut, "encoder-model.int8.onnx"),
        (small, "its vocabulary has 2 tokens"),
    ],
)
def test_a_network_that_is_broken_or_does_not_fit_is_refused_with_what_is_wrong(
    change, words, model, tmp_path
):
    copy = shutil.copytree(model, tmp_path / "model")
    change(copy)
    said, tables = recognise(tmp_path / "run", copy)
    assert not tables
    assert "not a complete Parakeet model" in said
    assert words in said
    assert "orchestrator models pull parakeet" in said
    assert "Traceback" not in said
