"""The user's limits on the number of speakers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipc.errors import StageError


@dataclass(frozen=True)
class Limits:
    """The number of speakers: at least `least`, at most `most` (None: no limit)."""

    least: int = 1
    most: int | None = None

    @property
    def exact(self) -> int | None:
        """The exact number of speakers if it is given."""
        return self.least if self.least == self.most else None


def limits(params: Mapping[str, Any]) -> Limits:
    """The limits of num_speakers, min_speakers, max_speakers; `StageError("config")` if they contradict."""
    given = {
        name: None if params.get(name) is None else int(params[name])
        for name in ("num_speakers", "min_speakers", "max_speakers")
    }
    for name, value in given.items():
        if value is not None and value < 1:
            raise StageError("config", f"{_option(name)} {value}: must be at least 1")
    exact, least, most = given["num_speakers"], given["min_speakers"], given["max_speakers"]
    if (
        (least is not None and most is not None and least > most)
        or (exact is not None and least is not None and exact < least)
        or (exact is not None and most is not None and exact > most)
    ):
        options = ", ".join(f"{_option(name)} {value}" for name, value in given.items() if value is not None)
        raise StageError(
            "config", f"{options}: these options contradict each other", "use one of them, or a valid range"
        )
    return Limits(exact or least or 1, exact or most)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
