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

_SEARCHED = {"PATH": os.defpath, "LD_LIBRARY_PATH": "", "DYLD_LIBRARY_PATH": ""}
"""Variables that list folders, and what an empty list becomes."""
FILES = 4096
"""Open files that are enough for every stage at once."""


def prepare() -> None:
    """Make descriptors, streams, current folder, HOME, PATH and limits usable. Called once, at the start."""
    streams.occupy_descriptors()
    streams.replace()
    current_folder.leave_if_gone()
    home_folder.set_variable()
    _search_no_current_folder()
    _raise_limit_of_files()
    _allow_own_files()
    stop_requests.heed()


def interpreter_needs_utf8() -> bool:
    """Whether this interpreter reads names in another encoding than the stages, which always use UTF-8.

    Only a new interpreter can change that.
    """
    return sys.getfilesystemencoding() != "utf-8"


def _search_no_current_folder() -> None:
    """Take relative folders out of where programs and their libraries are searched.

    An empty part, as a colon at the end makes it, is the current folder: that may be a stranger's, with a
    program called `ffmpeg` in it. Go's `os/exec` refuses such programs too.
    """
    for variable in _SEARCHED.keys() & os.environ.keys():
        folders = os.environ[variable].split(os.pathsep)
        os.environ[variable] = os.pathsep.join(filter(os.path.isabs, folders)) or _SEARCHED[variable]


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
