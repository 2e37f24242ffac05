"""Declares what a stranger could do with an option: the job file beside a film may be somebody else's.

An option that declares nothing needs the user's consent (`NEEDS_CONSENT`), so a new option is safe until
somebody says otherwise. `orchestrator.config.consent` asks for it. The threat model is in SECURITY.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def _nothing(_value: Any) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What the job file of a stranger could do by an option.

    `can` completes "it can ..."; it is empty for an option that can neither load code, nor reach the network,
    nor read or write outside the film's folder, whatever its value; if that is a number, it has a most, so
    that no value takes all memory. `harmless` returns whether this value cannot either. If `inside`, a path
    within the film's folder cannot, links followed. If `only_with` names another option, it can only while
    that one is set. If `content`, the user's consent is for what is at the path, and not for the path alone.
    """

    can: str
    harmless: Callable[[Any], bool] = _nothing
    inside: bool = False
    only_with: str = ""
    content: bool = False


NEEDS_CONSENT = Reach(can="do what is not declared to be harmless")
"""The reach of an option that does not declare one."""
HARMLESS = Reach(can="")
MODEL = Reach(
    can="load a model from any folder, or download one",
    harmless=lambda value: value in {"auto", "embedded"},
    content=True,
)
"""An option that names a model: weights are read by code that trusts them more than a text."""
