"""Puts right what the process inherited, before it does anything else.

A service, a cron job or a container may start the program without standard streams, without HOME, in a folder
that was removed, or with limits that no film fits into.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys

from orchestrator.surroundings import current_folder, home_folder, stop_requests, streams

FILES = 4096
"""Open files that are enough for every stage at once."""


def prepare() -> None:
    """Make descriptors, streams, current folder, HOME and limits usable. Called once, at the very start."""
    streams.occupy_descriptors()
    streams.replace()
    current_folder.leave_if_gone()
    home_folder.set_variable()
    _raise_limit_of_files()
    _allow_own_files()
    stop_requests.heed()


def interpreter_needs_utf8() -> bool:
    """Whether this interpreter reads names in another encoding than the stages, which always use UTF-8.

    Only a new interpreter can change that.
    """
    return sys.getfilesystemencoding() != "utf-8"


def _raise_limit_of_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a Mac may allow less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _allow_own_files() -> None:
    """Let the program read what it writes, whatever the umask."""
    mask = os.umask(0)
    os.umask(mask & ~0o700)
