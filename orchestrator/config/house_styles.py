"""Profiles: subtitle style guides in TOML files, from `orchestrator/profiles/` or the user.

A profile sets parameters of the stage `subtitles`. A limit that is set by its option overrides the profile's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc import plain_file
from ipc.parsing import toml_of
from ipc.suggest import hint, nearest
from orchestrator.errors import USAGE, FatalError
from orchestrator.surroundings.home_folder import expanded

FOLDER = Path(__file__).parent.parent / "profiles"
DEFAULT = "default"
LABELS = ("none", "change", "all")
_LARGEST = 1 << 20
"""Bytes of such a file, at most."""
_EVERY = "default"
"""The key of the value for every language that is not listed."""

_LIMITS: Mapping[str, tuple[str, float, float]] = {
    "lines": ("max_line_count", 1, 4),
    "min_duration": ("min_duration", 0.1, 10),
    "max_duration": ("max_duration", 0.5, 30),
    "min_gap": ("min_gap", 0, 2),
    "gap_frames": ("gap_frames", 0, 30),
    "chain": ("chain", 0, 5),
    "snap": ("snap", 0, 2),
}
"""The keys of `[limits]`: the stage's parameter, and the smallest and largest value that makes sense."""
_WIDTHS = {_EVERY: 16}
"""The smallest line width: a long word has to fit, with a label. Languages without spaces need less."""
_WHOLE = {"lines", "gap_frames"}
_SECTIONS = {"limits", "width", "reading", "speakers", "sdh"}
_SPEAKERS = {"labels", "form", "dash", "dashes"}
_SDH = {"sdh", "sounds"}


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A checked profile.

    `params` are the parameters of `subtitles` that it sets, except the reading speeds. `reading` has these,
    in characters per second, by audience and language; `default` stands for every other language. `sounds` is
    true if the profile wants music and silence to be described.
    """

    name: str
    about: str
    path: Path
    params: Mapping[str, Any]
    reading: Mapping[str, Mapping[str, float]]
    sounds: bool

    def params_for(self, audience: str) -> dict[str, Any]:
        """The parameters of `subtitles` for an audience, one of `AUDIENCES`."""
        speeds = dict(self.reading[audience])
        return {**self.params, "max_cps": speeds.pop(_EVERY), "reading_speeds": speeds}


def names() -> list[str]:
    """The names of the profiles that ship with the tool."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(name: str) -> Profile:
    """The profile of this name or in this file; `FatalError` names the file and key that are wrong."""
    path = expanded(name, f"--profile {name}")
    if name in names():
        path = FOLDER / f"{name}.toml"
    elif not path.exists():
        if path.suffix or len(path.parts) > 1:
            raise FatalError(f"--profile {name}: there is no such file", "check the name", USAGE)
        advice = hint(name, names(), more=", or give a file")
        raise FatalError(f"--profile {name}: there is no such profile", advice, USAGE)
    try:
        table = toml_of(plain_file.read(path, _LARGEST).decode("utf-8-sig"))
    except (OSError, ValueError, plain_file.UnusableFileError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        advice = f"write it as TOML, such as {FOLDER / 'default.toml'}"
        raise FatalError(f"{path}: cannot be read as a profile: {why}", advice, USAGE) from error
    return _checked(table, path)


def _checked(table: Mapping[str, Any], path: Path) -> Profile:
    _check_keys(table, {"about", *_SECTIONS}, path, "")
    for section in _SECTIONS:
        if not isinstance(table.get(section, {}), dict):
            raise _wrong(path, section, "must be a table")
    for section, needed in (("limits", set(_LIMITS)), ("width", {_EVERY}), ("reading", {_EVERY})):
        if missing := sorted(needed - set(table.get(section, {}))):
            raise _wrong(path, f"{section}.{missing[0]}", "is missing")
    speakers, sdh = table.get("speakers", {}), table.get("sdh", {})
    _check_keys(table["limits"], set(_LIMITS), path, "limits.")
    _check_keys(speakers, _SPEAKERS, path, "speakers.")
    _check_keys(sdh, _SDH, path, "sdh.")
    params: dict[str, Any] = {
        param: _number(table["limits"][key], path, f"limits.{key}", least, most, whole=key in _WHOLE)
        for key, (param, least, most) in _LIMITS.items()
    }
    if params["min_duration"] > params["max_duration"]:
        raise _wrong(path, "limits.min_duration", "is more than max_duration")
    widths = {
        code: int(_number(n, path, f"width.{code}", _WIDTHS.get(code, 10), 200, whole=True))
        for code, n in table["width"].items()
    }
    params |= {"max_line_width": widths.pop(_EVERY), "line_widths": widths}
    params |= dict(_speaker_params(speakers, path))
    params["sdh"] = _flag(sdh.get("sdh", False), path, "sdh.sdh")
    reading = dict(table["reading"])
    children = reading.pop("children", reading)
    if not isinstance(children, dict) or _EVERY not in children:
        raise _wrong(path, "reading.children.default", "is missing")
    return Profile(
        name=path.stem if path.parent == FOLDER else str(path),
        about=str(table.get("about", "")),
        path=path,
        params=params,
        reading={"adult": _speeds(reading, path, ""), "children": _speeds(children, path, "children.")},
        sounds=_flag(sdh.get("sounds", False), path, "sdh.sounds"),
    )


def _speaker_params(speakers: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Any]]:
    """The parameters for speaker labels."""
    labels = speakers.get("labels", "change")
    if labels not in LABELS:
        raise _wrong(path, "speakers.labels", f"must be one of {', '.join(LABELS)}")
    form, dash = speakers.get("form", "[NAME]"), speakers.get("dash", "- ")
    dashes = speakers.get("dashes", {})
    if not isinstance(form, str) or "NAME" not in form:
        raise _wrong(path, "speakers.form", "must be text that contains NAME")
    if not isinstance(dashes, dict) or not all(isinstance(text, str) for text in (dash, *dashes.values())):
        raise _wrong(path, "speakers.dash", "must be text, and speakers.dashes text by language")
    yield from {"speaker_labels": labels, "label_form": form, "dash": dash, "dashes": dict(dashes)}.items()


def _speeds(table: Mapping[str, Any], path: Path, where: str) -> dict[str, float]:
    return {code: _number(n, path, f"reading.{where}{code}", 1, 60) for code, n in table.items()}


def _number(
    value: Any, path: Path, key: str, least: float, most: float, *, whole: bool = False
) -> float | int:
    kind = "a whole number" if whole else "a number"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise _wrong(path, key, f"must be {kind}")
    if not least <= value <= most:
        raise _wrong(path, key, f"must be {kind} from {least:g} to {most:g}")
    return value if whole else float(value)


def _flag(value: Any, path: Path, key: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(path, key, "must be true or false")
    return value


def _check_keys(table: Mapping[str, Any], keys: set[str], path: Path, where: str) -> None:
    if unknown := sorted(set(table) - keys):
        near = nearest(unknown[0], keys)
        meant = f" (did you mean {near}?)" if near else ""
        raise _wrong(
            path, f"{where}{unknown[0]}", f"is not a key{meant}; choose from {', '.join(sorted(keys))}"
        )


def _wrong(path: Path, key: str, what: str) -> FatalError:
    advice = "for a complete profile, see: orchestrator profiles show default --toml"
    return FatalError(f"{path}: {key} {what}", advice, USAGE)
