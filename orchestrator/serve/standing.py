"""Keeps what a service does in the background going: an error ends neither it nor the service."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from orchestrator.util import bug_log
from orchestrator.util.notices import say

AGAIN_S = 60.0


async def keep_going(begin: Callable[[], Coroutine[Any, Any, None]], again_s: float = AGAIN_S) -> None:
    """Run what `begin` makes; after an unexpected error, report it, and begin again in `again_s` seconds."""
    while True:
        try:
            await begin()
        except Exception as error:
            say(await asyncio.to_thread(bug_log.reported, sys.argv[1:], error))
            await asyncio.sleep(again_s)
        else:
            return
