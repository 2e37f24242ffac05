"""A file's name that is not UTF-8 survives JSON, and so every message and every record of a run."""

from __future__ import annotations

import json

from ipc import json_text
from ipc.protocol import Log, decode_event, encode

NAME = "चल caf\udce9.mkv"


def test_json_can_be_encoded_and_gives_the_same_name():
    text = json_text.dumps({"film": NAME})
    assert text == '{"film": "चल caf\\udce9.mkv"}'
    assert json.loads(text.encode()) == {"film": NAME}


def test_a_message_with_such_a_name_crosses_the_process_boundary():
    assert decode_event(encode(Log(level="info", message=NAME)).rstrip()).message == NAME
