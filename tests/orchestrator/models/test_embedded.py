"""Embedded models: weights that packages hold, joined once and checked against their SHA-256."""

from __future__ import annotations

import hashlib
import os

import pytest

from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.models import embedded
from orchestrator.models.resolve import resolve
from orchestrator.storage import file_digests
from tests.orchestrator.models.places import folder


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """An environment `models` with a model in two parts."""
    monkeypatch.setenv("ORCHESTRATOR_ENVS", str(tmp_path / "envs"))
    environment = folder(tmp_path / "envs" / "models", {
        "pyproject.toml": '[project]\nname = "models"\ndependencies = []\n',
        "requirements.lock": "",
        ".venv/lib/python3.11/site-packages/pack/one": "first half, ",
        ".venv/lib/python3.11/site-packages/pack/two": "second half",
        ".venv/lib/python3.11/site-packages/pack/config.json": "{}",
    })  # fmt: skip
    assert environment.is_dir()
    return embedded.Embedded(
        name="whole", family="whisper", parts=("pack/one", "pack/two"), licence="MIT", weights="model.bin",
        sha256=hashlib.sha256(b"first half, second half").hexdigest(), beside=("pack/config.json",),
    )  # fmt: skip


def test_parts_are_joined_once(packaged):
    joined = embedded.place(packaged)
    assert (joined / "model.bin").read_bytes() == b"first half, second half"
    assert (joined / "config.json").read_text() == "{}"
    before = (joined / "model.bin").stat().st_ino
    assert embedded.place(packaged) == joined
    assert (joined / "model.bin").stat().st_ino == before
    assert sorted(path.name for path in joined.parent.iterdir()) == [joined.name]


def test_a_joined_model_that_was_changed_is_joined_again(packaged):
    file = embedded.place(packaged) / "model.bin"
    file.write_bytes(b"something else")
    assert (embedded.place(packaged) / "model.bin").read_bytes() == b"first half, second half"


def test_a_damaged_package_is_refused_by_its_hash(packaged, tmp_path):
    next((tmp_path / "envs").rglob("two")).write_bytes(b"second harf")
    with pytest.raises(FatalError, match="damaged") as caught:
        embedded.place(packaged)
    assert caught.value.status == ENVIRONMENT
    assert not list((tmp_path / "home" / "models").iterdir())


def test_a_missing_package_is_an_error_with_the_command_that_installs_it(packaged, tmp_path):
    next((tmp_path / "envs").rglob("two")).unlink()
    with pytest.raises(FatalError) as caught:
        embedded.place(packaged)
    assert "orchestrator envs sync models" in caught.value.hint


def test_weights_are_hashed_again_only_if_they_changed(packaged, monkeypatch):
    file = embedded.place(packaged) / "model.bin"
    embedded.place(packaged)
    with monkeypatch.context() as patch:
        patch.setattr(file_digests.hashlib, "sha256", lambda: pytest.fail("the file was read again"))
        embedded.place(packaged)
    stamp = file.stat()
    file.write_bytes(b"first half, second harf")  # of the same size, and then of the same time
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    embedded.place(packaged)
    assert file.read_bytes() == b"first half, second half"


@pytest.mark.env("models")
@pytest.mark.parametrize(
    ("role", "asked", "name", "family"),
    [
        ("recognition", "base", "base", "whisper"),
        ("recognition", "Systran/faster-whisper-base", "base", "whisper"),
        ("recognition", "tiny.en", "tiny.en", "whisper"),
        ("segmentation", "segmentation-3.0", "segmentation-3.0", "segmentation"),
        ("diarization", "embedded", "campplus", "campplus"),
    ],
)
def test_the_embedded_models_are_the_official_files(role, asked, name, family):
    model = resolve(role, asked, offline=True)
    assert (model.id, model.family) == (name, family)
    weights_file = model.path / "model.bin" if model.path.is_dir() else model.path
    assert model.revision == hashlib.sha256(weights_file.read_bytes()).hexdigest()
    if role == "recognition":
        files = {file.name for file in model.path.iterdir()}
        assert {"config.json", "tokenizer.json", "vocabulary.txt"} <= files
