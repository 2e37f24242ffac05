"""Translation models: names, layouts, the files to download, and whose code may run."""

from __future__ import annotations

import json

import pytest

from orchestrator.environments import registry
from orchestrator.errors import ENVIRONMENT, FAILED, USAGE, FatalError
from orchestrator.models import families
from orchestrator.models import resolve as models
from orchestrator.models.listing import describe
from orchestrator.paths import home
from orchestrator.stages.translators import named
from tests import fake_hub
from tests.orchestrator.models.places import cached, folder

NLLB = {
    "config.json": b'{"model_type": "m2m_100"}', "pytorch_model.bin": b"weights", "tokenizer.json": b"{}",
    "sentencepiece.bpe.model": b"pieces", "rust_model.ot": b"another framework's", "README.md": b"hello",
}  # fmt: skip
INDIC = {
    "config.json": b'{"model_type": "IndicTrans"}', "model.safetensors": b"weights",
    "modeling_indictrans.py": b"code",
    "dict.SRC.json": b"{}", "dict.TGT.json": b"{}", "model.SRC": b"pieces", "model.TGT": b"pieces",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "repository", "method"),
    [
        ("nllb-200-distilled-600M", "facebook/nllb-200-distilled-600M", "ctranslate2"),
        ("nllb-200-3.3B", "facebook/nllb-200-3.3B", "ctranslate2"),
        ("opus-mt-cs-en", "Helsinki-NLP/opus-mt-cs-en", "ctranslate2"),
        ("opus-mt-tc-big-en-cs", "Helsinki-NLP/opus-mt-tc-big-en-cs", "ctranslate2"),
        ("somebody/nllb-ct2", "somebody/nllb-ct2", "ctranslate2"),
        ("indictrans2-indic-en-1B", "ai4bharat/indictrans2-indic-en-1B", "indictrans2"),
        ("ai4bharat/indictrans2-en-indic-1B", "ai4bharat/indictrans2-en-indic-1B", "indictrans2"),
    ],
)
def test_a_name_stands_for_a_repository_and_a_method(name, repository, method):
    (family,) = families.candidates("translation", name)
    assert family.repositories(name, "cpu") == (repository,)
    assert named(name).name == method
    assert models.may_be_fetched("translation", name)
    assert families.role_of(name) == "translation"


@pytest.mark.parametrize("name", ["base", "large-v3", "whisper", "Systran/faster-whisper-base"])
def test_a_whisper_model_translates_by_its_own_task(name):
    assert named(name).name == "whisper"


def test_code_of_an_unknown_repository_is_refused_but_that_of_a_local_folder_is_not(tmp_path):
    for use in (named, lambda name: models.resolve("translation", name, offline=True)):
        with pytest.raises(FatalError, match="its code would run on this machine") as caught:
            use("somebody/rotary-indictrans2")
        assert caught.value.status == USAGE
    assert named(str(folder(tmp_path / "read", INDIC))).name == "indictrans2"
    assert models.resolve("translation", str(tmp_path / "read"), offline=True).family == "indictrans2"


def test_cached_code_of_an_unknown_repository_is_not_used_under_another_name():
    cached("somebody/harmless", INDIC)
    assert not models.on_disk("translation", "somebody/harmless")
    cached("ai4bharat/indictrans2-indic-en-1B", INDIC)
    assert models.on_disk("translation", "indictrans2-indic-en-1B")


@pytest.mark.parametrize(
    ("files", "layout"),
    [
        (NLLB, "transformers"),
        ({"config.json": b'{"add_source_eos": false}', "model.bin": b"weights"}, "ctranslate2"),
        (INDIC, "indictrans2"),
        ({"config.json": b'{"suppress_ids": []}', "model.bin": b"Whisper's"}, None),
        ({"config.json": b'{"model_type": "bert"}', "model.safetensors": b"weights"}, None),
        ({"config.json": b'{"model_type": "m2m_100"}'}, None),
    ],
)
def test_a_folder_is_recognised_by_what_it_holds(tmp_path, files, layout):
    place = folder(tmp_path / "model", files)
    family = families.of_path("translation", place)
    assert (family.layout_of(place) if family else None) == layout


def test_sharded_weights_count_only_if_complete(tmp_path):
    index = json.dumps({"weight_map": {"a": "pytorch_model-1.bin"}}).encode()
    place = folder(
        tmp_path / "m", {"config.json": NLLB["config.json"], "pytorch_model.bin.index.json": index}
    )
    assert families.of_path("translation", place) is None
    (place / "pytorch_model-1.bin").write_bytes(b"weights")
    assert families.of_path("translation", place)


def test_a_conversion_is_keyed_by_its_weights_and_made_only_for_a_checkpoint(tmp_path):
    model = models.resolve("translation", str(folder(tmp_path / "nllb", NLLB)), offline=True)
    assert model.converted == home() / "models" / f"translation-{model.revision[:16]}"
    files = {"config.json": b'{"add_source_eos": false}', "model.bin": b"weights"}
    assert models.resolve("translation", str(folder(tmp_path / "ct2", files)), offline=True).converted is None


def test_a_missing_translation_model_is_an_error_that_names_usable_models(tmp_path):
    with pytest.raises(FatalError, match="is not a translation model: it holds no NLLB-200 or OPUS-MT"):
        models.resolve("translation", str(folder(tmp_path / "m", {"config.json": b"{}"})), offline=True)
    with pytest.raises(FatalError, match="nllb-200-distilled-600M is not on this disk") as caught:
        models.resolve("translation", "nllb-200-distilled-600M", offline=True)
    assert caught.value.status == FAILED
    with pytest.raises(FatalError, match="there is no translation model named 'nllb'") as caught:
        models.resolve("translation", "nllb", offline=False)
    assert "opus-mt-cs-en" in caught.value.hint


def test_a_translation_model_is_listed_as_such_with_its_licence_and_not_as_whisper():
    cached("me/nllb-ct2", {"config.json": b'{"add_source_eos": false}', "model.bin": b"weights"})
    cached("facebook/nllb-200-1.3B", NLLB)
    rows = [(row.name, row.family, row.layout, row.licence) for row in describe("translation")]
    assert rows == [
        ("facebook/nllb-200-1.3B", "nllb-opus", "transformers", "CC-BY-NC-4.0"),
        ("me/nllb-ct2", "nllb-opus", "ctranslate2", ""),
    ]
    assert "me/nllb-ct2" not in [row.name for row in describe("recognition")]


@pytest.mark.env("translation")
def test_only_what_is_needed_of_a_repository_is_downloaded(monkeypatch):
    with fake_hub.serve({"facebook/nllb-200-distilled-600M": NLLB}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        model = models.resolve("translation", "nllb-200-distilled-600M", offline=False)
    assert sorted(file.name for file in model.path.iterdir()) == [
        "config.json", "pytorch_model.bin", "sentencepiece.bpe.model", "tokenizer.json",
    ]  # fmt: skip
    assert model.converted is not None
    again = models.resolve("translation", "nllb-200-distilled-600M", offline=True)
    assert again.revision == model.revision


@pytest.mark.env("translation", "indictrans")
def test_code_is_downloaded_from_its_authors_only(monkeypatch):
    repositories = {
        "ai4bharat/indictrans2-indic-en-1B": INDIC,
        "somebody/opus": {**NLLB, "modeling_evil.py": b"code"},
    }
    with fake_hub.serve(repositories) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        trusted = models.resolve("translation", "indictrans2-indic-en-1B", offline=False)
        other = models.resolve("translation", "somebody/opus", offline=False)
    assert (trusted.path / "modeling_indictrans.py").is_file()
    assert not list(other.path.glob("*.py"))


def test_the_environments_of_translation_are_made_on_request(tmp_path, monkeypatch):
    for name in ("translation", "indictrans"):
        assert not registry.get(name).by_default()
    assert registry.get("nlp").by_default()
    place = folder(tmp_path / "envs" / "translation", {"requirements.lock": b""})
    (place / "pyproject.toml").write_text('[project]\nname = "t"\ndependencies = []\n')
    monkeypatch.setenv("ORCHESTRATOR_ENVS", str(tmp_path / "envs"))
    with pytest.raises(
        FatalError, match="the environment translation is not ready: it is not installed"
    ) as caught:
        models.resolve("translation", "nllb-200-distilled-600M", offline=False)
    assert caught.value.status == ENVIRONMENT
    assert "orchestrator envs sync translation" in caught.value.hint
