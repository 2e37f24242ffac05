"""What is chosen on machines that are not this one: their frameworks' answers beside device, model, compute type and batch.

`tests/data/machines/table.txt` is the table, a row for each machine and stage; each machine's file says whether it was recorded
there or put together.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator import choosing, machine
from orchestrator import format as fmt
from orchestrator.stages import STAGES

MACHINES = Path(__file__).resolve().parents[1] / "data" / "machines"


def chosen(name):
    """The rows of the table for one machine."""
    on = machine.recorded(MACHINES / f"{name}.json")
    rows = []
    for stage in ("silero_vad", "pyannote_vad", "diarization", "asr", "alignment"):
        found = choosing.choose(STAGES[stage], {}, {}, machine=on, offline=True)
        choice = found.choices[0]
        batch = choice.params.get("batch_size") if STAGES[stage].batch_floor else None
        cells = (choice.backend.device, choice.backend.env, choice.model.id if choice.model else None,
                 choice.params.get("compute_type"), batch, " ".join(c.backend.device for c in found.choices[1:]))  # fmt: skip
        rows.append([name, stage, *(str(cell or "-") for cell in cells)])
    return rows


EXPECTED = [line.split(None, 7) for line in (MACHINES / "table.txt").read_text().splitlines()]


def test_the_table_names_every_machine():
    assert {row[0] for row in EXPECTED[1:]} == {file.stem for file in MACHINES.glob("*.json")}


@pytest.mark.parametrize("name", sorted(file.stem for file in MACHINES.glob("*.json")))
def test_what_is_chosen_is_what_the_table_says(name, monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    found = chosen(name)
    wanted = [row for row in EXPECTED[1:] if row[0] == name]
    assert fmt.table([EXPECTED[0], *found]) == fmt.table([EXPECTED[0], *wanted])


def test_without_and_with_a_token_the_pipeline_is_another(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    on = machine.recorded(MACHINES / "apple-m1-pro-16gb.json")
    models = []
    for token in ("", "hf_token"):
        monkeypatch.setenv("HF_TOKEN", token)
        choice = choosing.choose(STAGES["diarization"], {}, {}, machine=on, offline=True).choices[0]
        models.append((choice.model.id, choice.backend.device))
    assert models == [("campplus", "mps"), (choosing.COMMUNITY, "mps")]


def test_where_torch_sees_a_gpu_and_ctranslate2_none_the_reason_is_said():
    on = machine.recorded(MACHINES / "torch-cuda-ctranslate2-none.json")
    choice = choosing.choose(STAGES["asr"], {}, {}, machine=on, offline=True).choices[0]
    assert choice.why.startswith("cuda: CTranslate2 finds no CUDA device")
