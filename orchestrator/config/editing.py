"""Changes single keys of the user's configuration file, and leaves every other byte of it as it is.

A changed text counts only if it parses to the same options but for that key, so a file in a style that this
module does not understand (the key within a table, a text over several lines) is refused, and never damaged.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc import atomic
from ipc.parsing import toml_of
from orchestrator.config import files
from orchestrator.errors import USAGE, FatalError
from orchestrator.util.storage_errors import storage_errors

_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A key of the file, the value that it is to have, the present one (None if it is not set), and why."""

    key: str
    value: str
    before: Any = None
    why: str = ""

    @property
    def line(self) -> str:
        """The line of the file."""
        comment = f"  # {self.why}" if self.why else ""
        return f"{self.key} = {json.dumps(self.value, ensure_ascii=False)}{comment}"

    @property
    def shown(self) -> str:
        """The change in a line."""
        return f"{self.key} = {json.dumps(self.value)}" + (f", now {self.before!r}" if self.before else "")


def present(path: Path) -> dict[str, Any]:
    """The values that the file sets, by key with `_`; empty if there is no such file."""
    layer = files.read(path)
    return {key: value.value for key, value in layer.values.items()}


def apply(path: Path, changes: list[Change]) -> None:
    """Write the changes into the file, which is made if it does not exist; its links are followed.

    `FatalError` (usage) if a key cannot be changed without touching others, (storage) if it cannot be
    written.
    """
    place = path.resolve()
    mode = None
    with storage_errors(f"cannot write {path}", "write its lines yourself, or set ORCHESTRATOR_CONFIG"):
        try:
            text = place.read_bytes().decode()
            mode = place.stat().st_mode & 0o777
        except FileNotFoundError:
            text = ""
        files.parse(text.encode(), path)  # raises what reading it would raise
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        new = text.removeprefix(mark)
        for change in changes:
            new = _changed(new, change, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(place, mark + new, mode=mode)


def _changed(text: str, change: Change, path: Path) -> str:
    before = toml_of(text)
    written = next((key for key in before if key.replace("-", "_") == change.key), None)
    new = _replaced(text, written, change) if written else _added(text, change)
    try:
        whole = toml_of(new) == {**before, written or change.key: change.value}
    except ValueError:
        whole = False
    if not whole:
        raise FatalError(f"{path}: {change.key} cannot be changed here", f"write {change.line}", USAGE)
    return new


def _added(text: str, change: Change) -> str:
    """The text with a line for a new key: at its end, or before its first table, which would swallow it."""
    table = _TABLE.search(text)
    head, tail = (text[: table.start()], text[table.start() :]) if table else (text, "")
    end = "\r\n" if "\r\n" in text else "\n"
    gap = end if head and not head.endswith("\n") else ""
    return f"{head}{gap}{change.line}{end}{end if tail else ''}{tail}"


def _replaced(text: str, written: str, change: Change) -> str:
    """The text with the value of its line replaced; what follows the value, such as a comment, stays."""
    value = r"""("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s#"']+)"""
    line = re.compile(rf"^([ \t]*[\"']?{re.escape(written)}[\"']?[ \t]*=[ \t]*){value}", re.MULTILINE)
    quoted = json.dumps(change.value, ensure_ascii=False)
    return line.sub(lambda found: found[1] + quoted, text, count=1)
