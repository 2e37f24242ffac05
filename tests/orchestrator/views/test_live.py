"""The dashboard on a pseudo-terminal: it appears, changes, and is removed from the screen."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import textwrap

import pytest

HIDE, SHOW, ERASE = "\x1b[?25l", "\x1b[?25h", "\x1b[2K"

SCRIPT = """
import signal, sys, time
from orchestrator.views.live import Dashboard
from tests.orchestrator import synthetic
view = Dashboard()
try:
    for number, (event, state) in enumerate(synthetic.states(synthetic.run())):
        view(event, state)
        if number == 40:
            time.sleep(0.3)
            {middle}
except KeyboardInterrupt:
    pass
finally:
    view.close()
    view.close()
view(event, state)
print("the summary", file=sys.stderr)
"""


def on_a_terminal(middle, **environ):
    """What a script writes on its terminal, 80 x 24, and what on its stdout where that is a pipe."""
    controller, terminal = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "COLUMNS", "LINES"}}
    environment |= {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", "PYTHONUTF8": "1", **environ}
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT).format(middle=middle)],
        stdin=terminal, stdout=subprocess.PIPE, stderr=terminal, env=environment,
    ) as child:  # fmt: skip
        os.close(terminal)
        drawn = b""
        while True:
            try:
                piece = os.read(controller, 65536)
            except OSError:  # Linux says so when the last writer is gone
                break
            if not piece:
                break
            drawn += piece
        printed = child.stdout.read()
    os.close(controller)
    assert child.returncode == 0, drawn.decode()
    return drawn.decode(), printed.decode()


@pytest.mark.parametrize(
    "middle", ["pass", "signal.raise_signal(signal.SIGINT)"], ids=["at the end", "after Ctrl-C"]
)
def test_closing_removes_the_dashboard_and_restores_the_cursor(middle):
    drawn, _ = on_a_terminal(middle)
    assert drawn.count(HIDE) == drawn.count(SHOW) == 1
    picture, after = drawn.split(SHOW)
    assert "pyannote_vad" in picture
    assert after.count(ERASE) >= 15 or picture.rsplit("\n", 1)[-1].count(ERASE) >= 15
    assert "pyannote_vad" not in after
    assert after.rstrip().endswith("the summary")


def test_output_to_a_pipe_stays_in_the_pipe():
    drawn, printed = on_a_terminal("print('data for the next program')")
    assert printed == "data for the next program\n"
    assert "data for" not in drawn


def test_without_colour_the_dashboard_has_no_colour():
    drawn, _ = on_a_terminal("pass", NO_COLOR="1")
    assert "\x1b[32m" not in drawn
    assert "\x1b[36m" not in drawn
    coloured, _ = on_a_terminal("pass")
    assert "\x1b[32m" in coloured
