"""A name, a folder or a repository resolves to weights in a device's layout, or to an error with a hint."""

from __future__ import annotations

import hashlib
import os

import pytest

from orchestrator.errors import FAILED, USAGE, FatalError
from orchestrator.models import hub
from orchestrator.models import resolve as models
from orchestrator.paths import home
from tests.orchestrator.models.places import COMMIT, cached, folder

MLX = {"config.json": '{"n_mels": 80, "n_audio_state": 8}', "weights.npz": "weights"}
TRANSFORMERS = {"config.json": '{"model_type": "whisper"}', "model.safetensors": "weights"}
CTRANSLATE2 = {"config.json": "{}", "model.bin": "weights"}


def test_the_auto_aligner_needs_no_model_file():
    assert models.resolve("aligner", "auto", offline=True).revision == ""


def test_a_folder_is_identified_by_its_content(tmp_path):
    place = folder(tmp_path / "my-whisper", {"model.bin": "weights"})
    model = models.resolve("recognition", str(place), offline=True)
    assert (model.id, model.path, model.family) == ("my-whisper", place, "whisper")
    # The digest is part of the keys of stored results: another one would make them all again.
    content = f"model.bin\0{hashlib.sha256(b'weights').hexdigest()}\n"
    assert model.revision == hashlib.sha256(content.encode()).hexdigest()
    moved = place.rename(tmp_path / "elsewhere")
    assert models.resolve("recognition", str(moved), offline=True).revision == model.revision
    (moved / "config.json").write_text("{}")
    assert models.resolve("recognition", str(moved), offline=True).revision != model.revision


def test_a_folder_without_weights_is_an_error_that_tells_what_it_lacks(tmp_path):
    with pytest.raises(FatalError, match="is not a recognition model: it holds no Whisper model") as caught:
        models.resolve("recognition", str(tmp_path), offline=True)
    assert caught.value.status == USAGE


def test_a_missing_shard_of_weights_is_named_in_the_error(tmp_path):
    index = '{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}'
    place = folder(tmp_path / "mine", {"model.safetensors.index.json": index, "model-1.safetensors": "1"})
    with pytest.raises(FatalError, match=r"it lacks model-2.safetensors, which model.safetensors.index"):
        models.resolve("recognition", str(place), offline=True)


@pytest.mark.parametrize(
    ("role", "expected"),
    [("recognition", "a recognition model is a folder"), ("aligner", "an aligner model is a folder")],
)
def test_only_a_segmentation_model_can_be_a_single_file(tmp_path, role, expected):
    file = folder(tmp_path, {"weights.bin": "weights"}) / "weights.bin"
    assert models.resolve("segmentation", str(file), offline=True).path == file
    with pytest.raises(FatalError, match=f"is a file; {expected}"):
        models.resolve(role, str(file), offline=True)


def test_a_cached_model_is_used_by_its_short_name_and_by_its_id():
    place = cached("Systran/faster-whisper-large-v3", CTRANSLATE2, main=True)
    for asked in ("large-v3", "large", "Systran/faster-whisper-large-v3"):
        model = models.resolve("recognition", asked, offline=True)
        assert (model.path, model.revision, model.id) == (place, COMMIT, asked)


def test_a_name_with_a_revision_means_that_revision():
    cached("me/mine", CTRANSLATE2, main=True)
    other = cached("me/mine", CTRANSLATE2, commit="f" * 40)
    assert models.resolve("recognition", f"me/mine@{'f' * 40}", offline=True).path == other
    with pytest.raises(FatalError):
        models.resolve("recognition", f"me/mine@{'e' * 40}", offline=True)


def test_a_file_whose_blob_is_missing_does_not_count():
    (cached("me/mine", CTRANSLATE2) / "model.bin").resolve().unlink()
    with pytest.raises(FatalError, match="not on this disk"):
        models.resolve("recognition", "me/mine", offline=True)


def test_sharded_weights_count_only_if_complete():
    index = '{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}'
    files = {
        "config.json": '{"model_type": "whisper"}',
        "model.safetensors.index.json": index,
        "model-1.safetensors": "1",
    }
    place = cached("me/large", files)
    assert not models.on_disk("recognition", "me/large")
    folder(place, {"model-2.safetensors": "2"})
    assert models.on_disk("recognition", "me/large")


@pytest.mark.parametrize("index", ["", '{"weight_map": {"a": "mod', "{}", '{"weight_map": {}}'])
def test_an_index_that_lists_no_weights_is_none(index, tmp_path):
    files = {"config.json": '{"model_type": "whisper"}', "model.safetensors.index.json": index}
    cached("me/large", files)
    assert not models.on_disk("recognition", "me/large")
    with pytest.raises(FatalError, match="it holds no Whisper model"):
        models.resolve("recognition", str(folder(tmp_path / "mine", files)), offline=True)


def test_offline_a_missing_model_is_an_error_that_names_the_models_on_this_disk():
    cached("Systran/faster-whisper-small", CTRANSLATE2)
    with pytest.raises(FatalError) as caught:
        models.resolve("recognition", "large-v3", offline=True)
    assert "small" in caught.value.hint
    assert caught.value.status == FAILED


@pytest.mark.parametrize("asked", ["bsae", "/no/such/folder", ""])
def test_a_name_that_means_no_model_is_a_usage_error(asked):
    with pytest.raises(FatalError) as caught:
        models.resolve("recognition", asked, offline=False)
    assert caught.value.status == USAGE


@pytest.mark.parametrize("asked", ["large-v3", "openai/whisper-large-v3", "somebody/else"])
def test_a_folder_in_the_current_folder_does_not_pass_for_a_model_of_its_name(tmp_path, monkeypatch, asked):
    """The current folder may be a stranger's, who knows the names that people type."""
    monkeypatch.chdir(tmp_path)
    planted = tmp_path / asked
    planted.mkdir(parents=True)
    (planted / "config.json").write_text("{}")
    (planted / "model.bin").write_text("planted")
    with pytest.raises(FatalError, match="of this name is not on this disk") as caught:
        models.resolve("recognition", asked, offline=False)
    assert caught.value.hint == f"write ./{asked} if you mean what is in the current folder"
    assert not models.on_disk("recognition", asked)
    assert models.resolve("recognition", f"./{asked}", offline=True).path == planted


def test_a_planted_folder_does_not_shadow_a_downloaded_model(tmp_path, monkeypatch):
    downloaded = cached("Systran/faster-whisper-large-v3", CTRANSLATE2)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "large-v3").mkdir()
    (tmp_path / "large-v3" / "model.bin").write_text("planted")
    (tmp_path / "large-v3" / "config.json").write_text("{}")
    assert models.resolve("recognition", "large-v3", offline=True).path == downloaded


def test_an_unknown_user_in_a_model_path_is_an_error():
    with pytest.raises(FatalError, match="there is no file or folder"):
        models.resolve("recognition", "~nobody-of-that-name/model", offline=True)


def test_a_model_name_selects_the_layout_for_the_device():
    mlx = cached("mlx-community/whisper-large-v3-mlx", MLX)
    assert models.on_disk("recognition", "large-v3", "mlx")
    assert not models.on_disk("recognition", "large-v3", "cpu")
    model = models.resolve("recognition", "large-v3", offline=True, device="mlx")
    assert (model.path, model.revision, model.converted) == (mlx, COMMIT, None)


def test_mlx_uses_a_conversion_of_ctranslate2_s_weights_if_they_are_on_the_disk():
    other = cached("Systran/faster-whisper-large-v3", CTRANSLATE2)
    model = models.resolve("recognition", "large-v3", offline=True, device="mlx")
    assert (model.path, model.converted) == (other, home() / "models" / f"mlx-{COMMIT[:16]}")
    assert models.resolve("recognition", "large-v3", offline=True).converted is None


def test_a_transformers_checkpoint_serves_every_device_and_an_mlx_one_only_mlx(tmp_path):
    checkpoint = folder(tmp_path / "mine", TRANSFORMERS)
    for device, target in (("cpu", "ctranslate2-"), ("cuda", "ctranslate2-"), ("mlx", "mlx-")):
        model = models.resolve("recognition", str(checkpoint), offline=True, device=device)
        assert model.converted.name.startswith(target)
    mlx = folder(tmp_path / "apple", MLX)
    assert models.resolve("recognition", str(mlx), offline=True, device="mlx").converted is None
    with pytest.raises(FatalError, match="is in the layout of mlx, which cpu cannot read") as caught:
        models.resolve("recognition", str(mlx), offline=True)
    assert "--device mlx" in caught.value.hint


def test_removing_a_model_removes_its_conversions(capsys):
    from orchestrator import cli

    cached("Systran/faster-whisper-large-v3", CTRANSLATE2)
    conversion = models.resolve("recognition", "large-v3", offline=True, device="mlx").converted
    folder(conversion, MLX)
    assert cli.main(["models", "rm", "large-v3"]) == 0
    assert not conversion.exists()
    assert not models.on_disk("recognition", "large-v3")
    assert "removed large-v3" in capsys.readouterr().out


def test_a_folder_may_not_link_to_files_elsewhere(tmp_path):
    place = folder(tmp_path / "strange", CTRANSLATE2)
    (tmp_path / "secret").write_text("secret")
    (place / "tokenizer.json").symlink_to("../secret")
    with pytest.raises(FatalError, match=r"tokenizer.json in it is a link to a place outside the folder"):
        models.resolve("recognition", str(place), offline=True)
    (place / "tokenizer.json").unlink()
    (place / "tokenizer.json").symlink_to("model.bin")
    assert models.resolve("recognition", str(place), offline=True).path == place
    os.mkfifo(place / "vocabulary.txt")  # whoever opens it waits for ever
    with pytest.raises(FatalError, match="neither a file nor a folder"):
        models.resolve("recognition", str(place), offline=True)


def test_a_folder_s_index_may_not_list_files_elsewhere(tmp_path):
    index = '{"weight_map": {"a": "../stolen.safetensors"}}'
    folder(tmp_path, {"stolen.safetensors": "weights"})
    place = folder(
        tmp_path / "strange",
        {"config.json": '{"model_type": "whisper"}', "model.safetensors.index.json": index},
    )
    with pytest.raises(FatalError, match=r"lists a file outside the folder \(../stolen.safetensors\)"):
        models.resolve("recognition", str(place), offline=True)


@pytest.mark.parametrize(
    "revision", ["../../../../strange", "..", "a/../../../../../strange", "a//b", "/etc"]
)
def test_a_revision_is_no_way_out_of_the_hub_s_cache(tmp_path, revision):
    cached("me/model", CTRANSLATE2)
    folder(hub.cache().parent / "strange", CTRANSLATE2)
    with pytest.raises(FatalError, match="is not a revision"):
        models.resolve("recognition", f"me/model@{revision}", offline=True)
    assert hub.cached("me/model", revision, lambda snapshot: True) is None


def test_a_snapshot_of_the_hub_s_cache_may_be_named_by_its_path():
    place = cached("me/model", CTRANSLATE2)
    assert models.resolve("recognition", str(place), offline=True).path == place


@pytest.mark.parametrize("variable", ["HF_HOME", "HF_HUB_CACHE", "HF_TOKEN_PATH"])
def test_a_variable_that_names_the_home_of_nobody_is_refused_in_a_sentence(monkeypatch, variable):
    monkeypatch.setenv(variable, "~nosuchuser/hub")
    for other in ("HF_HUB_CACHE", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if other != variable:
            monkeypatch.delenv(other, raising=False)
    with pytest.raises(FatalError, match=f"{variable}=~nosuchuser/hub: there is no user 'nosuchuser'"):
        hub.has_token() if variable == "HF_TOKEN_PATH" else hub.cache()
