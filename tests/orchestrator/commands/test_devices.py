"""`orchestrator devices`, and a plan for a machine from its output."""

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


def test_devices_shows_the_machine_the_probes_and_the_reason_for_each_stage(capsys):
    output = devices(capsys, "--machine", str(MACHINES / "rocm-rx-7900-xtx.json"))
    assert "12 cores, 31 GB, AMD gfx1100 (744c)" in output
    assert "whisperx  cuda        CTranslate2 finds no CUDA device" in output
    assert "whisperx  cuda/torch  AMD Radeon RX 7900 XTX, 24 GB, ROCm 6.4.43482" in output
    assert "asr: cuda is not used: CTranslate2 finds no CUDA device" in output
    assert "Metal" not in output


def test_devices_as_json_has_the_choices_and_the_recommendations(capsys):
    body = json.loads(devices(capsys, "--json", "--machine", str(MACHINES / "gtx-1060-6gb.json")))
    asr = next(row for row in body["stages"] if row["stage"] == "asr")
    assert (asr["device"], asr["env"], asr["compute_type"]) == ("cuda", "whisperx", "int8_float32")
    assert asr["recommended"]["model"] == "large-v3"
    assert asr["ways_out"] == ["cpu"]


def test_a_profile_written_on_one_machine_is_read_on_another(capsys, tmp_path):
    first = devices(capsys, "--json", "--machine", str(MACHINES / "apple-m1-pro-16gb.json"))
    (tmp_path / "mac.json").write_text(first)
    assert devices(capsys, "--json", "--machine", str(tmp_path / "mac.json")) == first


def test_the_profile_of_this_machine_is_read_back(capsys, tmp_path):
    body = json.loads(devices(capsys, "--json"))
    (tmp_path / "this.json").write_text(json.dumps(body))
    again = json.loads(devices(capsys, "--json", "--machine", str(tmp_path / "this.json")))
    assert again["machine"] == body["machine"]


def test_forget_prints_how_many_results_were_deleted(capsys):
    assert devices(capsys, "--forget") == "forgot 0 probe results, 0 device checks, 0 memory limits\n"


def test_a_missing_profile_is_an_error(capsys, tmp_path):
    assert cli.main(["devices", "--machine", str(tmp_path / "no.json")]) == USAGE
    assert "no.json: cannot be read: No such file or directory" in capsys.readouterr().err


def test_a_plan_for_another_machine_shows_the_device_of_each_stage_and_why(capsys, tmp_path):
    film = tmp_path / "film.mkv"
    film.write_bytes(b"a film that nobody opens for a plan")
    assert cli.main(["plan", str(film), "--machine", str(MACHINES / "apple-m1-pro-16gb.json")]) == OK
    output = capsys.readouterr().out
    assert "large-v3-turbo" in output
    assert "asr: mlx: Apple M1 Pro, 11 GB; large-v3-turbo takes about 2.5 GB with eight windows" in output
    assert "is compared with the CPU before first use" in output
