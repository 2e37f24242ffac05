"""The choices on other machines: device, model, compute type and batch size by the frameworks' answers.

`tests/data/machines/table.txt` has a row for each machine and stage; each machine's file states whether it
was recorded on a real machine or composed.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.errors import FatalError
from orchestrator.machine import profile
from orchestrator.planning import choices
from orchestrator.planning.choice import Refusal
from orchestrator.stages.catalog import STAGES
from orchestrator.util import text as fmt

MACHINES = Path(__file__).resolve().parents[2] / "data" / "machines"
STAGES_ASKED = {
    "silero_vad": {},
    "pyannote_vad": {},
    "diarization": {"diarize_model": "embedded"},
    "diarization/community-1": {"diarize_model": choices.COMMUNITY},
    "asr": {},
    "alignment": {},
    "alignment/wav2vec2": {"align_model": "facebook/wav2vec2-base-960h"},
}
"""Rows of the table: a stage, and what is asked of it after the stroke."""


def chosen(name):
    """The rows of the table for one machine, by the way that a plan takes."""
    on = profile.recorded(MACHINES / f"{name}.json")
    rows = []
    for row, asked in STAGES_ASKED.items():
        stage = STAGES[row.partition("/")[0]]
        found = choices.choose(stage, asked, {}, machine=on, offline=True)
        choice = found.choices[0]
        batch = choice.params.get("batch_size") if stage.batch_floor else None
        cells = (
            choice.device,
            choice.backend.env,
            choice.model.id if choice.model else None,
            choice.params.get("compute_type"),
            batch,
            " ".join(c.backend.device for c in found.choices[1:]),
        )
        rows.append([name, row, *(str(cell or "-") for cell in cells)])
    return rows


EXPECTED = [line.split(None, 7) for line in (MACHINES / "table.txt").read_text().splitlines()]
NAMES = sorted(file.stem for file in MACHINES.glob("*.json"))


def test_the_table_names_every_machine():
    assert {row[0] for row in EXPECTED[1:]} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_choices_match_the_table(name, monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    wanted = [row for row in EXPECTED[1:] if row[0] == name]
    assert fmt.table([EXPECTED[0], *chosen(name)]) == fmt.table([EXPECTED[0], *wanted])


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_states_its_origin_and_survives_a_round_trip(name, tmp_path):
    body = json.loads((MACHINES / f"{name}.json").read_text())
    assert body["about"].startswith(("recorded on ", "put together from what others published, not recorded"))
    on = profile.recorded(MACHINES / f"{name}.json")
    again = tmp_path / "again.json"
    again.write_text(json.dumps({"machine": on.to_json()}))
    assert profile.recorded(again) == on


@pytest.mark.parametrize("name", NAMES)
def test_every_used_accelerator_has_a_reason_and_every_failing_one_is_reported(name):
    on = profile.recorded(MACHINES / f"{name}.json")
    for stage in (STAGES["pyannote_vad"], STAGES["diarization"], STAGES["asr"]):
        found = choices.choose(stage, {}, {}, machine=on, offline=True)
        if found.choices[0].backend.device != "cpu":
            assert found.choices[0].why
        failing = [
            b.device
            for b in stage.backends
            if b.takes("", stage.first_family) and on.expects(b.device) and on.of(b).why_not
        ]
        assert [refusal.device for refusal in found.refused] == failing


def test_alignment_by_a_network_takes_a_gpu_that_recognition_cannot():
    on = profile.recorded(MACHINES / "rocm-rx-7900-xtx.json")
    devices = [row[2] for row in chosen("rocm-rx-7900-xtx") if row[1] in {"asr", "alignment/wav2vec2"}]
    assert devices == ["cpu", "cuda"]
    choice = choices.choose(STAGES["pyannote_vad"], {}, {}, machine=on, offline=True).choices[0]
    assert "is compared with the CPU before first use" in choice.why


def test_a_request_for_a_missing_gpu_is_refused_with_the_reason():
    on = profile.recorded(MACHINES / "plain-cpu.json")
    with pytest.raises(FatalError) as caught:
        choices.choose(STAGES["asr"], {}, {"asr": "cuda"}, machine=on, offline=True)
    assert "asr cannot use cuda here: no NVIDIA or AMD device was detected" in caught.value.message


def test_a_hugging_face_token_selects_the_pyannote_pipeline(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    on = profile.recorded(MACHINES / "apple-m1-pro-16gb.json")
    models = []
    for token in ("", "hf_token"):
        monkeypatch.setenv("HF_TOKEN", token)
        choice = choices.choose(STAGES["diarization"], {}, {}, machine=on, offline=True).choices[0]
        models.append((choice.model.id, choice.backend.device))
    assert models == [("campplus", "mps"), (choices.COMMUNITY, "mps")]


def test_the_reason_is_given_if_torch_sees_a_gpu_and_ctranslate2_does_not():
    on = profile.recorded(MACHINES / "torch-cuda-ctranslate2-none.json")
    found = choices.choose(STAGES["asr"], {}, {}, machine=on, offline=True)
    assert found.refused == (Refusal("cuda", "CTranslate2 finds no CUDA device"),)
