"""Reads options from TOML files: the user's configuration file, and the job file beside a film.

Keys are the options' long names; `-` and `_` are equal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc import plain_file
from ipc.parsing import toml_of
from ipc.suggest import nearest
from orchestrator.config import device_requests
from orchestrator.config.options import BY_KEY, DEVICE, OPTIONS, Option
from orchestrator.config.values import WORDS, DeviceRequest, Layer, Value, checked, wrong
from orchestrator.errors import USAGE, FatalError
from orchestrator.paths import config_file
from orchestrator.surroundings import current_folder, home_folder

JOB = ".orchestrator.toml"
LARGEST = 256 << 10
"""Bytes of a file with options. `prepare` writes 8 kB."""
_LONGEST_LINE = 8192
"""Bytes; the time to read a key grows with the square of its parts."""
_NEGATED = {f"no_{option.key}": option.key for option in OPTIONS if option.type is bool}
_ONCE = {
    "from", "until", "force", "overwrite", "json", "dry_run", "pdb", "print_command", "machine",
    "no_job_file",
}  # fmt: skip
_TOKEN = ("token", "password", "secret", "api_key")


def user_path(environ: Mapping[str, str]) -> Path:
    """The path of the user's configuration file."""
    return config_file(environ)


def job_path(film: Path) -> Path:
    """The job file of a film.

    Its name includes the film's suffix, so `movie.mp4` and `movie.mkv` have different ones.
    """
    film = current_folder.absolute(film)
    return film.with_name(film.name + JOB)


def read(path: Path, *, needed: bool = False) -> Layer:
    """The options in a file; none if the file does not exist, unless it is `needed`.

    `FatalError` names file and key.
    """
    try:
        text = plain_file.read(path, LARGEST)
    except (FileNotFoundError, NotADirectoryError) as error:
        refuse_broken_link(path)
        if needed:
            hint = "create it, or unset the variable"
            raise FatalError(f"ORCHESTRATOR_CONFIG: there is no file {path}", hint, USAGE) from error
        return Layer()
    except plain_file.UnusableFileError as error:
        raise FatalError(f"{path}: {error}", "write the options into a file", USAGE) from error
    except OSError as error:
        raise FatalError(
            f"{path}: cannot be read: {error.strerror}", "check its permissions", USAGE
        ) from error
    return parse(text, path)


def refuse_broken_link(path: Path) -> None:
    """Raise `FatalError` (usage) if `path` is a link whose file is missing: its options would be ignored."""
    if path.is_symlink():
        why = f"a link to {path.readlink()}, which does not exist"
        raise FatalError(f"{path}: {why}", "connect its disk, or remove the link", USAGE)


def parse(content: bytes, path: Path, base: Path | None = None) -> Layer:
    """The options in the `content` of the file at `path`; its relative paths begin at `base`, or beside it.

    `FatalError` names file and key.
    """
    for number, line in enumerate(content.split(b"\n"), start=1):
        if len(line) > _LONGEST_LINE:
            raise FatalError(f"{path}: line {number} has {len(line)} characters", "shorten it", USAGE)
    try:
        table = toml_of(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FatalError(f"{path}: not UTF-8", "save it as UTF-8", USAGE) from error
    except ValueError as error:  # of the parser, or for a number with thousands of digits
        hint = 'put text in quotes: language = "hi"; and a Windows path in single quotes'
        if any(words in str(error) for words in ("Cannot overwrite", "Cannot declare")):
            hint = "an option is set twice: remove one of the two lines"
        raise FatalError(f"{path}: not valid TOML: {error}", hint, USAGE) from error
    return layer(table, path, base or path.parent)


def layer(table: Mapping[str, Any], path: Path, base: Path) -> Layer:
    """The options in the `table` that stands in `path`; relative paths begin at `base`.

    `FatalError` names `path` and key.
    """
    values: dict[str, Value] = {}
    devices: dict[str, DeviceRequest] = {}
    for written, content in table.items():
        key = written.replace("-", "_")
        words = f"{path}: {written}"
        if key == DEVICE:
            devices = _devices(content, path.name, words)
            continue
        name = _NEGATED.get(key, key)
        if name not in BY_KEY:
            raise _unknown(key, words)
        value = _value(BY_KEY[name], content, path, base, words)
        if key in _NEGATED:
            value = Value(value=not value.value, source=value.source, words=value.words)
        if name in values and values[name].value != value.value:
            raise wrong(words, f"{name} is set twice, to different values")
        values[name] = value
    return Layer(values=values, devices=devices)


def _devices(content: Any, source: str, words: str) -> dict[str, DeviceRequest]:
    if isinstance(content, dict):
        return device_requests.from_table(content, source, words)
    texts = content if isinstance(content, list) else [content]
    if not all(isinstance(text, str) for text in texts):
        raise wrong(words, "neither text nor a table", 'write device = "asr=cuda,diarization=cpu"')
    requests: dict[str, DeviceRequest] = {}
    for text in device_requests.joined(texts):
        requests |= device_requests.from_text(text, source, f'{words} = "{text}"')
    return requests


def _value(option: Option, content: Any, path: Path, base: Path, words: str) -> Value:
    """The value of an option from TOML; `FatalError` if it has another type than the option."""
    kinds: dict[type, tuple[tuple[type, ...], str]] = {
        bool: ((bool,), "true or false"),
        int: ((int,), "a whole number"),
        float: ((int, float), "a number"),
    }
    types, kind = kinds.get(option.type, ((str,), "text in quotes"))
    if option.cli.several and isinstance(content, list) and all(isinstance(w, str) for w in content):
        content = ",".join(content)
    if not isinstance(content, types) or (isinstance(content, bool) and option.type is not bool):
        advice = _in_its_type(option, content)
        raise wrong(words, f"not {kind}: {_shown(content)}", f"write {advice}" if advice else "")
    words = f"{words} = {_shown(content)}"
    if content == "":
        return Value(value=None, source=path.name, words=words)
    if isinstance(content, str) and "\0" in content:
        raise wrong(words, "contains a null character")
    value: Any = content
    if option.type is float:
        value = float(value)
    elif option.type is Path:
        # Relative to the file that sets it, so that the folder the tool is started in does not matter.
        value = base / home_folder.expanded(value, words)
    elif (
        option.type is str
        and (option.key.endswith("model") or option.key == "profile")
        and value.startswith(("./", "../"))
    ):
        value = os.path.normpath(base / value)
    return checked(option, Value(value=value, source=path.name, words=words))


def _in_its_type(option: Option, content: Any) -> str:
    """The line to write instead of a value with the wrong type; empty if it cannot be guessed."""
    word = content.strip().lower() if isinstance(content, str) else ""
    match option.type.__name__:
        case "bool":
            known = WORDS.get(word or str(content))
            return "true or false, without quotes" if known is None else f"{option.key} = {_shown(known)}"
        case "int" | "float":
            number = word if word.replace(".", "", 1).isdigit() else ""
            whole = isinstance(content, float) and content.is_integer()
            number = str(int(content)) if whole else number
            return f"{option.key} = {number}" if number else ""
        case _:
            plain = isinstance(content, int | float) and not isinstance(content, bool)
            return f'{option.key} = "{content}"' if plain else ""


def _shown(content: Any) -> str:
    if isinstance(content, bool):
        return str(content).lower()
    try:
        return f'"{content}"' if isinstance(content, str) else str(content)
    except RecursionError:
        return "a value that is nested too deeply"


def _unknown(key: str, words: str) -> FatalError:
    if any(word in key for word in _TOKEN):
        return wrong(words, "a token does not belong in a file", "set HF_TOKEN in the environment")
    if key in _ONCE:
        return wrong(words, "applies to one run only", "remove it, and use it on the command line")
    near = nearest(key, [*BY_KEY, *_NEGATED, DEVICE])
    hint = f"did you mean {near}?" if near else "see the options: orchestrator config"
    return wrong(words, "there is no such option", hint)
