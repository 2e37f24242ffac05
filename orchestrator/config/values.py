"""What one place says about the options: each value, where it was set, and in which words; and the checks of a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.config.options import Option
from orchestrator.errors import USAGE, FatalError

WORDS = {
    "1": True, "true": True, "yes": True, "on": True,
    "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Value:
    """A value, the place that sets it (`environment WHISPER_MODEL`), and the words that set it (`WHISPER_MODEL=base`).

    A value of None counts too: places of lower rank are then ignored, and the option stays at its default.
    """

    value: Any
    source: str
    words: str

    @property
    def place(self) -> str:
        """The place in few words: a file's name, a variable or an option with its value."""
        return _place(self.source, self.words)


@dataclass(frozen=True, kw_only=True)
class DeviceRequest:
    """Devices requested for a stage: the first of `devices` that can be used; none: the stage's own order.

    `firm` is false where a stage that has no such backend keeps its own order. `gpu` is true where a framework that only
    computes on this CPU does not count. `source` and `words` are as in `Value`.
    """

    devices: tuple[str, ...]
    source: str
    words: str
    firm: bool = True
    gpu: bool = False

    @property
    def place(self) -> str:
        """The place in few words."""
        return _place(self.source, self.words)

    @property
    def text(self) -> str:
        """The devices as a user reads them."""
        return " or ".join(self.devices) or "auto"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """All that one place sets: values by the options' keys, device requests by stage (under the empty name for all)."""

    values: Mapping[str, Value] = field(default_factory=dict)
    devices: Mapping[str, DeviceRequest] = field(default_factory=dict)


def _place(source: str, words: str) -> str:
    return words if source.startswith(("environment", "--")) else source


def from_text(option: Option, text: str, source: str, words: str) -> Value:
    """The value that a text gives an option; `FatalError` that quotes `words` where it gives none."""
    if option.type is bool:
        if text.strip().lower() not in WORDS:
            raise wrong(words, "not yes or no", "use true or false")
        return Value(value=WORDS[text.strip().lower()], source=source, words=words)
    if option.type in (int, float):
        try:
            number = option.type(text)
        except ValueError as error:
            kind = "a whole number" if option.type is int else "a number"
            raise wrong(words, f"not {kind}") from error
        return checked(option, Value(value=number, source=source, words=words))
    value = Path(text).expanduser() if option.type is Path else text
    return checked(option, Value(value=value if text else None, source=source, words=words))


def checked(option: Option, value: Value) -> Value:
    """The same value; `FatalError` that quotes its words where the option cannot have it."""
    found, cli = value.value, option.cli
    if found is None or (isinstance(found, str) and found in cli.words):
        return value
    if cli.choices and found not in cli.choices:
        raise wrong(value.words, f"there is no {found!r}", f"choose one of {', '.join(cli.choices)}")
    if cli.least is not None and not found >= cli.least:
        raise wrong(value.words, f"must be at least {cli.least:g}")
    if cli.most is not None and not found <= cli.most:
        raise wrong(value.words, f"must be at most {cli.most:g}")
    if cli.check is not None and (problem := cli.check(found)) is not None:
        raise wrong(value.words, problem.why, problem.hint)
    return value


def wrong(words: str, why: str, hint: str = "") -> FatalError:
    """What is wrong with a value, after the words that set it."""
    return FatalError(f"{words}: {why}", hint, USAGE)
