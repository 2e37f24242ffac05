"""While environments are taken to stay as they are, their files are read once."""

from __future__ import annotations

import json

from orchestrator.environments import registry


def test_an_environment_is_read_once_while_it_is_taken_to_stay_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_ENVS", str(tmp_path))
    folder = tmp_path / "media"
    folder.mkdir()
    state = folder / ".state.json"
    state.write_text(json.dumps({"packages": {"av": "1"}}))
    with registry.unchanged():
        assert registry.locked("media") == {}
        assert registry.state("media")["packages"] == {"av": "1"}
        state.write_text("{}")
        assert registry.state("media")["packages"] == {"av": "1"}
    assert registry.state("media") == {}
