"""Runs a command at a terminal of 80 columns, and types answers to its questions."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

CTRL_C, CTRL_D = "\x03", "\x04"
COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def run(words, answers=(), *, environ=None, patience=60.0, columns=80):
    """Type each answer when its question appears; returns what the terminal shows, without colours, and the
    exit status.

    `answers` are pairs of a part of what is shown (after the pair before) and the keys to press then.
    """
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "COLUMNS", "LINES"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", *words],
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        env={**kept, "TERM": "xterm-256color", "PYTHONUTF8": "1", **(environ or {})},
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 (this test has no threads)
    )  # fmt: skip
    os.close(terminal)
    shown, seen, left, deadline = "", 0, list(answers), time.monotonic() + patience
    try:
        while True:
            assert time.monotonic() < deadline, shown
            if select.select([controller], [], [], 0.2)[0]:
                try:
                    piece = os.read(controller, 65536)
                except OSError:  # Linux says so when the last writer is gone
                    break
                if not piece:
                    break
                shown = COLOURS.sub("", shown + piece.decode(errors="replace"))
            while left and (at := shown.find(left[0][0], seen)) >= 0:
                seen = at + len(left[0][0])
                os.write(controller, left.pop(0)[1].encode())
        return shown.replace("\r\n", "\n"), process.wait(30)
    finally:
        process.kill()
        process.wait()
        os.close(controller)
