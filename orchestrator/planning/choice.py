"""One way to run a stage, and all the ways there are: what planning decides and a run follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipc.declaration import Backend
from orchestrator.models.resolve import Model


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One way to run a stage: where, with which model and parameters (nothing left to decide), and why.

    `instead_of` is the model that was wanted, where this way has a smaller one: its result is less than what was asked.
    """

    backend: Backend
    model: Model | None
    params: Mapping[str, Any]
    why: str = ""
    instead_of: str = ""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The ways to run a stage, best first. `refused` says which devices are not used and why, `notes` what else to know."""

    choices: tuple[Choice, ...]
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
