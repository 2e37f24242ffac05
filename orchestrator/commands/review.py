"""`orchestrator review`: a film and its subtitles side by side in the browser, to be mended."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import webbrowser
from pathlib import Path
from types import FrameType
from typing import Any

from orchestrator.errors import OK, USAGE, FatalError
from orchestrator.films import film_of


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "review",
        help="mend a film's subtitles beside the film, in the browser",
        description="Open the report of the film's last run with editing: text, times, speakers, split, merge, delete. What is saved "
        "holds for every later run. It is served to this machine alone, under an address that holds a key. Ctrl-C ends it.",
    )
    parser.add_argument("film", type=Path)
    parser.add_argument("--port", type=int, default=0, metavar="N", help="default: a free one")
    parser.add_argument(
        "--browser", action=argparse.BooleanOptionalAction, default=True, help="open it (default: yes)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C, or until the page says that it is done; returns the exit status."""
    from orchestrator.review.desk import Desk
    from orchestrator.review.server import Server

    if not 0 <= arguments.port < 65536:
        raise FatalError(f"--port {arguments.port} is none", "1 to 65535, or 0 for a free one", USAGE)
    film = film_of(arguments.film)
    desk = Desk(film)
    if desk.stale:
        print(f"{film.name}: making the subtitles with what was edited since", file=sys.stderr)
        desk.make()
    with Server(desk, arguments.port) as server:
        print(f"{film.name} is open at {server.guard.address}\n  Ctrl-C ends it", flush=True)
        if arguments.browser:
            webbrowser.open(server.guard.address)
        with contextlib.suppress(KeyboardInterrupt), _terminated():
            server.serve_forever(poll_interval=0.2)
        desk.close()
    print("ended; what was saved is kept")
    return OK


@contextlib.contextmanager
def _terminated() -> Any:
    """Ctrl-C, TERM and HUP end it, also where they were ignored by whoever started it."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
