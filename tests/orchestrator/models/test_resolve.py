from __future__ import annotations

import hashlib
import os

import pytest

from orchestrator.errors import ENVIRONMENT, FAILED, USAGE, FatalError
from orchestrator.models import embedded, hub
from orchestrator.models import resolve as models
from orchestrator.paths import home
from tests import fake_hub

COMMIT = "0123456789" * 4


@pytest.fixture(autouse=True)
def house(tmp_path, monkeypatch):
    """A home and a Hub cache of its own; nothing of this user's is seen."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


@pytest.fixture
def packaged(house, monkeypatch):
    """An environment `models` with a model in two halves."""
    monkeypatch.setenv("ORCHESTRATOR_ENVS", str(house / "envs"))
    folder = house / "envs" / "models"
    site = folder / ".venv" / "lib" / "python3.11" / "site-packages" / "pack"
    site.mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "models"\ndependencies = []\n')
    (folder / "requirements.lock").touch()
    (site / "one").write_bytes(b"first half, ")
    (site / "two").write_bytes(b"second half")
    (site / "config.json").write_text("{}")
    return embedded.Embedded(
        name="whole", role="whisper", parts=("pack/one", "pack/two"), licence="MIT", weights="model.bin",
        sha256=hashlib.sha256(b"first half, second half").hexdigest(), beside=("pack/config.json",),
    )  # fmt: skip


def snapshot(house, repository, *files, commit=COMMIT, main=True):
    """Put a repository into the Hub's cache, as huggingface_hub does: links to blobs."""
    folder = house / "hub" / f"models--{repository.replace('/', '--')}"
    place = folder / "snapshots" / commit
    place.mkdir(parents=True)
    (folder / "blobs").mkdir(exist_ok=True)
    for file in files:
        (folder / "blobs" / file).write_text(file)
        (place / file).symlink_to(folder / "blobs" / file)
    if main:
        (folder / "refs").mkdir()
        (folder / "refs" / "main").write_text(commit)
    return place


def test_halves_are_joined_once_and_checked(packaged):
    folder = embedded.place(packaged)
    assert (folder / "model.bin").read_bytes() == b"first half, second half"
    assert (folder / "config.json").read_text() == "{}"
    before = (folder / "model.bin").stat().st_ino
    assert embedded.place(packaged) == folder
    assert (folder / "model.bin").stat().st_ino == before
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]


def test_a_joined_model_that_was_changed_is_joined_again(packaged):
    file = embedded.place(packaged) / "model.bin"
    file.write_bytes(b"something else")
    assert (embedded.place(packaged) / "model.bin").read_bytes() == b"first half, second half"


def test_a_damaged_package_is_refused_by_its_hash(packaged, house):
    next((house / "envs").rglob("two")).write_bytes(b"second harf")
    with pytest.raises(FatalError, match="damaged") as caught:
        embedded.place(packaged)
    assert caught.value.status == ENVIRONMENT
    assert not list((house / "home" / "models").iterdir())


def test_a_package_that_is_not_installed_is_an_error_with_the_command_that_mends_it(packaged, house):
    next((house / "envs").rglob("two")).unlink()
    with pytest.raises(FatalError) as caught:
        embedded.place(packaged)
    assert "orchestrator envs sync models" in caught.value.hint


def test_a_file_is_hashed_anew_only_when_it_changed(house, monkeypatch):
    file = house / "weights.bin"
    file.write_bytes(b"one")
    first = embedded.file_sha256(file)
    with monkeypatch.context() as patch:
        patch.setattr(embedded, "_copy", lambda *_: pytest.fail("it was read again"))
        assert embedded.file_sha256(file) == first
    stamp = file.stat()
    file.write_bytes(b"two")  # of the same size, and then of the same time
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert embedded.file_sha256(file) == hashlib.sha256(b"two").hexdigest()


@pytest.mark.env("models")
@pytest.mark.parametrize(
    ("role", "asked", "name"),
    [
        ("whisper", "base", "base"), ("whisper", "Systran/faster-whisper-base", "base"), ("whisper", "tiny.en", "tiny.en"),
        ("segmentation", "segmentation-3.0", "segmentation-3.0"), ("diarization", "embedded", "campplus"),
    ],
)  # fmt: skip
def test_the_embedded_models_are_the_official_files(role, asked, name):
    model = models.resolve(role, asked, offline=True)
    assert model.id == name
    weights_file = model.path / "model.bin" if model.path.is_dir() else model.path
    assert model.revision == hashlib.sha256(weights_file.read_bytes()).hexdigest()
    if role == "whisper":
        assert {"config.json", "tokenizer.json", "vocabulary.txt"} <= {
            file.name for file in model.path.iterdir()
        }


def test_a_choice_whose_weights_ship_with_its_stage_needs_no_file():
    assert models.resolve("aligner", "auto", offline=True).revision == ""


def test_a_folder_is_known_by_its_content(house):
    folder = house / "my-whisper"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"weights")
    model = models.resolve("whisper", str(folder), offline=True)
    assert (model.id, model.path) == ("my-whisper", folder)
    moved = folder.rename(house / "elsewhere")
    assert models.resolve("whisper", str(moved), offline=True).revision == model.revision
    (moved / "config.json").write_text("{}")
    assert models.resolve("whisper", str(moved), offline=True).revision != model.revision


def test_a_folder_without_weights_says_what_it_lacks(house):
    with pytest.raises(FatalError, match="is no whisper model") as caught:
        models.resolve("whisper", str(house), offline=True)
    assert caught.value.status == USAGE


def test_a_model_in_the_hub_s_cache_is_taken_by_short_name_and_by_id(house):
    place = snapshot(house, "Systran/faster-whisper-large-v3", "model.bin", "config.json")
    for asked in ("large-v3", "large", "Systran/faster-whisper-large-v3"):
        model = models.resolve("whisper", asked, offline=True)
        assert (model.path, model.revision, model.id) == (place, COMMIT, asked)


def test_a_revision_after_an_at_sign_is_that_revision(house):
    snapshot(house, "me/mine", "model.bin")
    other = snapshot(house, "me/mine", "model.bin", commit="f" * 40, main=False)
    assert models.resolve("whisper", f"me/mine@{'f' * 40}", offline=True).path == other
    with pytest.raises(FatalError):
        models.resolve("whisper", f"me/mine@{'e' * 40}", offline=True)


def test_a_download_that_was_cut_short_does_not_count(house):
    (snapshot(house, "me/mine", "model.bin").parent.parent / "blobs" / "model.bin").unlink()
    with pytest.raises(FatalError, match="not on this disk"):
        models.resolve("whisper", "me/mine", offline=True)


def test_offline_a_model_that_is_not_there_is_an_error_that_names_what_is(house):
    snapshot(house, "Systran/faster-whisper-small", "model.bin")
    with pytest.raises(FatalError) as caught:
        models.resolve("whisper", "large-v3", offline=True)
    assert "small" in caught.value.hint
    assert caught.value.status == FAILED


@pytest.mark.parametrize("asked", ["bsae", "/no/such/folder", ""])
def test_a_name_that_is_none_is_a_usage_error(asked):
    with pytest.raises(FatalError) as caught:
        models.resolve("whisper", asked, offline=False)
    assert caught.value.status == USAGE


@pytest.mark.env("whisperx")
def test_a_model_is_fetched_from_the_hub_and_then_found_on_disk(house, monkeypatch):
    files = {"model.bin": b"weights", "config.json": b"{}", "README.md": b"not wanted"}
    with fake_hub.serve({"me/mine": files}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        model = models.resolve("whisper", "me/mine", offline=False)
    assert model.revision == fake_hub.COMMIT
    assert sorted(file.name for file in model.path.iterdir()) == ["config.json", "model.bin"]
    assert models.resolve("whisper", "me/mine", offline=True) == model
    assert [row.name for row in models.describe("whisper") if row.where == "Hub cache"] == ["me/mine"]
    assert hub.remove("me/mine") >= len(b"weights{}")
    assert [row.name for row in models.describe("whisper") if row.where == "Hub cache"] == []


@pytest.mark.env("whisperx")
@pytest.mark.parametrize(
    ("asked", "says", "hint"),
    [("me/absent", "has no model", "HF_TOKEN"), ("me/gated", "not give me/gated to everybody", "conditions"),
     ("me/other", "is no whisper model", "on this disk")],
)  # fmt: skip
def test_what_the_hub_refuses_is_said_in_a_sentence(asked, says, hint, monkeypatch):
    with fake_hub.serve(
        {"me/other": {"README.md": b""}, "me/gated": {"config.yaml": b"", "model.bin": b""}},
        gated=("me/gated",),
    ) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(FatalError, match=says) as caught:
            models.resolve("whisper", asked, offline=False)
    assert hint in caught.value.hint


@pytest.mark.env("whisperx")
def test_a_hub_that_cannot_be_reached_is_said_in_a_sentence(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(FatalError, match="cannot be reached"):
        models.resolve("whisper", "me/mine", offline=False)


MLX = {"config.json": '{"n_mels": 80, "n_audio_state": 8}', "weights.npz": "weights"}
TRANSFORMERS = {"config.json": '{"model_type": "whisper"}', "model.safetensors": "weights"}
CTRANSLATE2 = {"config.json": "{}", "model.bin": "weights"}


def folder_of(path, files):
    path.mkdir(parents=True)
    for name, text in files.items():
        (path / name).write_text(text)
    return path


def in_cache(monkeypatch, tmp_path, repository, files):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    place = tmp_path / "hub" / f"models--{repository.replace('/', '--')}" / "snapshots" / "c0ffee"
    return folder_of(place, files)


def test_a_name_means_the_layout_of_the_device(tmp_path, monkeypatch):
    mlx = in_cache(monkeypatch, tmp_path, "mlx-community/whisper-large-v3-mlx", MLX)
    assert models.on_disk("whisper", "large-v3", "mlx")
    assert not models.on_disk("whisper", "large-v3", "cpu")
    found = models.resolve("whisper", "large-v3", offline=True, device="mlx")
    assert (found.path, found.revision, found.converted) == (mlx, "c0ffee", None)


def test_mlx_takes_ctranslate2_s_weights_where_they_are_there_and_keeps_a_conversion(tmp_path, monkeypatch):
    other = in_cache(monkeypatch, tmp_path, "Systran/faster-whisper-large-v3", CTRANSLATE2)
    found = models.resolve("whisper", "large-v3", offline=True, device="mlx")
    assert (found.path, found.converted) == (other, home() / "models" / "mlx-c0ffee")
    assert models.resolve("whisper", "large-v3", offline=True).converted is None


def test_a_transformers_checkpoint_serves_every_device_and_an_mlx_one_only_mlx(tmp_path):
    checkpoint = folder_of(tmp_path / "mine", TRANSFORMERS)
    for device, kept in (("cpu", "ctranslate2-"), ("cuda", "ctranslate2-"), ("mlx", "mlx-")):
        found = models.resolve("whisper", str(checkpoint), offline=True, device=device)
        assert found.converted.name.startswith(kept)
    mlx = folder_of(tmp_path / "apple", MLX)
    assert models.resolve("whisper", str(mlx), offline=True, device="mlx").converted is None
    with pytest.raises(FatalError, match="is a model for MLX, which cpu cannot use"):
        models.resolve("whisper", str(mlx), offline=True)


PIPELINE = (
    "pipeline:\n  params:\n    embedding: me/voices\n    segmentation: me/frames\n    plda: $model/plda\n"
)


@pytest.mark.env("pyannote")
def test_what_a_pipeline_takes_from_other_repositories_is_fetched_with_it(monkeypatch):
    served = {
        "me/diarization": {"config.yaml": PIPELINE.encode(), "plda/plda.npz": b"p"},
        "me/voices": {"pytorch_model.bin": b"v"},
        "me/frames": {"pytorch_model.bin": b"f"},
    }
    with fake_hub.serve(served) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        models.resolve("diarization", "me/diarization", offline=False)
    for part in ("me/voices", "me/frames"):
        assert hub.cached(part, "", lambda folder: (folder / "pytorch_model.bin").is_file())
    assert hub.remove("me/voices")
    with pytest.raises(FatalError, match="me/voices, which this pipeline needs, is not on this disk"):
        models.resolve("diarization", "me/diarization", offline=True)


@pytest.mark.env("pyannote")
def test_who_has_a_token_is_told_to_accept_the_conditions_and_who_has_none_to_get_one(monkeypatch):
    with fake_hub.serve({"me/gated": {"config.yaml": b"", "model.bin": b""}}, gated=("me/gated",)) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        for token, hint in (("", "then set HF_TOKEN"), ("hf_wrongwrong", "your token may not read it")):
            monkeypatch.setenv("HF_TOKEN", token)
            with pytest.raises(FatalError, match="does not give me/gated to everybody") as caught:
                models.resolve("diarization", "me/gated", offline=False)
            assert hint in caught.value.hint


def test_removing_a_model_removes_what_was_converted_from_it(house, tmp_path, monkeypatch, capsys):
    from orchestrator import cli

    in_cache(monkeypatch, tmp_path, "Systran/faster-whisper-large-v3", CTRANSLATE2)
    kept = models.resolve("whisper", "large-v3", offline=True, device="mlx").converted
    folder_of(kept, MLX)
    assert cli.main(["models", "rm", "large-v3"]) == 0
    assert not kept.exists()
    assert not models.on_disk("whisper", "large-v3")
    assert "removed large-v3" in capsys.readouterr().out


def test_another_commit_of_a_pipeline_s_part_is_another_revision(tmp_path, monkeypatch):
    in_cache(
        monkeypatch,
        tmp_path,
        "me/diarization",
        {"config.yaml": PIPELINE.replace("    plda: $model/plda\n", "")},
    )
    revisions = []
    for commit in ("one", "two"):
        for part in ("me/voices", "me/frames"):
            place = tmp_path / "hub" / f"models--{part.replace('/', '--')}"
            folder_of(place / "snapshots" / commit, {"pytorch_model.bin": commit})
            (place / "refs").mkdir(exist_ok=True)
            (place / "refs" / "main").write_text(commit)
        revisions.append(models.resolve("diarization", "me/diarization", offline=True).revision)
    assert revisions == ["c0ffee+one+one", "c0ffee+two+two"]
