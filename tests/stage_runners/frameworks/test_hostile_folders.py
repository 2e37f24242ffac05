"""Folders in the layout of Transformers that bring code: in a checkpoint, or in Python files beside it."""

from __future__ import annotations

import json
import zipfile

import pytest

from stage_runners.frameworks import checkpoints
from tests.stage_runners import hostile, processes

LOADERS = {
    "wav2vec2": ("whisperx", "wav2vec2", "Wav2Vec2ForCTC"),
    "whisper": ("whisperx", "whisper", "WhisperForConditionalGeneration"),
    "translation": ("translation", "m2m_100", "M2M100ForConditionalGeneration"),
}


def folder_of(place, loader, *, code):
    """A folder that is a model by its `config.json`; with `code`, its classes are in a file of its own."""
    _, kind, architecture = LOADERS.get(loader, ("", "IndicTrans", "Evil"))
    place.mkdir()
    canary = place.parent / "canary"
    config = {"model_type": kind, "architectures": [architecture]}
    if code:
        names = ("AutoConfig", "AutoModel", "AutoTokenizer", "AutoProcessor", "AutoModelForSeq2SeqLM")
        config |= {"model_type": "evil", "auto_map": dict.fromkeys(names, "evil.Evil")}
        (place / "evil.py").write_text(f"open({str(canary)!r}, 'w').close()\nclass Evil: pass\n")
    for name in ("config.json", "tokenizer_config.json", "preprocessor_config.json"):
        (place / name).write_text(json.dumps(config))
    (place / "vocab.json").write_text("{}")
    return canary


def told(loader, place):
    env = LOADERS[loader][0]
    done = processes.run(env, "tests.stage_runners.frameworks.hostile_folder_check", loader, place)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "loader",
    [pytest.param(name, marks=pytest.mark.env(env)) for name, (env, *_) in LOADERS.items()],
)
def test_a_checkpoint_that_would_run_a_command_is_refused_by_name(loader, tmp_path):
    place = tmp_path / "model"
    canary = folder_of(place, loader, code=False)
    (place / "pytorch_model.bin").write_bytes(hostile.checkpoints(canary)["zip"])
    said = told(loader, place)
    assert said.startswith(f"config: {place}/pytorch_model.bin: refused, because")
    assert "would run posix.system" in said
    assert not canary.exists()


@pytest.mark.env("translation")
def test_a_checkpoint_that_unpacks_to_gigabytes_is_refused_before_it_is_read(tmp_path):
    place = tmp_path / "model"
    folder_of(place, "translation", code=False)
    with zipfile.ZipFile(place / "pytorch_model.bin", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(80 << 20))
    said = told("translation", place)
    assert "pytorch_model.bin: refused, because it would unpack to 0.1 GB" in said


def test_an_archive_of_weights_as_they_are_is_read(tmp_path):
    place = tmp_path / "weights.npz"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("a.npy", bytes(1 << 20))
    assert checkpoints.bounded(place) == place
    place.write_bytes(b"PK\x03\x04 damaged")
    assert checkpoints.bounded(place) == place


@pytest.mark.env("translation")
def test_a_piece_that_an_index_lists_is_refused_under_any_name(tmp_path):
    place = tmp_path / "model"
    canary = folder_of(place, "translation", code=False)
    (place / "piece.weights").write_bytes(hostile.checkpoints(canary)["zip"])
    index = {"weight_map": {"a": "piece.weights"}}
    (place / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    assert f"{place}/piece.weights: refused" in told("translation", place)
    assert not canary.exists()


@pytest.mark.parametrize(
    "loader",
    [pytest.param(name, marks=pytest.mark.env(LOADERS[name][0])) for name in ("whisper", "translation")],
)
def test_python_files_beside_the_weights_are_not_run(loader, tmp_path):
    place = tmp_path / "model"
    canary = folder_of(place, loader, code=True)
    assert told(loader, place).startswith("config: ")
    assert not canary.exists()
