"""The manifest of a result: how it was made, and where its outputs are."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ipc import json_text
from ipc.parsing import json_of

_SHORT = 24
"""Characters of a value that a reason shows."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
"""The digest of a file's content among the ingredients."""
_LABELS = {
    "library": "the voice library",
    "edits": "the file of edits",
    "cast": "the cast file",
    "text": "the text",
}
"""Words for files whose parameter has a name that users do not know."""


@dataclass(frozen=True, kw_only=True)
class OutputRecord:
    """One output: `path` is relative to the entry's folder, or absolute if external; `size` in bytes."""

    kind: str
    path: str
    digest: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A stage's result. `ingredients` determine its key; `seconds` is the processing time."""

    stage: str
    version: int
    ingredients: Mapping[str, Any]
    outputs: Mapping[str, OutputRecord]
    seconds: float
    env: str = ""
    device: str = ""
    compute_type: str = ""
    method: str = ""
    model: str = ""
    revision: str = ""
    degraded: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    peak_memory: int = 0
    created: float = 0.0
    tool: str = ""

    @property
    def transient(self) -> str:
        """Why the result is provisional (no network, for example); empty for a final one."""
        return str(self.facts.get("transient") or "")

    def to_json(self) -> str:
        """The manifest as JSON text."""
        return json_text.dumps(dataclasses.asdict(self), indent=1, default=str) + "\n"

    @staticmethod
    def from_json(text: str | bytes) -> Manifest:
        """Read a manifest; `ValueError` names the place of an error in the text."""
        import msgspec

        return msgspec.convert(json_of(text), Manifest)


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], ignore: frozenset[str] = frozenset()
) -> list[str]:
    """What changed between the ingredients of two results, for the user.

    Such as `language: en -> de`, `audio changed`.
    """
    words = []
    for name in dict.fromkeys([*new, *old]):
        before, after = old.get(name), new.get(name)
        if name in ignore or before == after:
            continue
        label = _LABELS.get(name, name.removeprefix("input "))
        if name.startswith("input "):
            words.append(f"{label} {_change(name in old, name in new)}")
        elif any(_DIGEST.fullmatch(str(value or "")) for value in (before, after)):
            words.append(f"{label} {_change(bool(before), bool(after))}")
        else:
            words.append(f"{label}: {' -> '.join(_short(before, after))}")
    return words


def _change(before: bool, after: bool) -> str:
    """What happened to a file or an input that existed `before`, `after`, or both."""
    if before and after:
        return "changed"
    return "was added" if after else "was removed"


def _short(old: Any, new: Any) -> tuple[str, str]:
    """Both values; long ones are cut to where they differ."""
    texts = ["none" if value is None else str(value) for value in (old, new)]
    same = next((at for at, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    first = same - 4 if same >= _SHORT - 4 and max(map(len, texts)) > _SHORT else 0
    cut = [text if len(text) <= _SHORT else _cut(text, first) for text in texts]
    return cut[0], cut[1]


def _cut(text: str, first: int) -> str:
    piece = text[first : first + _SHORT]
    return f"{'...' if first else ''}{piece}{'...' if first + _SHORT < len(text) else ''}"
