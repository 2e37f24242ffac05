"""Names this system as processes see it, so that a process id is only looked up where it means something.

Two machines may share a folder, and so may two containers of one machine: a process id that one of them wrote
there says nothing in the other. Standard library only, because the stages' environments use it too; what is
slow to import is imported where it is needed, because every command starts here.
"""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path


@functools.cache
def tag() -> str:
    """Eight hexadecimal digits for the present boot of this machine and its namespace of processes.

    If the system names no boot, they are this process's own: then no other process counts as one of here.
    """
    import hashlib

    boot = _boot() or os.urandom(16).hex()
    name = f"{boot} {os.uname().nodename} {_namespace()}"
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:8]


def is_gone(pid: int) -> bool:
    """Return whether no process of this system has the id `pid`."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _boot() -> str:
    """What the kernel calls the present boot; empty if it does not say."""
    if sys.platform == "darwin":
        return _of_mac("kern.bootsessionuuid")
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (OSError, ValueError):
        return ""


def _namespace() -> str:
    """The namespace in which process ids are counted: each container has its own."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _of_mac(name: str) -> str:
    import ctypes

    buffer, size = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
    try:
        failed = ctypes.CDLL(None).sysctlbyname(name.encode(), buffer, ctypes.byref(size), None, 0)
    except (OSError, AttributeError):
        return ""
    return "" if failed else buffer.value.decode(errors="replace")
