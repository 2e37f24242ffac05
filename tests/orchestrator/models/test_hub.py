"""Fetches that are cut short, refused, or of what is no model: said, and nothing half counts as whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestrator.errors import USAGE, FatalError
from orchestrator.models import hub
from orchestrator.models import resolve as models
from tests import fake_hub

ROOT = Path(__file__).resolve().parents[3]
BIG = bytes(range(256)) * (1 << 17)
"""32 MB: huggingface_hub writes in pieces of ten."""
WHISPER = {"config.json": b"{}", "model.bin": BIG}


@pytest.fixture(autouse=True)
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    return tmp_path


def in_cache(repository, files):
    place = hub.cache() / f"models--{repository.replace('/', '--')}" / "snapshots" / "c0ffee"
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return place


@pytest.mark.env("whisperx")
def test_a_pull_that_was_killed_counts_for_nothing_and_goes_on_where_it_was(house, monkeypatch):
    with fake_hub.serve({"me/mine": WHISPER}, stalls="model.bin") as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        pull = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", "models", "pull", "me/mine", "--device", "cpu"],
            cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while sum(file.stat().st_size for file in house.rglob("*.incomplete")) < 1 << 20:
                assert pull.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        finally:  # with the process that fetches for it, as a machine does that goes off
            os.killpg(pull.pid, signal.SIGKILL)
            pull.communicate()
    assert hub.cut_short("me/mine", fake_hub.COMMIT)
    assert not models.on_disk("whisper", "me/mine")
    asked: list[str] = []
    with fake_hub.serve({"me/mine": WHISPER}, asked=asked) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        model = models.resolve("whisper", "me/mine", offline=False)
    assert (model.path / "model.bin").read_bytes() == BIG
    assert int(next(line for line in asked if line.startswith("model.bin")).split()[1]) > 0
    assert not hub.cut_short("me/mine", fake_hub.COMMIT)
    assert models.on_disk("whisper", "me/mine")


def test_pieces_of_weights_count_when_all_of_them_are_there():
    index = json.dumps({"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}})
    place = in_cache(
        "me/large",
        {
            "config.json": '{"model_type": "whisper"}',
            "model.safetensors.index.json": index,
            "model-1.safetensors": "1",
        },
    )
    assert not models.on_disk("whisper", "me/large")
    (place / "model-2.safetensors").write_text("2")
    assert models.on_disk("whisper", "me/large")


@pytest.mark.env("whisperx")
def test_nothing_is_fetched_of_a_repository_that_the_device_cannot_use(monkeypatch):
    mlx = {"config.json": b'{"n_mels": 80}', "weights.npz": b"weights"}
    asked: list[str] = []
    with fake_hub.serve({"me/apple": mlx}, asked=asked) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(FatalError, match="me/apple is no whisper model") as caught:
            models.resolve("whisper", "me/apple", offline=False)
        assert (caught.value.status, asked) == (USAGE, [])
        assert models.resolve("whisper", "me/apple", offline=False, device="mlx").path.is_dir()


@pytest.mark.env("whisperx")
def test_weights_that_a_checkpoint_holds_twice_are_fetched_once(monkeypatch):
    files = {
        "config.json": b'{"model_type": "whisper"}', "model.safetensors": b"half", "pytorch_model.bin": b"again",
        "model.fp32-00001-of-00002.safetensors": b"twice as large",
    }  # fmt: skip
    only_pickle = {"config.json": b'{"model_type": "whisper"}', "pytorch_model.bin": b"weights"}
    with fake_hub.serve({"me/twice": files, "me/old": only_pickle}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        found = models.resolve("whisper", "me/twice", offline=False)
        assert sorted(file.name for file in found.path.iterdir()) == ["config.json", "model.safetensors"]
        assert (models.resolve("whisper", "me/old", offline=False).path / "pytorch_model.bin").is_file()


@pytest.mark.env("pyannote")
def test_a_gated_model_is_refused_with_its_page_before_anything_of_it_is_fetched(monkeypatch):
    asked, right = list[str](), "hf_right"
    with fake_hub.serve(
        {"me/gated": {"config.yaml": b"pipeline:\n"}}, gated=("me/gated",), token=right, asked=asked
    ) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        for token, says in (("", "then set HF_TOKEN"), ("hf_other", "your token may not read it")):
            monkeypatch.setenv("HF_TOKEN", token)
            with pytest.raises(FatalError) as caught:
                models.resolve("diarization", "me/gated", offline=False)
            assert says in caught.value.hint
            assert f"{address}/me/gated" in caught.value.hint
            assert asked == []
        monkeypatch.setenv("HF_TOKEN", right)
        assert models.resolve("diarization", "me/gated", offline=False).path.is_dir()


def test_a_network_of_pyannote_is_no_pipeline_and_a_pipeline_without_its_parts_is_not_there(house):
    in_cache("me/network", {"config.yaml": "task:\n  x: 1\nmodel:\n  y: 2\n", "pytorch_model.bin": "w"})
    assert not models.on_disk("diarization", "me/network")
    assert "me/network" not in [row.name for row in models.describe("diarization")]
    place = in_cache(
        "me/own", {"config.yaml": "pipeline:\n  params:\n    segmentation: $model/segmentation\n"}
    )
    assert not models.on_disk("diarization", "me/own")
    (place / "segmentation").mkdir()
    (place / "segmentation" / "pytorch_model.bin").write_text("w")
    assert models.on_disk("diarization", "me/own")


def test_the_parts_of_a_pipeline_in_a_folder_are_looked_for_as_well(house):
    folder = house / "mine"
    folder.mkdir()
    (folder / "config.yaml").write_text("pipeline:\n  params:\n    segmentation: me/frames\n")
    assert not models.on_disk("diarization", str(folder))
    with pytest.raises(FatalError, match="me/frames, which this pipeline needs, is not on this disk"):
        models.resolve("diarization", str(folder), offline=True)
    in_cache("me/frames", {"pytorch_model.bin": "w"})
    assert models.resolve("diarization", str(folder), offline=True).path == folder


def test_the_home_of_nobody_is_no_folder():
    with pytest.raises(FatalError, match="there is no file or folder"):
        models.resolve("whisper", "~nobody-of-that-name/model", offline=True)
