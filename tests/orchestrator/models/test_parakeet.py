"""Parakeet's names, files and layouts, and what is downloaded of it for which device."""

from __future__ import annotations

import json

import pytest

from orchestrator.environments import registry
from orchestrator.errors import FatalError
from orchestrator.models import families
from orchestrator.models import resolve as models
from orchestrator.models.whisper import FAMILY as WHISPER
from orchestrator.stages import translators
from stage_runners.parakeet.languages import EUROPEAN
from tests import fake_hub
from tests.stage_runners.parakeet import mlx_files, onnx_files

FAMILY = families.family("recognition", "parakeet")
V3 = "parakeet-tdt-0.6b-v3"
SMALL = {"encoder-model.int8.onnx", "decoder_joint-model.int8.onnx"}
LARGE = {"encoder-model.onnx", "encoder-model.onnx.data", "decoder_joint-model.onnx"}
BOTH = {"vocab.txt", "config.json"}


@pytest.mark.parametrize("name", ["parakeet", V3, f"nvidia/{V3}"])
def test_short_names_stand_for_the_repository_of_the_device(name):
    assert FAMILY.repositories(name, "cpu") == FAMILY.repositories(name, "cuda") == (f"istupakov/{V3}-onnx",)
    assert FAMILY.repositories(name, "mlx") == (f"mlx-community/{V3}",)
    assert models.family_of("recognition", name) == "parakeet"


def test_a_kind_of_parakeet_without_durations_is_refused_before_it_is_downloaded():
    with pytest.raises(FatalError) as caught:
        models.resolve("recognition", "mlx-community/parakeet-ctc-0.6b", offline=False)
    assert caught.value.message == "mlx-community/parakeet-ctc-0.6b: this kind of Parakeet is not supported"


def test_names_of_no_family_stay_whisper_s():
    assert families.candidates("recognition", "somebody/asr-model")[0] is WHISPER
    assert models.family_of("recognition", "large-v3") == "whisper"


def test_layouts_are_told_by_their_files_and_read_by_their_devices(tmp_path):
    small = onnx_files.write(tmp_path / "small")
    large = onnx_files.write(tmp_path / "large", float32=True)
    nemo = tmp_path / "nemo"
    nemo.mkdir()
    (nemo / "config.json").write_text(json.dumps(mlx_files.CONFIG))
    assert FAMILY.layout_of(nemo) is None
    (nemo / "model.safetensors").touch()
    found = {
        folder.name: [device for device in ("cpu", "cuda", "mlx") if FAMILY.usable(folder, device)]
        for folder in (small, large, nemo)
    }
    assert found == {"small": ["cpu"], "large": ["cpu", "cuda"], "nemo": ["mlx"]}
    (small / "decoder_joint-model.int8.onnx").unlink()
    assert FAMILY.layout_of(small) is None


def test_a_folder_is_recognised_and_refused_on_a_device_that_cannot_read_it(tmp_path):
    folder = onnx_files.write(tmp_path / "mine")
    assert models.resolve("recognition", str(folder), offline=True).family == "parakeet"
    with pytest.raises(FatalError, match="is in the layout of onnx-int8, which cuda cannot read"):
        models.resolve("recognition", str(folder), offline=True, device="cuda")


def test_it_declares_25_languages_or_english_and_translates_to_none():
    assert FAMILY.languages(V3, None) == set(EUROPEAN)
    assert FAMILY.languages("parakeet-tdt-0.6b-v2", None) == {"en"}
    assert FAMILY.translates_to(V3) == frozenset()
    wanted = translators.Wanted(languages=("en",), recognition_model=V3)
    translator, why = translators.chosen("en", wanted)
    assert why.endswith(f"{V3} cannot translate")
    assert "translation_model" not in translators.params(translator, "en", wanted)


@pytest.mark.env("whisperx")
def test_a_download_takes_the_files_of_its_device_and_installs_what_runs_them(monkeypatch, capsys):
    files = {name: name.encode() for name in sorted(SMALL | LARGE | BOTH | {"nemo128.onnx"})}
    installed: list[str] = []
    monkeypatch.setattr(registry, "health", lambda env: "not installed" if env == "parakeet" else None)
    monkeypatch.setattr(
        "orchestrator.environments.sync_progress.sync_shown", lambda names, **_: bool(installed.extend(names))
    )
    asked: list[str] = []
    with fake_hub.serve({f"istupakov/{V3}-onnx": files}, asked=asked) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        from orchestrator import cli

        assert cli.main(["models", "pull", "parakeet", "--device", "cpu"]) == 0
    assert {line.split()[0] for line in asked} == SMALL | BOTH
    assert installed == ["parakeet"]
    model = models.resolve("recognition", "parakeet", offline=True)
    assert (model.family, model.licence) == ("parakeet", "CC-BY-4.0")
    assert set(FAMILY.files("cuda")) == LARGE | BOTH
    assert FAMILY.size_mb("parakeet", "cuda") > FAMILY.size_mb("parakeet", "cpu") > 600
