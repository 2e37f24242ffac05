"""`orchestrator devices`, and a plan for the machine that it wrote down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator import cli
from orchestrator.errors import OK, USAGE

MACHINES = Path(__file__).resolve().parents[2] / "data" / "machines"


@pytest.fixture(autouse=True)
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return tmp_path


def devices(capsys, *words):
    assert cli.main(["devices", *words]) == OK
    return capsys.readouterr().out


def test_it_shows_the_profile_the_answers_and_every_stage_with_its_reason(capsys):
    said = devices(capsys, "--machine", str(MACHINES / "rocm-rx-7900-xtx.json"))
    assert "12 cores, 31 GB, AMD gfx1100 (744c)" in said
    assert "whisperx  cuda        CTranslate2 finds no CUDA device" in said
    assert "whisperx  cuda/torch  AMD Radeon RX 7900 XTX, 24 GB, ROCm 6.4.43482" in said
    assert "asr: cuda is not used: CTranslate2 finds no CUDA device" in said
    assert "Metal" not in said


def test_as_json_it_has_what_was_chosen_and_what_is_recommended(capsys):
    told = json.loads(devices(capsys, "--json", "--machine", str(MACHINES / "gtx-1060-6gb.json")))
    asr = next(row for row in told["stages"] if row["stage"] == "asr")
    assert (asr["device"], asr["env"], asr["compute_type"]) == ("cuda", "whisperx", "int8_float32")
    assert asr["recommended"]["model"] == "large-v3"
    assert asr["ways_out"] == ["cpu"]


def test_what_it_writes_on_one_machine_is_read_on_another(capsys, tmp_path):
    first = devices(capsys, "--json", "--machine", str(MACHINES / "apple-m1-pro-16gb.json"))
    (tmp_path / "mac.json").write_text(first)
    assert devices(capsys, "--json", "--machine", str(tmp_path / "mac.json")) == first


def test_this_machine_s_own_profile_is_read_back(capsys, tmp_path):
    told = json.loads(devices(capsys, "--json"))
    (tmp_path / "this.json").write_text(json.dumps(told))
    again = json.loads(devices(capsys, "--json", "--machine", str(tmp_path / "this.json")))
    assert again["machine"] == told["machine"]


def test_forgetting_says_how_much_was_forgotten(capsys):
    assert (
        devices(capsys, "--forget")
        == "forgot 0 answers, 0 comparisons with the CPU, 0 lessons about memory\n"
    )


def test_a_file_that_is_not_there_is_a_sentence(capsys, tmp_path):
    assert cli.main(["devices", "--machine", str(tmp_path / "no.json")]) == USAGE
    assert "no.json cannot be read: No such file or directory" in capsys.readouterr().err


def test_a_plan_for_another_machine_says_where_each_stage_runs_there_and_why(capsys, tmp_path):
    film = tmp_path / "film.mkv"
    film.write_bytes(b"a film that nobody opens for a plan")
    assert cli.main(["plan", str(film), "--machine", str(MACHINES / "apple-m1-pro-16gb.json")]) == OK
    said = capsys.readouterr().out
    assert "large-v3-turbo" in said
    assert "asr: mlx: Apple M1 Pro, 11 GB; large-v3-turbo takes about 2.5 GB with eight windows" in said
    assert "is compared with the CPU before first use" in said
