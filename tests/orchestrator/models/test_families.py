"""The registry of model families: what each family claims, and a second family of a role in one line."""

from __future__ import annotations

import pytest

from ipc.whisper_languages import LANGUAGES
from orchestrator.errors import FatalError
from orchestrator.models import families, hub, resolve, whisper
from orchestrator.models.family import ModelFamily, by_files
from orchestrator.models.listing import describe
from tests import fake_hub
from tests.orchestrator.models.places import cached, folder

WEIGHTS = {"onnx": ("encoder.onnx",)}
TOY = ModelFamily(
    name="toy",
    claims_name=lambda name: "toy" in name,
    short_names=("toy-small",),
    repositories=lambda name, _device: (f"maker/{name}" if name == "toy-small" else name,),
    weights=WEIGHTS,
    layout_of=by_files(WEIGHTS),
    requires="encoder.onnx of a toy",
    environment="whisperx",
    languages=lambda _name, _folder: frozenset({"en", "cs"}),
)
FILES = {"encoder.onnx": "graph", "vocab.txt": "a b c"}
WHISPER = {"config.json": "{}", "model.bin": "weights"}


@pytest.fixture
def toy(monkeypatch):
    """The line that a second family of a role takes."""
    monkeypatch.setitem(families.ROLES, "recognition", (whisper.FAMILY, TOY))


def test_the_layout_of_a_folder_decides_its_family(toy, tmp_path):
    model = resolve.resolve("recognition", str(folder(tmp_path / "mine", FILES)), offline=True)
    assert (model.role, model.family, model.path) == ("recognition", "toy", tmp_path / "mine")
    assert resolve.on_disk("recognition", str(tmp_path / "mine"))
    assert families.family("recognition", "toy").languages(model.id, model.path) == {"en", "cs"}
    other = resolve.resolve("recognition", str(folder(tmp_path / "other", WHISPER)), offline=True)
    assert other.family == "whisper"


def test_an_unregistered_family_is_not_recognised(tmp_path):
    with pytest.raises(
        FatalError, match="is not a recognition model: it holds no Whisper model in the layout of"
    ):
        resolve.resolve("recognition", str(folder(tmp_path / "mine", FILES)), offline=True)


def test_a_short_name_belongs_to_the_family_that_claims_it(toy):
    snapshot = cached("maker/toy-small", FILES)
    model = resolve.resolve("recognition", "toy-small", offline=True)
    assert (model.family, model.path, model.revision) == ("toy", snapshot, snapshot.name)
    with pytest.raises(FatalError, match="there is no recognition model named 'large-v4'") as caught:
        resolve.resolve("recognition", "large-v4", offline=True)
    assert "toy-small" in caught.value.hint


def test_the_layout_of_a_cached_unclaimed_repository_decides_its_family(toy):
    cached("me/mine", FILES)
    cached("me/other", WHISPER)
    assert resolve.resolve("recognition", "me/mine", offline=True).family == "toy"
    assert resolve.resolve("recognition", "me/other", offline=True).family == "whisper"
    assert {row.name: row.family for row in describe("recognition") if row.where == "Hub cache"} == {
        "me/mine": "toy", "me/other": "whisper",
    }  # fmt: skip


@pytest.mark.env("whisperx")
def test_the_files_of_a_remote_unclaimed_repository_decide_its_family(toy, monkeypatch):
    served = {"me/mine": {name: text.encode() for name, text in FILES.items()}, "me/none": {"README.md": b""}}
    with fake_hub.serve(served) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert resolve.resolve("recognition", "me/mine", offline=False).family == "toy"
        with pytest.raises(FatalError, match=r"model\.bin.*; it holds none of encoder\.onnx"):
            resolve.resolve("recognition", "me/none", offline=False)


def test_a_folder_without_a_family_is_an_error_that_states_what_each_family_needs(toy, tmp_path):
    with pytest.raises(FatalError, match=r"Transformers; it holds no encoder\.onnx of a toy"):
        resolve.resolve("recognition", str(folder(tmp_path / "mine", {"README.md": ""})), offline=True)


@pytest.mark.parametrize("role", families.ROLES)
def test_the_families_of_a_role_have_different_names_and_each_claims_its_own_short_names(role):
    members = families.ROLES[role]
    assert len({member.name for member in members}) == len(members)
    for member in members:
        for name in (short.partition(" ")[0] for short in member.short_names):
            assert families.candidates(role, name) == (member,)
            for device in ("cpu", "cuda", "mps", "mlx"):
                assert all(map(hub.is_repository, member.repositories(name, device)))
                assert member.marks(device)
        for model in member.embedded:
            assert (model.family, families.candidates(role, model.name)) == (member.name, (member,))


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("large-v3", "recognition"), ("me/anything", "recognition"), ("openai/whisper-tiny", "recognition"),
        ("base", "recognition"),
        ("pyannote/segmentation-3.0", "segmentation"), ("me/my-segmentation", "segmentation"),
        ("pyannote/speaker-diarization-3.1", "diarization"), ("campplus", "diarization"),
        ("facebook/wav2vec2-base-960h", "aligner"), ("pocketsphinx", "aligner"),
        ("nllb-200-3.3B", "translation"), ("opus-mt-cs-en", "translation"),
        ("ai4bharat/indictrans2-en-indic-1B", "translation"),
    ],
)  # fmt: skip
def test_a_name_suggests_its_role(name, role):
    assert families.role_of(name) == role


@pytest.mark.parametrize(
    ("config", "is_one"),
    [("{}", True), ('{"model_type": "wav2vec2"}', True), ('{"model_type": "whisper"}', False), ("", True)],
)
def test_a_folder_configured_for_another_network_is_not_an_aligner(tmp_path, config, is_one):
    place = folder(tmp_path / "model", {"config.json": config, "pytorch_model.bin": "weights"})
    assert (families.of_path("aligner", place) is not None) is is_one


@pytest.mark.parametrize(
    ("name", "languages"),
    [
        ("large-v3", {"en"}), ("large-v3-turbo", set()), ("tiny.en", set()), ("distil-large-v3", set()),
        ("opus-mt-cs-en", {"en"}), ("Helsinki-NLP/opus-mt-en-de", {"de"}), ("opus-mt-en-mul", None),
        ("nllb-200-3.3B", None), ("indictrans2-en-indic-1B", None),
    ],
)  # fmt: skip
def test_a_model_name_implies_its_target_languages(name, languages):
    family = families.candidates(families.role_of(name), name)[0]
    assert family.translates_to(name) == languages


@pytest.mark.parametrize(
    ("name", "config", "languages"),
    [
        ("large-v3", "{}", LANGUAGES), ("small.en", "{}", {"en"}), ("distil-small.en", "{}", {"en"}),
        ("mine", '{"vocab_size": 51864}', {"en"}), ("mine", '{"n_vocab": 51865}', LANGUAGES),
    ],
)  # fmt: skip
def test_the_name_or_vocabulary_of_whisper_implies_its_languages(tmp_path, name, config, languages):
    place = folder(tmp_path / "model", {"config.json": config})
    assert whisper.FAMILY.languages(name, place) == languages
