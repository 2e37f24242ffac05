"""What one place says of the options, and how what it says is read: a value, where it was said, and the checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from ipc.time_range import clip_of
from orchestrator.config.flags import FORMATS, Flag
from orchestrator.errors import USAGE, FatalError
from orchestrator.models.whisper import LANGUAGES

WORDS = {
    "1": True, "true": True, "yes": True, "on": True,
    "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Value:
    """A value, the place that says it (`environment WHISPER_MODEL`), and the words it is said in (`WHISPER_MODEL=base`).

    None is said too: what places of lower rank say does not count, and the option stays at its default.
    """

    value: Any
    source: str
    said: str


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Devices that were asked for a stage: the first of `devices` that can be used; none: the stage's own order.

    `firm` is false where a stage that has no such backend takes its own order. `gpu` is true where a framework that only
    computes on this CPU does not count. `source` is the place that says so, `said` its words.
    """

    devices: tuple[str, ...]
    source: str
    said: str
    firm: bool = True
    gpu: bool = False


@dataclass(frozen=True, kw_only=True)
class Layer:
    """All that one place says: values by the options' keys, devices by stage (under the empty name for all)."""

    values: Mapping[str, Value] = field(default_factory=dict)
    devices: Mapping[str, Ask] = field(default_factory=dict)


def from_text(flag: Flag, text: str, source: str, said: str) -> Value:
    """The value that a text gives an option; `FatalError` that quotes `said` where it gives none."""
    if flag.type is bool:
        if text.strip().lower() not in WORDS:
            raise wrong(said, "not yes or no", "give true or false")
        return Value(value=WORDS[text.strip().lower()], source=source, said=said)
    if flag.type in (int, float):
        try:
            number = flag.type(text)
        except ValueError as error:
            kind = "a whole number" if flag.type is int else "a number"
            raise wrong(said, f"not {kind}") from error
        return checked(flag, Value(value=number, source=source, said=said))
    value = Path(text).expanduser() if flag.type is Path else text
    return checked(flag, Value(value=value if text else None, source=source, said=said))


def checked(flag: Flag, value: Value) -> Value:
    """The same value; `FatalError` that quotes what was said where it is none for this option."""
    found = value.value
    if found is None:
        return value
    if flag.choices and found not in flag.choices:
        raise wrong(value.said, f"there is no {found!r}", f"it is one of {', '.join(flag.choices)}")
    if flag.least is not None and not found >= flag.least:
        raise wrong(value.said, f"must be at least {flag.least:g}")
    if flag.most is not None and not found <= flag.most:
        raise wrong(value.said, f"must be at most {flag.most:g}")
    if flag.name == "language" and found != "auto" and found not in LANGUAGES:
        if not re.fullmatch(r"[a-z]{2,3}", found):
            raise wrong(value.said, "not a language code", "give two or three letters, such as en")
        hint = f"it writes {', '.join(sorted(LANGUAGES))}"
        raise wrong(value.said, f"Whisper knows no language {found!r}", hint)
    if flag.name == "clip":
        try:
            clip_of(found)
        except StageError as error:
            raise wrong(value.said, "no stretch of time", error.hint) from None
    if flag.name == "output-format":
        formats(found, value.said)
    return value


def formats(text: str, said: str) -> tuple[str, ...]:
    """The kinds of file that `text` lists; `FatalError` for one there is not."""
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    if words == ("all",):
        return FORMATS
    if bad := [word for word in words if word not in FORMATS]:
        raise wrong(said, f"there is no {bad[0]!r}", f"formats: all, {', '.join(FORMATS)}")
    return words


def wrong(said: str, why: str, hint: str = "") -> FatalError:
    """What is wrong with what was said."""
    return FatalError(f"{said}: {why}", hint, USAGE)
