"""A home, a cache and a configuration of each test's own, and a hub with models of a few kilobytes."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from orchestrator.models.pyannote import COMMUNITY
from orchestrator.setup.item import Item
from tests import fake_hub
from tests.orchestrator.machines import machine

GERMAN = "jonatasgrosman/wav2vec2-large-xlsr-53-german"
FRENCH = "jonatasgrosman/wav2vec2-large-xlsr-53-french"
HINDI = "theainerd/Wav2Vec2-large-xlsr-hindi"
"""No other engine than Whisper has Hindi, so nothing else is proposed that needs an environment."""
PARAKEET = "istupakov/parakeet-tdt-0.6b-v3-onnx"
NLLB = "facebook/nllb-200-distilled-600M"
SMALL = "Systran/faster-whisper-small"
WHISPER = {"config.json": b"{}", "model.bin": b"weights"}
ALIGNER = {
    "config.json": b'{"model_type": "wav2vec2"}',
    "model.safetensors": b"weights",
    "vocab.json": b"{}",
    "preprocessor_config.json": b"{}",
}
REPOSITORIES = {
    GERMAN: ALIGNER,
    FRENCH: ALIGNER,
    HINDI: ALIGNER,
    PARAKEET: {
        "config.json": b"{}",
        "vocab.txt": b"words",
        "encoder-model.int8.onnx": b"weights",
        "decoder_joint-model.int8.onnx": b"weights",
    },
    SMALL: WHISPER,
    NLLB: {"config.json": b'{"model_type": "m2m_100"}', "model.safetensors": b"weights"},
    COMMUNITY: {"config.yaml": b"pipeline:\n"},
}


def recogniser(model="small", **more):
    """A recognition model as it is proposed for German."""
    return Item(role="recognition", model=model, languages=("de",), environments=("whisperx",), **more)


def aligner(model, language):
    """An aligner as it is proposed for a language."""
    return Item(role="aligner", model=model, languages=(language,), environments=("whisperx",))


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    """Nothing of the user's is read or written."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    for name in ("HF_TOKEN", "ORCHESTRATOR_CONFIG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def plain_machine(monkeypatch):
    """Two cores and no GPU, without asking the frameworks, which takes seconds in a new home."""
    monkeypatch.setattr("orchestrator.machine.profile.here", lambda: machine(cores=2, here=True))


@pytest.fixture
def config(tmp_path):
    """The user's configuration file, with a comment."""
    path = tmp_path / "config" / "orchestrator" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("# mine\nbeam_size = 3\n")
    return path


@pytest.fixture
def hub(monkeypatch):
    """Serves the models, with the options of `fake_hub.serve`."""

    @contextmanager
    def serve(repositories=REPOSITORIES, **options):
        with fake_hub.serve(repositories, **{"licence": "apache-2.0", **options}) as address:
            monkeypatch.setenv("HF_ENDPOINT", address)
            yield address

    return serve


@pytest.fixture
def proposed(monkeypatch):
    """Lets the test say what suits the machine."""

    def propose(*items):
        monkeypatch.setattr("orchestrator.setup.suits.items", lambda *_: items)

    return propose
