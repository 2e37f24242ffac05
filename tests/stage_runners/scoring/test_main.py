"""The answer of the scoring process."""

import io
import json
import sys

from stage_runners.scoring import main


def test_a_reference_whose_name_is_not_utf8_gets_an_answer(tmp_path, monkeypatch):
    request = {
        "film": "film", "language": "en", "translated": False, "clip": None, "shown": None, "limits": None,
        "hypothesis": [], "references": ["r\udcff.doc"],
    }  # fmt: skip
    (tmp_path / "request.json").write_text(json.dumps(request))
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["main", str(tmp_path / "request.json")])
    monkeypatch.setattr(sys, "stdout", output)
    assert main.main() == 0
    output.flush()
    answer = json.loads(output.buffer.getvalue())
    assert answer["error"]["message"] == "r\udcff.doc: not a reference format"
