"""What was translated before: a file for each film and target language, kept between runs.

After an edit of the transcript, only what changed is translated again: the rest is looked up here, by its own
text (or its stretch of sound), not by what surrounds it. A run without edits only writes the file, so its
result never depends on an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc import atomic, plain_file
from ipc.context import Context
from ipc.parsing import json_of

_LARGEST = 64 << 20
"""Bytes; a film's sentences have some hundred thousand."""
_FORGOTTEN = frozenset({"memory", "recall", "cache", "batch_size", "timeout_s"})
"""Parameters that change no translation."""
Value = Sequence[Any]


class Memory:
    """The translations of one film to one language, by key and by the second at which each begins."""

    def __init__(self, context: Context, inputs: Mapping[str, Path], method: str) -> None:
        """Read the file of `context.params["memory"]`, if those may be recalled (`recall`).

        They are not if another model or other parameters made them, or if the transcript is the same as
        then: whoever translates that again wants new answers.
        """
        from ipc.artifacts import read

        params = context.params
        self._file = Path(params["memory"]) if params.get("memory") else None
        model = {name: context.model.get(name) for name in ("id", "revision")}
        values = {
            name: params[name] for name in params if name not in _FORGOTTEN and not name.startswith("_")
        }
        self._made_by = {"method": method, "model": model, "params": values}
        self._source = [read(inputs[kind], kind).digest for kind in ("segments", "words")]
        self._known = self._read() if params.get("recall") else {}
        self._kept: dict[str, list[list[Any]]] = {}
        self.recalled = 0

    def get(self, key: str, start: float, valid: Callable[[Any], bool]) -> Any:
        """The value with this key that began nearest to `start`; None if there is none that is `valid`."""
        values = [one for one in self._known.get(key, ()) if valid(one[1])]
        if not values:
            return None
        self.recalled += 1
        return min(values, key=lambda one: abs(one[0] - start))[1]

    def known(self) -> list[str]:
        """The keys of what can be recalled, by time."""
        return sorted(self._known, key=lambda key: self._known[key][0][0])

    def keep(self, key: str, start: float, value: Any) -> None:
        """Keep a value (JSON-able) for the next run."""
        self._kept.setdefault(key, []).append([round(start, 3), value])

    def save(self) -> None:
        """Write what was kept instead of what the file had. A file that cannot be written is none."""
        if self._file is not None:
            content = {"made_by": self._made_by, "source": self._source, "translations": self._kept}
            atomic.try_write_json(self._file, content, folder_mode=0o700)

    def _read(self) -> dict[str, list[list[Any]]]:
        if self._file is None:
            return {}
        try:
            content = json_of(plain_file.read(self._file, _LARGEST))
            if content["made_by"] != self._made_by or content["source"] == self._source:
                return {}
            return {
                str(key): values
                for key, values in content["translations"].items()
                if values and all(map(_is_timed, values))
            }
        except (OSError, plain_file.UnusableFileError, ValueError, KeyError, TypeError, AttributeError):
            return {}


def _is_timed(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], int | float)
