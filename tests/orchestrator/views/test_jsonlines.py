"""The events of a run as lines of JSON."""

import io
import json

from orchestrator.errors import INPUT, FatalError
from orchestrator.util import terminal
from orchestrator.views import jsonlines


def test_a_refusal_stays_json_when_it_is_printed_whatever_the_films_name_is():
    name = "f\udcff\x85\u202e\x1b\n.mkv"
    printed = io.StringIO()
    terminal.line(printed, jsonlines.refusal(FatalError(f"{name}: file not found", "check the name", INPUT)))
    event = json.loads(printed.getvalue())
    assert event["error"] == {"message": f"{name}: file not found", "hint": "check the name"}
    assert (event["event"], event["outcome"], event["exit_status"]) == ("run_ended", "refused", INPUT)
