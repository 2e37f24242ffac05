"""pyannote's pipelines: when one is complete, and the parts that it takes from other repositories."""

from __future__ import annotations

import pytest

from orchestrator.errors import FatalError
from orchestrator.models import hub
from orchestrator.models import resolve as models
from orchestrator.models.listing import describe
from tests import fake_hub
from tests.orchestrator.models.places import cached, folder

PIPELINE = (
    "pipeline:\n  params:\n    embedding: me/voices\n    segmentation: me/frames\n    plda: $model/plda\n"
)
OWN = "pipeline:\n  params:\n    segmentation: $model/segmentation\n"
WEIGHTS = {"pytorch_model.bin": "weights"}


def test_a_network_is_not_a_pipeline_and_a_pipeline_needs_all_its_folders():
    cached("me/network", {"config.yaml": "task:\n  x: 1\nmodel:\n  y: 2\n", **WEIGHTS})
    assert not models.on_disk("diarization", "me/network")
    assert "me/network" not in [row.name for row in describe("diarization")]
    place = cached("me/own", {"config.yaml": OWN})
    assert not models.on_disk("diarization", "me/own")
    folder(place / "segmentation", WEIGHTS)
    assert models.on_disk("diarization", "me/own")


def test_the_parts_of_a_pipeline_in_a_folder_are_needed_as_well(tmp_path):
    place = folder(tmp_path / "mine", {"config.yaml": "pipeline:\n  params:\n    segmentation: me/frames\n"})
    assert not models.on_disk("diarization", str(place))
    with pytest.raises(
        FatalError, match="me/frames, which this diarization model needs, is not on this disk"
    ):
        models.resolve("diarization", str(place), offline=True)
    cached("me/frames", WEIGHTS)
    assert models.resolve("diarization", str(place), offline=True).path == place


def test_the_revision_of_a_pipeline_includes_those_of_its_parts():
    cached(
        "me/diarization", {"config.yaml": PIPELINE.replace("    plda: $model/plda\n", "")}, commit="c0ffee"
    )
    revisions = []
    for commit in ("one", "two"):
        for part in ("me/voices", "me/frames"):
            cached(part, WEIGHTS, commit=commit, main=True)
        revisions.append(models.resolve("diarization", "me/diarization", offline=True).revision)
    assert revisions == ["c0ffee+one+one", "c0ffee+two+two"]


@pytest.mark.env("pyannote")
def test_the_parts_are_downloaded_with_the_pipeline(monkeypatch):
    served = {
        "me/diarization": {"config.yaml": PIPELINE.encode(), "plda/plda.npz": b"p"},
        "me/voices": {"pytorch_model.bin": b"v"},
        "me/frames": {"pytorch_model.bin": b"f"},
    }
    with fake_hub.serve(served) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        models.resolve("diarization", "me/diarization", offline=False)
    for part in ("me/voices", "me/frames"):
        assert hub.cached(part, "", lambda place: (place / "pytorch_model.bin").is_file())
    assert hub.remove("me/voices")
    with pytest.raises(
        FatalError, match="me/voices, which this diarization model needs, is not on this disk"
    ):
        models.resolve("diarization", "me/diarization", offline=True)


@pytest.mark.env("pyannote")
def test_a_repository_without_a_pipeline_is_rejected_before_anything_is_downloaded(monkeypatch):
    requested: list[str] = []
    with fake_hub.serve({"me/other": {"README.md": b""}}, asked=requested) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(FatalError, match=r"me/other is not a diarization model.*none of config\.yaml"):
            models.resolve("diarization", "me/other", offline=False)
    assert requested == []
