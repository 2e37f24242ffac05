"""The thread pools of numerical libraries, in a process that goes on as another stage with other threads."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from ipc.errors import ContractError

VARIABLE = "OMP_NUM_THREADS"


def resize(variables: Mapping[str, str]) -> None:
    """Give the pools of the libraries that are loaded the number of threads in `variables`, if it is there.

    The libraries read their variables only when they are loaded. A runner sets the threads of its framework
    itself; this sets those of numpy's and scipy's BLAS and of OpenMP. `ContractError` if numpy is loaded and
    the environment lacks threadpoolctl: the orchestrator asks for this only where it is locked.
    """
    if VARIABLE not in variables or "numpy" not in sys.modules:
        return
    try:
        import threadpoolctl
    except ImportError as error:
        raise ContractError("threads cannot be changed: threadpoolctl is not installed") from error
    threadpoolctl.threadpool_limits(int(variables[VARIABLE]))
