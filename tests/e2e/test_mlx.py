"""A whole run with voice activity and Whisper on MLX, which on Linux computes on the CPU.

The diarization on MLX is compared with the CPU's by tests/stage_runners/frameworks/test_mlx_networks.py.
"""

from __future__ import annotations

import difflib
import json

import pytest

from tests.e2e.conftest import CLIP, stored

pytestmark = pytest.mark.env("mlx")

ON_MLX = ("--device", "asr=mlx,pyannote_vad=mlx", "--no-prestart")


def words(folder):
    found = json.loads((folder / "demo.json").read_text())
    return [plain(word["word"]) for segment in found["segments"] for word in segment["words"]]


def plain(word):
    return word.lower().strip(".,?!")


def test_a_film_subtitled_on_mlx_matches_the_cpu_result_and_reports_its_devices(
    finished, program, film, made, tmp_path
):
    del finished
    options = (film, *CLIP, "--model", "tiny.en", "--compute-type", "float32")
    program("run", *options, "--until", "asr", "-o", tmp_path / "cpu")
    expected = [plain(row["text"]) for row in stored(program, "asr", "words").rows()]
    done = program("run", *options, "-o", tmp_path, *ON_MLX)
    rows = {stage["stage"]: stage for stage in program.report()["films"][0]["stages"]}
    accelerated = ("silero_vad", "pyannote_vad", "asr", "alignment")
    assert {name: rows[name]["device"] for name in accelerated} == {
        "silero_vad": "cpu", "pyannote_vad": "mlx", "asr": "mlx", "alignment": "cpu",
    }  # fmt: skip
    assert "pyannote_vad: mlx passed the device check" in done.stderr
    assert not any(stage["fallbacks"] or stage["degraded"] for stage in rows.values())
    got = words(tmp_path)
    assert len(expected) > 20
    changes = difflib.SequenceMatcher(None, expected, got, autojunk=False).get_opcodes()
    assert sum(max(b - a, d - c) for kind, a, b, c, d in changes if kind != "equal") <= 2
    assert (tmp_path / "demo.rttm").read_text() == (made.clip / "demo.rttm").read_text()
    assert (tmp_path / "demo.subtitled.mkv").stat().st_size > 10_000

    again = program("run", *options, "-o", tmp_path, *ON_MLX)
    assert "comparing" not in again.stderr
    assert set(program.how().values()) == {"cached"}
