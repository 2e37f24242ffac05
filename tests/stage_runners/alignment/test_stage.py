import csv
import shutil
import subprocess
from itertools import pairwise

import numpy as np
import pytest

from tests.stage_runners import processes
from tests.stage_runners.alignment.words_of_a_talk import SAID, align, samples
from tests.stage_runners.recordings import RATE
from tests.stage_runners.spec import python_of

pytestmark = pytest.mark.env("whisperx")


def rising(words):
    return all(a["end"] <= b["start"] + 1e-9 for a, b in pairwise(words))


def test_english_words_get_times_from_the_sound(tmp_path):
    done, segments, words = align(tmp_path, samples(), SAID)
    assert done.returncode == 0, done.stderr
    assert {row["method"] for row in words} == {"pocketsphinx"}
    assert np.mean([row["score"] for row in words]) > 0.5
    assert rising(words)
    heard = np.array([[row["start"], row["end"]] for row in words])
    assert np.abs(heard - np.array([[start, end] for _, start, end in SAID])).max() < 0.2
    assert (segments[0]["start"], segments[0]["end"]) == (words[0]["start"], words[-1]["end"])
    assert [row["text"] for row in words] == [text for text, _, _ in SAID]


def test_unspoken_words_keep_their_attention_times(tmp_path):
    text = "Photosynthesis requires chlorophyll molecules absorbing sunshine through green leaf tissue"
    wrong = [*text.split(), "while", "oxygen", "escapes", "slowly."]
    said = [(text, start, end) for text, (_, start, end) in zip(wrong, SAID, strict=True)]
    _, _, words = align(tmp_path, samples(), said)
    assert sum(row["method"] == "pocketsphinx" for row in words) <= 2
    assert rising(words)


def test_a_language_without_an_aligner_keeps_attention_and_is_not_called_degraded(tmp_path):
    done, _, words = align(tmp_path, samples(), SAID, language="cs")
    assert {row["method"] for row in words} == {"attention"}
    assert "no aligner of it" in done.stdout + done.stderr + done.stderr
    assert "degraded" not in done.stdout + done.stderr


def test_without_an_aligner_a_word_after_a_pause_starts_with_its_sound(tmp_path):
    said = [("Hello?", 6.0, 7.2), *SAID[1:]]
    done, segments, words = align(tmp_path, samples(), said, language="cs")
    assert done.returncode == 0, done.stderr
    assert words[0]["start"] == segments[0]["start"] == pytest.approx(6.8, abs=0.1)
    assert words[0]["method"] == "attention"


@pytest.mark.parametrize("parts", [[("cs", 10), ("en", 4)], [("en", 10), ("cs", 4)]])
def test_in_a_bilingual_film_only_the_english_words_are_aligned(tmp_path, parts):
    done, _, words = align(tmp_path, samples(), SAID, language=parts)
    assert done.returncode == 0, done.stderr
    methods = [row["method"] for row in words]
    aligned = [spoken == "en" for spoken, count in parts for _ in range(count)]
    assert [method == "pocketsphinx" for method in methods] == aligned
    assert rising(words)
    assert "no aligner of it" in done.stdout + done.stderr


def test_pocketsphinx_does_not_align_czech(tmp_path):
    done, _, _ = align(tmp_path, samples(), SAID, language="cs", align_model="pocketsphinx")
    assert done.returncode == 1
    assert "English only" in done.stdout + done.stderr


@pytest.fixture(scope="module")
def wav2vec2(tmp_path_factory):
    """The folder of a model of random weights, which knows the letters a to z."""
    folder = tmp_path_factory.mktemp("wav2vec2")
    done = processes.run("whisperx", "tests.stage_runners.alignment.wav2vec2_folder", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize(("language", "spelled"), [("cs", True), ("xx", False)])
def test_a_wav2vec2_model_that_is_named_aligns_other_languages(wav2vec2, language, spelled, tmp_path):
    """A numeral is aligned as spoken; in a language without num2words it has no text to align."""
    said = [*SAID[:3], ("42", 8.6, 9.0), *SAID[4:]]
    done, _, words = align(
        tmp_path / "run", samples(), said, language=language, align_model=str(wav2vec2), path=wav2vec2
    )
    assert done.returncode == 0, done.stderr
    assert [row["method"] for row in words].count("wav2vec2") >= 8
    if spelled:
        assert words[3]["method"] == "wav2vec2"
    else:
        assert (words[3]["method"] in {"attention", "interpolated"}, words[3]["score"]) == (True, None)
    assert rising(words)


def model(path):
    return {"id": "maker/model", "family": "wav2vec2", "path": str(path), "licence": "Apache-2.0"}


def test_auto_aligns_each_language_with_its_model_on_the_disk(wav2vec2, tmp_path):
    done, _, words = align(tmp_path, samples(), SAID, [("cs", 10), ("en", 4)], here={"cs": model(wav2vec2)})
    assert done.returncode == 0, done.stderr
    assert {row["method"] for row in words[10:]} == {"pocketsphinx"}
    assert [row["method"] for row in words[:10]].count("wav2vec2") >= 7
    assert "Czech: wav2vec2 (maker/model, Apache-2.0)" in done.stdout + done.stderr
    assert rising(words)


def test_a_damaged_model_that_nobody_asked_for_leaves_the_recogniser_s_times(wav2vec2, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(wav2vec2, damaged)
    (damaged / "model.safetensors").write_bytes(b"no weights")
    done, _, words = align(tmp_path / "run", samples(), SAID, language="cs", here={"cs": model(damaged)})
    assert done.returncode == 0, done.stderr
    assert {row["method"] for row in words} == {"attention"}
    assert "Czech words keep the recogniser's times, because its aligner could not be loaded" in done.stderr


def test_a_folder_without_a_wav2vec2_model_is_named(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    done, _, _ = align(tmp_path / "run", samples(), SAID, align_model=str(folder), path=folder)
    assert done.returncode == 1
    assert "empty: not a wav2vec2 model" in done.stdout + done.stderr


def test_read_speech_is_aligned_to_hand_made_word_times(shared_data, tmp_path):
    decode = "import sys, numpy, faster_whisper as f; numpy.save(sys.argv[2], f.decode_audio(sys.argv[1]))"
    film, pcm = next((shared_data / "timit_dialogue").glob("movie.*")), tmp_path / "pcm.npy"
    subprocess.run([python_of("whisperx"), "-P", "-c", decode, film, pcm], check=True, capture_output=True)
    samples = (np.load(pcm)[: 60 * RATE] * 32767).astype(np.int16)
    with (shared_data / "timit_dialogue" / "words.csv").open() as lines:
        truth = [
            (r["word"], float(r["start"]), float(r["end"]))
            for r in csv.DictReader(lines)
            if float(r["end"]) < 59
        ]
    # attention times are late by a tenth of a second and rough
    late = np.sort(
        np.array([start for _, start, _ in truth])
        + 0.1
        + np.random.default_rng(0).uniform(-0.1, 0.1, len(truth))
    )
    said = [(text, float(s), float(max(s, end))) for (text, _, end), s in zip(truth, late, strict=True)]
    _, _, words = align(tmp_path, samples, said)
    error = np.array(
        [[w["start"] - start, w["end"] - end] for w, (_, start, end) in zip(words, truth, strict=True)]
    )
    # the film's AAC starts with 64 ms of priming that neither its container nor the truth knows of
    error = np.abs(error - np.median(error))
    assert np.median(error) <= 0.025
    assert np.percentile(error, 90) <= 0.070
    assert {w["method"] for w in words} == {"pocketsphinx"}
