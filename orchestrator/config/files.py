"""Files with options: the user's own, and the job file beside a film. TOML, by the options' long names, `-` and `_` alike."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.config import device_requests
from orchestrator.config.flags import BY_KEY, DEVICE, FLAGS, Flag
from orchestrator.config.values import Ask, Layer, Value, checked, wrong
from orchestrator.errors import USAGE, FatalError
from orchestrator.paths import config_file

JOB = ".orchestrator.toml"
_NEGATED = {f"no_{flag.key}": flag.key for flag in FLAGS if flag.type is bool}
_ONCE = {
    "from", "until", "force", "overwrite", "json", "dry_run", "pdb", "print_command", "machine",
}  # fmt: skip
_TOKEN = ("token", "password", "secret", "api_key")


def user_path(environ: Mapping[str, str]) -> Path:
    """Where the user's own file is looked for."""
    return config_file(environ)


def job_path(film: Path) -> Path:
    """The job file of a film: its whole name and more, so that `movie.mp4` and `movie.mkv` each have their own."""
    film = film.expanduser().absolute()
    return film.with_name(film.name + JOB)


def read(path: Path, *, needed: bool = False) -> Layer:
    """What a file says; nothing where it is not there, unless it is `needed`. `FatalError` names file and key."""
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        if needed:
            raise FatalError(
                f"ORCHESTRATOR_CONFIG: there is no file {path}", "write it, or unset the variable", USAGE
            ) from error
        return Layer()
    except OSError as error:
        raise FatalError(
            f"{path} cannot be read: {error.strerror}", "check its permissions", USAGE
        ) from error
    import tomllib

    try:
        table = tomllib.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FatalError(f"{path} is not UTF-8", "save it as UTF-8", USAGE) from error
    except tomllib.TOMLDecodeError as error:
        hint = 'a text stands in quotes: language = "hi"; a folder on Windows in single ones'
        raise FatalError(f"{path} is no TOML: {error}", hint, USAGE) from error
    return _layer(table, path)


def _layer(table: Mapping[str, Any], path: Path) -> Layer:
    values: dict[str, Value] = {}
    devices: dict[str, Ask] = {}
    for written, found in table.items():
        key = written.replace("-", "_")
        said = f"{path}: {written}"
        if key == DEVICE:
            devices = _devices(found, path.name, said)
            continue
        name = _NEGATED.get(key, key)
        if name not in BY_KEY:
            raise _unknown(key, said)
        value = _value(BY_KEY[name], found, path, said)
        if key in _NEGATED:
            value = Value(value=not value.value, source=value.source, said=value.said)
        if name in values and values[name].value != value.value:
            raise wrong(said, f"{name} is said twice, and differently")
        values[name] = value
    return Layer(values=values, devices=devices)


def _devices(found: Any, source: str, said: str) -> dict[str, Ask]:
    if isinstance(found, dict):
        return device_requests.from_table(found, source, said)
    words = found if isinstance(found, list) else [found]
    if not all(isinstance(word, str) for word in words):
        raise wrong(said, "not a text or a table", 'as device = "asr=cuda,diarization=cpu"')
    asks: dict[str, Ask] = {}
    for word in words:
        asks |= device_requests.from_words(word, source, f'{said} = "{word}"')
    return asks


def _value(flag: Flag, found: Any, path: Path, said: str) -> Value:
    """The value of an option as TOML gives it: the type has to be the option's own."""
    kinds: dict[type, tuple[tuple[type, ...], str]] = {
        bool: ((bool,), "true or false"),
        int: ((int,), "a whole number"),
        float: ((int, float), "a number"),
    }
    types, word = kinds.get(flag.type, ((str,), "a text in quotes"))
    if flag.name == "output-format" and isinstance(found, list) and all(isinstance(w, str) for w in found):
        found = ",".join(found)
    if not isinstance(found, types) or (isinstance(found, bool) and flag.type is not bool):
        raise wrong(said, f"not {word}: {_shown(found)}")
    said = f"{said} = {_shown(found)}"
    if found == "":
        return Value(value=None, source=path.name, said=said)
    value: Any = found
    if flag.type is float:
        value = float(value)
    elif flag.type is Path:
        # Relative to the file that says so: the file means the same from whatever folder the tool is started in.
        value = path.parent / Path(value).expanduser()
    elif (
        flag.type is str
        and (flag.key.endswith("model") or flag.key == "profile")
        and value.startswith(("./", "../"))
    ):
        value = os.path.normpath(path.parent / value)
    return checked(flag, Value(value=value, source=path.name, said=said))


def _shown(found: Any) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    return f'"{found}"' if isinstance(found, str) else str(found)


def _unknown(key: str, said: str) -> FatalError:
    if any(word in key for word in _TOKEN):
        return wrong(said, "a token does not belong into a file", "set HF_TOKEN in the environment")
    if key in _ONCE:
        return wrong(said, "is said of one run, on the command line, and not in a file")
    near = difflib.get_close_matches(key, [*BY_KEY, *_NEGATED, DEVICE], 1)
    hint = f"did you mean {near[0]}?" if near else "orchestrator config lists the options"
    return wrong(said, "there is no such option", hint)
