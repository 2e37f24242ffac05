"""Values of options, each with the place and the words that set it; and the checks of a value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipc.suggest import nearest
from orchestrator.config.options import Option
from orchestrator.errors import USAGE, FatalError
from orchestrator.machine.gpus import listed
from orchestrator.surroundings import home_folder

_LONGEST = 300
"""Characters of a wrong value that an error shows."""
WORDS = {
    "1": True, "true": True, "yes": True, "on": True,
    "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Value:
    """A value, the place that sets it (`environment WHISPER_MODEL`), and its words (`WHISPER_MODEL=base`).

    None is a value too: it overrides places of lower rank and leaves the option at its default.
    """

    value: Any
    source: str
    words: str

    @property
    def place(self) -> str:
        """The place in a few words: a file's name, or a variable or an option with its value."""
        return _place(self.source, self.words)

    def stated(self, key: str) -> str:
        """The option `key` as it was set: `--beam-size 3`, or `beam_size = 3 (config.toml)`."""
        return self.words if self.place == self.words else f"{key} = {self.value} ({self.source})"


@dataclass(frozen=True, kw_only=True)
class DeviceRequest:
    """Devices requested for a stage: the first of `devices` that can be used. If empty, the stage decides.

    If `firm` is false, a stage without such a backend ignores the request. If `gpu` is true, a framework that
    would compute on the CPU does not count. `gpus` are the numbers of the GPUs, if not all of them are meant.
    `source` and `words` are as in `Value`.
    """

    devices: tuple[str, ...]
    source: str
    words: str
    firm: bool = True
    gpu: bool = False
    gpus: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """The place in a few words."""
        return _place(self.source, self.words)

    @property
    def text(self) -> str:
        """The devices as shown to users."""
        return listed(self.gpus) or " or ".join(self.devices) or "auto"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The options that one place sets: values by key, device requests by stage (empty name: all stages)."""

    values: Mapping[str, Value] = field(default_factory=dict)
    devices: Mapping[str, DeviceRequest] = field(default_factory=dict)


def _place(source: str, words: str) -> str:
    return words if source.startswith(("environment", "--")) else source


def from_text(option: Option, text: str, source: str, words: str) -> Value:
    """Parse the value of an option; `FatalError` that quotes `words` if it is invalid."""
    if option.type is bool:
        if text.strip().lower() not in WORDS:
            raise wrong(words, "not yes or no", "use true or false")
        return Value(value=WORDS[text.strip().lower()], source=source, words=words)
    if option.type in (int, float):
        try:
            number = option.type(text)
        except ValueError as error:
            kind = "a whole number" if option.type is int else "a number"
            raise wrong(words, f"not {kind}", f"such as {option.cli.example}") from error
        return checked(option, Value(value=number, source=source, words=words))
    value: Any = text
    if option.type is Path:  # the shell has expanded what it knows on the command line
        typed = source.startswith("--")
        value = home_folder.own(Path(text)) if typed else home_folder.expanded(text, words)
    return checked(option, Value(value=value if text else None, source=source, words=words))


def checked(option: Option, value: Value) -> Value:
    """Return the same value; `FatalError` that quotes its words if the option cannot have it."""
    content, cli = value.value, option.cli
    if content is None or (isinstance(content, str) and content in cli.words):
        return value
    if isinstance(content, float) and not math.isfinite(content):
        raise wrong(value.words, "not a finite number")
    if cli.choices and content not in cli.choices:
        raise wrong(value.words, f"must be one of {', '.join(cli.choices)}", _question(content, cli.choices))
    if cli.least is not None and not content >= cli.least:
        raise wrong(value.words, f"must be at least {cli.least:g}")
    if cli.most is not None and not content <= cli.most:
        raise wrong(value.words, f"must be at most {cli.most:g}")
    if cli.check is not None and (problem := cli.check(content)) is not None:
        raise wrong(value.words, problem.why, problem.hint)
    return value


def _question(word: Any, names: Iterable[str]) -> str:
    near = nearest(str(word), names)
    return f"did you mean {near}?" if near else ""


def wrong(words: str, why: str, hint: str = "") -> FatalError:
    """The error for an invalid value: the words that set it, and what is wrong with them."""
    shown = words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."
    return FatalError(f"{shown}: {why}", hint, USAGE)
