"""Interrupted and refused downloads: errors give the reason, and nothing incomplete is used."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestrator.environments import registry
from orchestrator.errors import STORAGE, USAGE, FatalError
from orchestrator.models import download, hub, whisper
from orchestrator.models import resolve as models
from orchestrator.models.hub_script import SCRIPT
from orchestrator.models.listing import describe
from tests import fake_hub

ROOT = Path(__file__).resolve().parents[3]
BIG = bytes(range(256)) * (1 << 17)
"""32 MB: huggingface_hub writes in pieces of ten."""
WHISPER = {"config.json": b"{}", "model.bin": BIG}


@pytest.mark.env("whisperx")
def test_a_killed_download_is_not_used_and_is_resumed(tmp_path, monkeypatch):
    with fake_hub.serve({"me/mine": WHISPER}, stalls="model.bin") as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        pull = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", "models", "pull", "me/mine", "--device", "cpu"],
            cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while sum(file.stat().st_size for file in tmp_path.rglob("*.incomplete")) < 1 << 20:
                assert pull.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        finally:  # with the process that downloads for it, as when the machine is switched off
            os.killpg(pull.pid, signal.SIGKILL)
            pull.communicate()
    assert hub.cut_short("me/mine", fake_hub.COMMIT)
    assert not models.on_disk("recognition", "me/mine")
    asked: list[str] = []
    with fake_hub.serve({"me/mine": WHISPER}, asked=asked) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        model = models.resolve("recognition", "me/mine", offline=False)
    assert (model.path / "model.bin").read_bytes() == BIG
    assert int(next(line for line in asked if line.startswith("model.bin")).split()[1]) > 0
    assert not hub.cut_short("me/mine", fake_hub.COMMIT)
    assert models.on_disk("recognition", "me/mine")


@pytest.mark.env("whisperx")
def test_the_token_goes_to_the_hub_and_not_to_where_it_redirects(monkeypatch):
    hub_heard: list[str] = []
    others_heard: list[str] = []
    files = {"config.json": b"{}", "model.bin": b"weights"}
    with (
        fake_hub.serve({"me/mine": files}, credentials=others_heard) as elsewhere,
        fake_hub.serve({"me/mine": files}, credentials=hub_heard, moved=elsewhere) as address,
    ):
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.setenv("HF_TOKEN", "hf_onlyForTheHub")
        model = models.resolve("recognition", "me/mine", offline=False)
    assert (model.path / "model.bin").read_bytes() == b"weights"
    assert "Bearer hf_onlyForTheHub" in hub_heard
    assert others_heard
    assert set(others_heard) == {""}


@pytest.mark.env("whisperx")
def test_a_repository_that_the_device_cannot_use_is_not_downloaded(monkeypatch):
    mlx = {"config.json": b'{"n_mels": 80}', "weights.npz": b"weights"}
    asked: list[str] = []
    with fake_hub.serve({"me/apple": mlx}, asked=asked) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(FatalError, match="me/apple is not a recognition model for cpu") as caught:
            models.resolve("recognition", "me/apple", offline=False)
        assert (caught.value.status, asked) == (USAGE, [])
        assert models.resolve("recognition", "me/apple", offline=False, device="mlx").path.is_dir()


@pytest.mark.env("whisperx")
def test_weights_that_a_checkpoint_holds_twice_are_downloaded_once(monkeypatch):
    files = {
        "config.json": b'{"model_type": "whisper"}', "model.safetensors": b"half",
        "pytorch_model.bin": b"again",
        "model.fp32-00001-of-00002.safetensors": b"twice as large",
    }  # fmt: skip
    only_pickle = {"config.json": b'{"model_type": "whisper"}', "pytorch_model.bin": b"weights"}
    with fake_hub.serve({"me/twice": files, "me/old": only_pickle}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        model = models.resolve("recognition", "me/twice", offline=False)
        assert sorted(file.name for file in model.path.iterdir()) == ["config.json", "model.safetensors"]
        assert (models.resolve("recognition", "me/old", offline=False).path / "pytorch_model.bin").is_file()


@pytest.mark.env("pyannote")
def test_a_gated_model_is_refused_with_its_page_before_anything_of_it_is_downloaded(monkeypatch):
    asked, right = list[str](), "hf_right"
    with fake_hub.serve(
        {"me/gated": {"config.yaml": b"pipeline:\n"}}, gated=("me/gated",), token=right, asked=asked
    ) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        for token, expected in (("", "then set HF_TOKEN"), ("hf_other", "your token cannot read it")):
            monkeypatch.setenv("HF_TOKEN", token)
            with pytest.raises(
                FatalError, match="me/gated is a gated repository on the Hugging Face Hub"
            ) as caught:
                models.resolve("diarization", "me/gated", offline=False)
            assert expected in caught.value.hint
            assert f"{address}/me/gated" in caught.value.hint
            assert asked == []
        monkeypatch.setenv("HF_TOKEN", right)
        assert models.resolve("diarization", "me/gated", offline=False).path.is_dir()


@pytest.mark.env("whisperx")
def test_a_model_is_downloaded_once_and_then_on_disk(monkeypatch):
    files = {"model.bin": b"weights", "config.json": b"{}", "README.md": b"not wanted"}
    with fake_hub.serve({"me/mine": files}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        model = models.resolve("recognition", "me/mine", offline=False)
    assert model.revision == fake_hub.COMMIT
    assert sorted(file.name for file in model.path.iterdir()) == ["config.json", "model.bin"]
    assert models.resolve("recognition", "me/mine", offline=True) == model
    assert [row.name for row in describe("recognition") if row.where == "Hub cache"] == ["me/mine"]
    assert hub.remove("me/mine") >= len(b"weights{}")
    assert [row.name for row in describe("recognition") if row.where == "Hub cache"] == []


@pytest.mark.env("whisperx")
@pytest.mark.parametrize(
    ("asked", "expected", "hint"),
    [
        ("me/absent", "the Hugging Face Hub has no model me/absent", "HF_TOKEN"),
        ("me/gated", "me/gated is a gated repository on the Hugging Face Hub", "conditions"),
        (
            "me/other",
            "me/other is not a recognition model for cpu: it holds none of model.bin",
            "on this disk",
        ),
        ("me/gated@c0ffee", "me/gated has no revision c0ffee", "on this disk"),
    ],
)
def test_a_refusal_by_the_hub_is_an_error_with_its_reason(asked, expected, hint, monkeypatch):
    served = {"me/other": {"README.md": b""}, "me/gated": {"config.yaml": b"", "model.bin": b""}}
    with fake_hub.serve(served, gated=("me/gated",)) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(FatalError, match=expected) as caught:
            models.resolve("recognition", asked, offline=False)
    assert hint in caught.value.hint


@pytest.mark.env("whisperx")
def test_a_hub_that_cannot_be_reached_is_an_error(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(FatalError, match="the Hugging Face Hub cannot be reached"):
        models.resolve("recognition", "me/mine", offline=False)


@pytest.mark.env("whisperx")
@pytest.mark.parametrize("environment", ["whisperx", "pyannote"])  # with requests, and with httpx
def test_a_connection_that_breaks_off_is_taken_up_again_and_no_byte_is_loaded_twice(
    environment, monkeypatch, capsys
):
    sent: dict[str, int] = {}
    family = dataclasses.replace(whisper.FAMILY, environment=environment)
    if reason := registry.health(environment):
        pytest.skip(reason)
    with fake_hub.serve({"me/mine": WHISPER}, breaks={"model.bin": 2}, sent=sent, licence="mit") as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        path = download.download(family, "me/mine", "", instead="")
    assert path is not None
    assert (path / "model.bin").read_bytes() == BIG
    assert len(BIG) <= sent["model.bin"] < len(BIG) + (3 << 20)
    said = capsys.readouterr().err
    assert "downloading me/mine: 34 MB, licence mit" in said
    if environment == "whisperx":  # the other library tries again by itself
        assert said.count("the connection broke off; continuing") == 2


@pytest.mark.env("whisperx")
def test_a_connection_that_keeps_breaking_off_is_an_error_and_the_next_download_goes_on(monkeypatch):
    sent: dict[str, int] = {}
    breaks = {"model.bin": 3}
    with fake_hub.serve({"me/mine": WHISPER}, breaks=breaks, sent=sent) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(
            FatalError, match="me/mine: the connection to the Hugging Face Hub broke off"
        ) as caught:
            models.resolve("recognition", "me/mine", offline=False)
        assert "run the same command again to continue" in caught.value.hint
        assert not models.on_disk("recognition", "me/mine")
        assert models.resolve("recognition", "me/mine", offline=False).path.is_dir()
    assert sent["model.bin"] < len(BIG) + (4 << 20)


@pytest.mark.env("whisperx")
def test_weights_that_arrive_damaged_are_removed_and_refused(monkeypatch):
    files = {"config.json": b"{}", "model.bin": b"weights"}
    with fake_hub.serve({"me/mine": files}, damages="model.bin") as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(
            FatalError, match=r"me/mine: model.bin arrived damaged, its SHA-256 is not the Hub"
        ):
            models.resolve("recognition", "me/mine", offline=False)
    assert not models.on_disk("recognition", "me/mine")
    with fake_hub.serve({"me/mine": files}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert (models.resolve("recognition", "me/mine", offline=False).path / "model.bin").is_file()


@pytest.mark.env("whisperx")
def test_files_of_a_download_that_was_stopped_before_its_check_are_checked_by_the_next(monkeypatch):
    files = {"config.json": b"{}", "model.bin": b"weights"}
    with fake_hub.serve({"me/mine": files}, damages="model.bin") as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        unchecked = SCRIPT.replace("        check(", "        raise KeyboardInterrupt\n        check(")
        with monkeypatch.context() as stopped:
            stopped.setattr(download, "SCRIPT", unchecked)
            with pytest.raises(FatalError):
                models.resolve("recognition", "me/mine", offline=False)
        with pytest.raises(FatalError, match=r"model.bin arrived damaged"):
            models.resolve("recognition", "me/mine", offline=False)


@pytest.mark.env("whisperx")
def test_a_disk_without_room_is_told_before_anything_is_downloaded(monkeypatch, tmp_path):
    sent: dict[str, int] = {}
    monkeypatch.setattr(download, "free_space", lambda _: (tmp_path, 30 << 20))
    with fake_hub.serve({"me/mine": WHISPER}, sent=sent) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(FatalError, match=r"me/mine: needs 34 MB in .*, which has 31 MB free") as caught:
            models.resolve("recognition", "me/mine", offline=False)
    assert (caught.value.status, sent) == (STORAGE, {})
    assert "HF_HUB_CACHE" in caught.value.hint


@pytest.mark.env("whisperx")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_disk_that_fills_up_during_a_download_is_told_with_what_to_do(monkeypatch):
    weights = hub.blobs("me/mine") / f"{hashlib.sha256(BIG).hexdigest()}.incomplete"
    weights.parent.mkdir(parents=True)
    weights.symlink_to("/dev/full")
    with fake_hub.serve({"me/mine": WHISPER}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(FatalError, match=r"me/mine cannot be written to .*: No space left") as caught:
            models.resolve("recognition", "me/mine", offline=False)
    assert caught.value.status == STORAGE
    assert "free some space" in caught.value.hint
    assert "run the same command again to continue" in caught.value.hint
    assert not models.on_disk("recognition", "me/mine")


@pytest.mark.env("whisperx")
@pytest.mark.parametrize("answers", [True, False])
def test_a_proxy_that_refuses_is_named_without_its_password(answers, monkeypatch):
    with fake_hub.serve({}) as address:
        place = address if answers else "http://127.0.0.1:9"
        monkeypatch.setenv("HTTPS_PROXY", place.replace("//", "//me:secret-of-mine@"))
        monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid")
        with pytest.raises(FatalError, match="does not let the Hugging Face Hub through") as caught:
            models.resolve("recognition", "me/mine", offline=False)
    assert place.removeprefix("http://") in caught.value.message
    assert "secret-of-mine" not in caught.value.message
    assert "check HTTPS_PROXY" in caught.value.hint
