"""Watches the folders: looks at the start, when the kernel tells of a change, and now and then."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

from watchfiles import awatch

from orchestrator.errors import FatalError
from orchestrator.serve import watch
from orchestrator.serve.watch import Watch
from orchestrator.util import terminal

_OFTEN_S, _SELDOM_S = 60.0, 900.0
"""Between two looks: where the kernel does not tell of changes, and elsewhere, in case it lost one."""
_REST_S = 5.0
"""At least between two looks, however much changes."""


async def follow(one: Watch) -> None:
    """Look whenever there is a reason to, until cancelled."""
    changed, told_of = asyncio.Event(), set[str]()
    told = asyncio.ensure_future(_told(one, changed))
    often = any([await asyncio.to_thread(watch.needs_looking, folder) for folder in one.folders])
    try:
        while True:
            changed.clear()
            again: float | None = None
            try:
                again = await asyncio.to_thread(one.look)
                _say(one, told_of)
            except (FatalError, OSError) as error:  # a disk that is not there now
                terminal.tell(f"orchestrator: a watched folder cannot be searched: {error}")
            await asyncio.sleep(_REST_S if again is None else min(_REST_S, again))
            usual = _OFTEN_S if often else _SELDOM_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), min(again or usual, usual))
    finally:
        told.cancel()


def _say(one: Watch, told_of: set[str]) -> None:
    """Say what the first look found, what the first one at whole films did, and later what is new."""
    looked = one.looked
    if looked is None:
        return
    occasion = "begun" if looked.growing else "judged"
    if occasion in told_of and not looked.new:
        return
    told_of.add(occasion)
    terminal.show(f"watching {', '.join(map(str, one.folders))}: {looked.words()}")
    sys.stdout.flush()


async def _told(one: Watch, changed: asyncio.Event) -> None:
    """Set `changed` when something that may be a film changed."""
    while True:
        there = [folder for folder in one.folders if folder.is_dir()]
        try:
            async for changes in awatch(*there, recursive=True, ignore_permission_denied=True):
                if any(one.concerns(Path(path)) for _, path in changes):
                    changed.set()
        except (OSError, RuntimeError) as error:  # too many folders for the kernel: the clock is left
            terminal.tell(f"orchestrator: changes in folders are found every few minutes only: {error}")
        await asyncio.sleep(_SELDOM_S)
