"""A process that behaves badly: scripts of the shell in the place of the installation's interpreter."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from orchestrator import SubtitleError, subtitle
from orchestrator.api import call, process

RESULT = (
    '{"result":{"film":"/a.mkv","outcome":"done","language":"","degraded":[],"files":[],"cues":[],'
    '"translations":{},"words":[],"speakers":[],"doubts":[],"chapters":[],"notes":[]},"error":null}'
)


@pytest.fixture
def pretend(tmp_path, monkeypatch):
    """Let a script of the shell be the process of the next call."""

    def write(script: str) -> Path:
        python = tmp_path / "python"
        python.write_text(f"#!/bin/sh\ncd {tmp_path}\n{script}\n")
        python.chmod(python.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(call, "_python", lambda: python)
        return tmp_path

    return write


def gone(file: Path) -> bool:
    number = int(file.read_text())
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


def test_events_reach_the_callback_as_they_come_and_what_is_printed_besides_becomes_notices(pretend, capfd):
    pretend(
        'printf \'{"event":"step_progress","time":5,"film":0,"step":"asr","phase":"decode","done":3,\'\n'
        'printf \'"total":4,"unit":"s"}\\n{"event":"run_ended","time":6,"outcome":"done"}\\n\'\n'
        "echo 'orchestrator: a notice' >&2\necho '  and its hint' >&2\n"
        f"echo '{RESULT}'"
    )
    seen = []
    result = subtitle("a.mkv", on_event=seen.append)
    assert [(one.name, one.stage, one.time, one.fraction) for one in seen] == [
        ("step_progress", "asr", 5.0, 0.75),
        ("run_ended", "", 6.0, None),
    ]
    assert [str(one) for one in seen] == ["asr: decode 3 of 4 s", "run done"]
    assert result.notices == ("a notice", "and its hint")
    assert result.film == Path("/a.mkv")
    assert capfd.readouterr() == ("", "")


def test_a_process_that_dies_without_a_word_is_an_error_with_its_last_lines(pretend):
    pretend("echo one >&2; echo two >&2; kill -9 $$")
    with pytest.raises(SubtitleError, match=r"ended \(exit status -9\) \(one; two\)") as raised:
        subtitle("a.mkv")
    assert raised.value.category == "crash"
    assert raised.value.result is None


def test_a_process_that_cannot_read_its_request_any_more_is_an_error_too(pretend):
    pretend("exec 0<&-; sleep 0.3; echo gone >&2; exit 9")
    with pytest.raises(SubtitleError, match="exit status 9"):
        subtitle("a.mkv", speakers="X=" + "y" * 200_000)  # more than a pipe holds


def test_the_callbacks_exception_is_the_callers_and_the_process_has_ended_then(pretend):
    folder = pretend('echo $$ > pid\necho \'{"event":"run_started"}\'\ncat > rest')

    def stop(event):
        raise LookupError(event.name)

    with pytest.raises(LookupError, match="run_started"):
        subtitle("a.mkv", on_event=stop)
    assert gone(folder / "pid")


def test_a_cancelled_call_tells_the_process_to_stop_and_reads_what_it_says_then(pretend):
    pretend(
        "cat > rest\n"
        'echo \'{"result":null,"error":{"message":"stopped on request","hint":"","category":"cancelled"}}\''
    )
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    with pytest.raises(SubtitleError) as raised:
        subtitle("a.mkv", cancel=cancel)
    assert raised.value.category == "cancelled"
    assert str(raised.value) == "stopped on request"


def test_a_process_that_does_not_stop_is_killed(pretend, monkeypatch):
    monkeypatch.setattr(process, "_PATIENCE_S", 0.3)
    folder = pretend("echo $$ > pid\nexec sleep 60")
    cancel = threading.Event()
    cancel.set()
    began = time.monotonic()
    with pytest.raises(SubtitleError, match="exit status -9"):
        subtitle("a.mkv", cancel=cancel)
    assert time.monotonic() - began < 20
    assert gone(folder / "pid")


def test_a_copy_of_the_package_says_that_it_is_no_installation(monkeypatch, tmp_path):
    monkeypatch.setattr(call, "checkout", lambda: tmp_path)
    with pytest.raises(SubtitleError, match=r"no installation .*install\.sh") as raised:
        subtitle("a.mkv")
    assert raised.value.category == "env"
