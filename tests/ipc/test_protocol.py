from __future__ import annotations

import json

import pytest

from ipc import protocol
from ipc.errors import ContractError
from ipc.protocol import (
    Cancel,
    Error,
    Heartbeat,
    Load,
    Progress,
    Result,
    Run,
    decode_command,
    decode_event,
    encode,
)

RUN = Run(job="j", params={"language": "हिन्दी"}, inputs={"audio": "/a b"}, outputs={}, output_dir="/o")


@pytest.mark.parametrize(
    "event",
    [
        Progress(phase="decode", done=1.5, total=0),
        Heartbeat(rss=1, peak_rss=2),
        Error(category="input", type="StageError", message="no audio", hint="look"),
    ],
)
def test_an_event_survives_a_round_trip(event):
    line = encode(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_event(line) == event


@pytest.mark.parametrize("command", [Load(params={}, device="cpu"), RUN, Cancel()])
def test_a_command_survives_a_round_trip(command):
    assert decode_command(encode(command)) == command


def test_every_message_carries_the_protocol_version():
    assert json.loads(encode(Cancel()))["v"] == protocol.PROTOCOL


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"Downloading model...\n", "not a message"),
        (b"[]\n", "not a message"),
        (b'{"v":1,"msg":"progress"}\n', "missing fields"),
        (b'{"v":2,"msg":"cancel"}\n', "protocol 2"),
        (b'{"v":1,"msg":"cancel"}\n', "unknown message 'cancel'"),
        (b'{"v":1,"msg":"log","level":"info","message":"m","colour":1}\n', "unknown fields ['colour']"),
    ],
)
def test_an_invalid_event_is_refused_with_the_reason(line, says):
    with pytest.raises(ContractError) as caught:
        decode_event(line)
    assert says in str(caught.value)


def test_an_error_of_unknown_category_is_refused():
    line = encode(Error(category="bad luck", type="X", message="m"))
    with pytest.raises(ContractError, match="bad luck"):
        decode_event(line)


def test_a_result_includes_the_reasons_for_its_degradation():
    result = decode_event(encode(Result(job="j", seconds=1, method="m", degraded=("half",))))
    assert isinstance(result, Result)
    assert list(result.degraded) == ["half"]
