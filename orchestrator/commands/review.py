"""`orchestrator review`: serves a film and its subtitles to the browser, to edit them."""

from __future__ import annotations

import argparse
import contextlib
import html
import secrets
import signal
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from orchestrator.errors import OK, STORAGE, USAGE, FatalError
from orchestrator.paths import home
from orchestrator.planning.film_path import film_of
from orchestrator.util import terminal
from orchestrator.util.notices import notice


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "review",
        help="edit a film's subtitles next to the video, in the browser",
        description="Open the report of the film's last whole run that succeeded, for editing: text, times, "
        "speakers; split, merge and delete cues. Later runs keep the saved edits. Only this machine can open "
        "the page, by an address with a secret key. Ctrl-C ends it.",
    )
    parser.add_argument("film", type=Path, metavar="FILM", help="the film, as given to `run`")
    parser.add_argument(
        "--port",
        type=int,
        default=0,
        metavar="N",
        help="port to serve on (default: the film's last one, or a free one)",
    )
    parser.add_argument(
        "--browser", action=argparse.BooleanOptionalAction, default=True, help="open the page (default: yes)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C, or until Done is pressed in the page; returns the exit status."""
    from orchestrator.review.desk import Desk
    from orchestrator.review.server import Server

    if not 0 <= arguments.port < 65536:
        hint = "use 1 to 65535, or 0 for any free port"
        raise FatalError(f"--port {arguments.port}: not a port number", hint, USAGE)
    film = film_of(arguments.film)
    desk = Desk(film)
    if desk.passed_over:
        notice(desk.passed_over)
    if desk.stale:
        terminal.tell(f"{film.name}: updating the subtitles with the latest edits")
        desk.make()
    with desk.in_use(), Server(desk, arguments.port) as server:
        terminal.show(f"{film.name} is open at {server.guard.address}")
        terminal.show("  Ctrl-C ends it")
        sys.stdout.flush()
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.suppress(KeyboardInterrupt))
            stack.enter_context(_terminated())
            if arguments.browser:
                webbrowser.open(stack.enter_context(leading_to(server.guard.address)).as_uri())
            server.serve_forever(poll_interval=0.2)
        desk.close()
    terminal.show("ended; saved edits are kept")
    return OK


@contextlib.contextmanager
def leading_to(address: str) -> Iterator[Path]:
    """Write a page that redirects to `address` and that only this user can read; remove it at the end.

    An address given to the browser's command line would be visible to every user in the list of processes.
    """
    folder = home() / "review"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{secrets.token_hex(8)}.html"
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(_PAGE.format(html.escape(address)), encoding="utf-8")
    except OSError as error:
        raise FatalError(
            f"cannot write in {folder}: {error.strerror}",
            "use --no-browser to only print the address",
            STORAGE,
        ) from error
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={0}"><title>orchestrator review</title></head>
<body><a href="{0}">Open the review page</a></body></html>
"""


@contextlib.contextmanager
def _terminated() -> Any:
    """Raise `KeyboardInterrupt` on Ctrl-C, TERM and HUP, even if the parent process ignored them."""

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
