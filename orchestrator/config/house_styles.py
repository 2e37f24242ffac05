"""Profiles: the limits and manners of a house for its subtitles, as data files.

A profile is a TOML file, of `orchestrator/profiles/` or the user's own. It sets parameters of the stage `subtitles`, and nothing
else knows of it: a limit that is asked for by itself wins over it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.errors import USAGE, FatalError

FOLDER = Path(__file__).parent.parent / "profiles"
DEFAULT = "default"
LABELS = ("none", "change", "all")
_EVERY = "default"
"""The key of the value for every language that has none of its own."""

_LIMITS: Mapping[str, tuple[str, float, float]] = {
    "lines": ("max_line_count", 1, 4),
    "min_duration": ("min_duration", 0.1, 10),
    "max_duration": ("max_duration", 0.5, 30),
    "min_gap": ("min_gap", 0, 2),
    "gap_frames": ("gap_frames", 0, 30),
    "chain": ("chain", 0, 5),
    "snap": ("snap", 0, 2),
}
"""What `[limits]` holds: the stage's parameter, the least and the largest value that makes sense."""
_WIDTHS = {_EVERY: 16}
"""The least characters of a line: words that cannot be cut have to fit, with a label; a language without blanks needs fewer."""
_WHOLE = {"lines", "gap_frames"}
_SECTIONS = {"limits", "width", "reading", "speakers", "sdh"}
_SPEAKERS = {"labels", "form", "dash", "dashes"}
_SDH = {"sdh", "sounds"}


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A profile that was read and checked.

    `params` are the parameters of `subtitles` that it sets, apart from the reading speeds: characters a second by audience and language,
    with one for every other language under `default`. `sounds` says whether it asks for music and silence to be written down.
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
    """The profiles that come with the tool."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(asked: str) -> Profile:
    """The profile of this name, or in the file of this path; `FatalError` (usage) that says what is wrong with it, and where."""
    path = Path(asked).expanduser()
    if asked in names():
        path = FOLDER / f"{asked}.toml"
    elif not path.is_file():
        if path.suffix or len(path.parts) > 1:
            raise FatalError(f"--profile {asked}: there is no such file", "check the name", USAGE)
        raise FatalError(
            f"--profile {asked}: there is no such profile", f"one of {', '.join(names())}, or a file", USAGE
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise FatalError(
            f"{path} cannot be read as a profile: {why}",
            f"it has to be TOML, such as {FOLDER / 'default.toml'}",
            USAGE,
        ) from error
    return _checked(table, path)


def _checked(table: Mapping[str, Any], path: Path) -> Profile:
    _known(table, {"about", *_SECTIONS}, path, "")
    for section in _SECTIONS:
        if not isinstance(table.get(section, {}), dict):
            raise _wrong(path, section, "is a section, with lines of its own")
    for section, needed in (("limits", set(_LIMITS)), ("width", {_EVERY}), ("reading", {_EVERY})):
        if missing := sorted(needed - set(table.get(section, {}))):
            raise _wrong(path, f"{section}.{missing[0]}", "is missing")
    speakers, sdh = table.get("speakers", {}), table.get("sdh", {})
    _known(table["limits"], set(_LIMITS), path, "limits.")
    _known(speakers, _SPEAKERS, path, "speakers.")
    _known(sdh, _SDH, path, "sdh.")
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
    params |= dict(_manners(speakers, path))
    params["sdh"] = _flag(sdh.get("sdh", False), path, "sdh.sdh")
    reading = dict(table["reading"])
    children = reading.pop("children", reading)
    if not isinstance(children, dict) or _EVERY not in children:
        raise _wrong(path, "reading.children", "needs a default")
    return Profile(
        name=path.stem if path.parent == FOLDER else str(path),
        about=str(table.get("about", "")),
        path=path,
        params=params,
        reading={"adult": _speeds(reading, path, ""), "children": _speeds(children, path, "children.")},
        sounds=_flag(sdh.get("sounds", False), path, "sdh.sounds"),
    )


def _manners(speakers: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Any]]:
    """How speakers are shown."""
    labels = speakers.get("labels", "change")
    if labels not in LABELS:
        raise _wrong(path, "speakers.labels", f"is one of {', '.join(LABELS)}")
    form, dash, dashes = (
        speakers.get("form", "[NAME]"),
        speakers.get("dash", "- "),
        speakers.get("dashes", {}),
    )
    if not isinstance(form, str) or "NAME" not in form:
        raise _wrong(path, "speakers.form", "is a text with NAME in it")
    if not isinstance(dashes, dict) or not all(isinstance(one, str) for one in (dash, *dashes.values())):
        raise _wrong(path, "speakers.dash", "is a text, and dashes are texts by language")
    yield from {"speaker_labels": labels, "label_form": form, "dash": dash, "dashes": dict(dashes)}.items()


def _speeds(table: Mapping[str, Any], path: Path, where: str) -> dict[str, float]:
    return {code: _number(n, path, f"reading.{where}{code}", 1, 60) for code, n in table.items()}


def _number(
    value: Any, path: Path, key: str, least: float, most: float, *, whole: bool = False
) -> float | int:
    kind = "a whole number" if whole else "a number"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise _wrong(path, key, f"is {kind}")
    if not least <= value <= most:
        raise _wrong(path, key, f"is {kind} from {least:g} to {most:g}")
    return value if whole else float(value)


def _flag(value: Any, path: Path, key: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(path, key, "is true or false")
    return value


def _known(table: Mapping[str, Any], there: set[str], path: Path, where: str) -> None:
    if unknown := sorted(set(table) - there):
        raise _wrong(path, f"{where}{unknown[0]}", f"means nothing; there are {', '.join(sorted(there))}")


def _wrong(path: Path, key: str, what: str) -> FatalError:
    return FatalError(
        f"{path}: {key} {what}", "orchestrator profiles show default --toml shows a whole one", USAGE
    )
