"""docs/events.md and docs/run-json.md say what there is."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from orchestrator.run_state import events as state
from orchestrator.run_state import run_json
from tests.orchestrator import synthetic

DOCS = Path(__file__).resolve().parents[3] / "docs"
COMMON = {"time", "film", "step"}


def events():
    found, open_ = [], [state.RunEvent]
    while open_:
        cls = open_.pop()
        children = cls.__subclasses__()
        open_ += children
        found += [] if children else [cls]
    return found


def test_every_event_is_documented_with_every_field():
    rows = {}
    for line in (DOCS / "events.md").read_text().splitlines():
        if match := re.match(r"\| `(\w+)` \|", line):
            rows[match[1]] = set(re.findall(r"`(\w+)`", line))
    for cls in events():
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        assert name in rows, f"docs/events.md does not tell of {name}"
        missing = {field.name for field in dataclasses.fields(cls)} - COMMON - rows[name]
        assert not missing, f"docs/events.md does not tell of {sorted(missing)} in {name}"
    assert len(rows) == len(events())


def test_every_field_of_run_json_is_documented():
    text = (DOCS / "run-json.md").read_text()
    body = run_json.summary(synthetic.last(synthetic.run(failing="asr")), status=1)
    fields = {*body, *body["films"][0], *body["machine"], *body["films"][0]["stages"][0], "error"}
    assert not {name for name in fields if f"`{name}`" not in text}
