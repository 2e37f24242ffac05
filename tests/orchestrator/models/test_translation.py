"""Models that translate text: names, layouts, what is fetched of them, and whose code is run."""

from __future__ import annotations

import json

import pytest

from orchestrator.commands.models import role_of
from orchestrator.environments import registry
from orchestrator.errors import ENVIRONMENT, FAILED, USAGE, FatalError
from orchestrator.models import hub
from orchestrator.models import resolve as models
from orchestrator.models import translation as translation_models
from orchestrator.paths import home
from tests import fake_hub

NLLB = {
    "config.json": b'{"model_type": "m2m_100"}', "pytorch_model.bin": b"weights", "tokenizer.json": b"{}",
    "sentencepiece.bpe.model": b"pieces", "rust_model.ot": b"another framework's", "README.md": b"hello",
}  # fmt: skip
INDIC = {
    "config.json": b'{"model_type": "IndicTrans"}', "model.safetensors": b"weights", "modeling_indictrans.py": b"code",
    "dict.SRC.json": b"{}", "dict.TGT.json": b"{}", "model.SRC": b"pieces", "model.TGT": b"pieces",
}  # fmt: skip


@pytest.fixture(autouse=True)
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    return tmp_path


def folder(place, files):
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / name).write_bytes(content)
    return place


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
    assert translation_models.repositories(name) == (repository,)
    assert translation_models.method_of(name) == method
    assert models.may_be_fetched("translation", name)
    if "nllb" in name or "opus" in name or "indic" in name:
        assert role_of(name) == "translation"


@pytest.mark.parametrize("name", ["base", "large-v3", "whisper", "Systran/faster-whisper-base"])
def test_a_whisper_model_translates_by_its_own_task(name):
    assert translation_models.method_of(name) == "whisper"


def test_code_of_a_foreign_repository_is_refused_by_its_name_and_a_folder_that_is_named_is_not(house):
    with pytest.raises(FatalError, match="its code would be run here") as caught:
        translation_models.method_of("somebody/rotary-indictrans2")
    assert caught.value.status == USAGE
    assert translation_models.method_of(str(folder(house / "read", INDIC))) == "indictrans2"


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
def test_a_folder_is_known_by_what_it_holds(house, files, layout):
    assert translation_models.layout_of(folder(house / "model", files)) == layout


def test_weights_in_pieces_count_when_all_of_them_are_there(house):
    index = json.dumps({"weight_map": {"a": "pytorch_model-1.bin"}}).encode()
    place = folder(house / "m", {"config.json": NLLB["config.json"], "pytorch_model.bin.index.json": index})
    assert translation_models.layout_of(place) is None
    (place / "pytorch_model-1.bin").write_bytes(b"weights")
    assert translation_models.layout_of(place) == "transformers"


def test_a_conversion_is_kept_by_the_weights_and_what_needs_none_has_none(house):
    model = models.resolve("translation", str(folder(house / "nllb", NLLB)), offline=True)
    assert model.converted == home() / "models" / f"translation-{model.revision[:16]}"
    own = {"config.json": b'{"add_source_eos": false}', "model.bin": b"weights"}
    assert models.resolve("translation", str(folder(house / "ct2", own)), offline=True).converted is None


def test_what_is_no_model_or_not_here_is_a_sentence_that_names_what_there_is(house):
    with pytest.raises(FatalError, match="is no translation model: it holds neither"):
        models.resolve("translation", str(folder(house / "m", {"config.json": b"{}"})), offline=True)
    with pytest.raises(FatalError, match="nllb-200-distilled-600M is not on this disk") as caught:
        models.resolve("translation", "nllb-200-distilled-600M", offline=True)
    assert caught.value.status == FAILED
    with pytest.raises(FatalError, match="there is no translation model named 'nllb'") as caught:
        models.resolve("translation", "nllb", offline=False)
    assert "opus-mt-cs-en" in caught.value.hint


def test_a_translation_model_is_listed_as_such_and_not_as_whisper(house):
    own = {"config.json": b'{"add_source_eos": false}', "model.bin": b"weights"}
    folder(hub.cache() / "models--me--nllb-ct2" / "snapshots" / "c0ffee", own)
    assert [row.name for row in models.describe("translation")] == ["me/nllb-ct2"]
    assert "me/nllb-ct2" not in [row.name for row in models.describe("whisper")]


@pytest.mark.env("translation")
def test_what_is_needed_of_a_repository_is_fetched_and_no_more(monkeypatch):
    with fake_hub.serve({"facebook/nllb-200-distilled-600M": NLLB}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        found = models.resolve("translation", "nllb-200-distilled-600M", offline=False)
    assert sorted(file.name for file in found.path.iterdir()) == [
        "config.json", "pytorch_model.bin", "sentencepiece.bpe.model", "tokenizer.json",
    ]  # fmt: skip
    assert found.converted is not None
    again = models.resolve("translation", "nllb-200-distilled-600M", offline=True)
    assert again.revision == found.revision


@pytest.mark.env("translation", "indictrans")
def test_code_is_fetched_from_its_authors_only(monkeypatch):
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


def test_the_environments_are_made_only_for_those_who_ask(house, monkeypatch):
    for name in ("translation", "indictrans"):
        assert not registry.get(name).by_default()
    assert registry.get("nlp").by_default()
    place = folder(house / "envs" / "translation", {"requirements.lock": b""})
    (place / "pyproject.toml").write_text('[project]\nname = "t"\ndependencies = []\n')
    monkeypatch.setenv("ORCHESTRATOR_ENVS", str(house / "envs"))
    with pytest.raises(
        FatalError, match="the environment translation is not ready: it is not installed"
    ) as caught:
        models.resolve("translation", "nllb-200-distilled-600M", offline=False)
    assert caught.value.status == ENVIRONMENT
    assert "orchestrator envs sync translation" in caught.value.hint
