"""pyannote pipelines from strangers: none of them runs code, and each refusal names what it wanted to run."""

from __future__ import annotations

import json

import pytest

from tests.stage_runners.voices import check

pytestmark = [pytest.mark.env("pyannote", "models"), pytest.mark.slow]

REFUSED = {
    "function": "would run os.system, which is not pyannote's SpeakerDiarization",
    "module": "would run beside.Evil",
    "preprocessor": "would run the preprocessors beside.Evil",
    "yaml": "python/object/apply:os.system",
    "architecture": "would run beside.Evil, which is not one of pyannote's networks",
    "module of pyannote": "SSeRiouSS, which is not one of pyannote's networks",
    "speechbrain": "would run the code of another library",
    "nobody": "would run None",
    "checkpoint: zip": "would run posix.system",
    "checkpoint: plain": "would run posix.system",
    "checkpoint: plain with torch's number": "would run posix.system",
    "checkpoint: STACK_GLOBAL": "not a pickle of weights alone",
    "checkpoint: INST": "not a pickle of weights alone",
    "checkpoint: tar": "cannot be read without running code",
    "checkpoint: TorchScript": "a TorchScript archive, which holds code",
    "plda": "allow_pickle=False",
    "depth": "cannot be read",
    "way out": "leads out of its folder",
    "revision": "leads out of its folder",
    "packed plda": "xvec_transform.npz: refused, because it would unpack to 0.2 GB",
}


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """What each pipeline was told, and whether the canary was touched."""
    folder = tmp_path_factory.mktemp("hostile")
    return json.loads(check("diarization.hostile_check", folder / "models", folder / "canary"))


def test_no_pipeline_runs_what_its_files_name(tried):
    assert tried["told"].keys() >= REFUSED.keys()
    assert not tried["run"]


def test_the_canary_would_have_been_touched_by_a_trusted_pipeline(tried):
    assert tried["run if trusted"], tried["trusted"]


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_the_file_and_what_it_would_run(tried, name):
    said = tried["told"][name]
    assert said.startswith("config: /")
    assert REFUSED[name] in said
    assert "\n" not in said


def test_a_refusal_names_the_option_that_would_allow_it(tried):
    for name in ("function", "preprocessor", "architecture", "checkpoint: zip"):
        assert "--trust-model-code" in tried["told"][name]


def test_lightning_s_instantiator_in_a_checkpoint_is_not_called(tried):
    assert tried["told"]["instantiator"] != ""  # it loads, or fails for another reason
    assert "Evil" not in tried["told"]["instantiator"]
