"""A Transformers checkpoint on CUDA or the CPU: converted once for CTranslate2, and computing what it did."""

from __future__ import annotations

import json

import pytest

from ipc.errors import StageError
from orchestrator.models import embedded, families
from stage_runners.whisper.ctranslate2 import weights as asr_ct2_weights
from tests.stage_runners import processes


@pytest.mark.env("whisperx", "models")
def test_a_transformers_checkpoint_is_converted_once_and_computes_the_same(tmp_path):
    tokenizer = embedded.place(families.embedded("recognition", "base")) / "tokenizer.json"
    done = processes.run("whisperx", "tests.stage_runners.whisper.transformers_check", tmp_path, tokenizer)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["difference"] < 0.02  # half-precision weights
    assert found["once"]
    assert {"config.json", "model.bin", "tokenizer.json"} <= set(found["files"])


def test_a_ctranslate2_model_is_used_unchanged(tmp_path):
    (tmp_path / "model.bin").write_text("weights")
    assert asr_ct2_weights.prepared({"path": str(tmp_path), "converted": None}) == tmp_path


def test_a_failed_conversion_is_an_error_and_leaves_no_files(tmp_path, monkeypatch):
    source, kept = tmp_path / "source", tmp_path / "models" / "ctranslate2-1"
    source.mkdir()

    def broken(source, target):
        (target / "model.bin").write_text("half")
        raise StageError("config", f"{source} cannot be converted for CTranslate2: no tokenizer")

    monkeypatch.setattr(asr_ct2_weights, "_convert", broken)
    with pytest.raises(StageError, match="cannot be converted"):
        asr_ct2_weights.prepared({"path": str(source), "converted": str(kept)})
    assert list(kept.parent.iterdir()) == []
