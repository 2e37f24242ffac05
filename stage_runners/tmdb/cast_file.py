"""The file of `--cast`: the characters of a film, written by the user as CSV or TOML."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ipc import plain_file
from ipc.errors import StageError
from ipc.parsing import toml_of
from ipc.text_files import NotTextError
from stage_runners.text.code_pages import read_text
from stage_runners.text.iso639 import LANGUAGES, language
from stage_runners.tmdb.film_facts import Known, Row, clean, folded

KINDS = ("character", "place", "other")
HINT = "write a line as: character, actor, aliases with ; between them"
_COLUMNS = {
    "name": (
        "character", "characters", "role", "name", "figure", "character name", "rolle", "figur", "personnage",
        "personaje", "personagem", "personaggio", "rol", "postać", "персонаж", "पात्र",
    ),
    "actor": (
        "actor", "actress", "played by", "performer", "actor name", "schauspieler", "schauspielerin",
        "darsteller", "acteur", "actrice", "interprète", "actriz", "ator", "attore", "attrice", "aktor",
        "актёр", "अभिनेता",
    ),
    "aliases": ("aliases", "alias", "also", "aka", "nicknames", "nickname", "other names"),
    "kind": ("kind", "type"),
}  # fmt: skip
_OTHER_HEADINGS = frozenset({
    "id", "no", "nr", "number", "order", "first name", "last name", "surname", "given name", "family name",
    "age", "gender", "sex", "title", "description", "notes", "note", "comment", "email", "person", "people",
    "speaker", "label", "url", "link", "image", "photo", "episode", "episodes", "department", "job",
    "vorname", "nachname", "alter", "nom", "prénom", "nombre", "apellido", "edad", "nome", "cognome",
})  # fmt: skip
"""Headings of tables that are no cast. A first line with nothing else is a heading, not a character."""
_TEXTS = ("title", "original_title", "language", "plot", "series")
_MARKUP = re.compile(r'^[\[<"]|[{}|=]')
"""In a line of JSON, HTML or a program, or between columns; never in a name."""
LARGEST = 4 << 20
"""Bytes; the cast of a large film has a hundredth of that."""


def read(path: Path) -> Known:
    """The content of the file; `StageError("input")` with file and line if it cannot be used."""
    text = _text(path)
    known = _toml(path, text) if path.suffix.lower() == ".toml" else _csv(path, text)
    if not known.rows and not known.says():
        _refuse(path, 0, "holds no names")
    return known


def language_code(name: str) -> str:
    """The ISO 639-1 code of a language given by code or English name; empty if it is not one of Whisper's."""
    found = language(name.strip())
    if found.code in LANGUAGES:
        return found.code
    return next((c for c, lang in LANGUAGES.items() if lang.name.casefold() == name.strip().casefold()), "")


def _text(path: Path) -> str:
    try:
        raw = plain_file.read(path, LARGEST)
    except plain_file.UnusableFileError as error:
        _refuse(path, 0, f"is {error}")
    except OSError as error:
        raise StageError(
            "input",
            f"the cast {path.name} cannot be read: {error.strerror}",
            "check its name and permissions",
        ) from error
    try:
        text = read_text(raw).text
    except NotTextError as error:
        _refuse(path, 0, str(error), "save it as UTF-8: editors and spreadsheets offer it as an encoding")
    if re.search(r"^\d\d:\d\d:\d\d[,.]\d{3} --> ", text, re.MULTILINE):
        _refuse(path, 0, "is a subtitle file, not a list of names")
    return text


def _refuse(path: Path, line: int, what: str, hint: str = HINT) -> NoReturn:
    where = f"{path.name}, line {line}" if line else path.name
    raise StageError("input", f"the cast {where}: {what}", hint)


def _csv(path: Path, text: str) -> Known:
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    columns: Sequence[str] | None = None
    rows: list[Row] = []
    try:
        for cells in reader:
            values = [clean(cell) for cell in cells]
            if not any(values) or values[0].startswith("#"):
                continue
            if columns is None:
                columns = _header(path, reader.line_num, values)
                if columns is not None:
                    continue
                columns = ("name", "actor", "aliases", "kind")
            rows.append(_row(path, reader.line_num, values, columns, delimiter))
    except csv.Error as error:
        _refuse(
            path, reader.line_num, f"is not valid CSV: {error}", "close every quotation mark, or use none"
        )
    return Known(source="cast", rows=tuple(rows))


def _delimiter(text: str) -> str:
    """The delimiter, by the first line with content: a spreadsheet may write ; or a tab instead of a
    comma.
    """
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    first = next(lines, "")
    bare = re.sub(r'"[^"]*"', "", first)
    if "\t" in bare:
        return "\t"
    return ";" if ";" in bare and "," not in bare else ","


def _header(path: Path, line: int, values: Sequence[str]) -> list[str] | None:
    """The columns that the first line names; None if it is a line like the others."""
    known = {spoken: name for name, words in _COLUMNS.items() for spoken in words}
    names = [known.get(value.casefold().replace("_", " "), "") for value in values]
    headings = [value.casefold().replace("_", " ") in _OTHER_HEADINGS for value in values if value]
    if not any(names) and not (len(headings) > 1 and all(headings)):
        return None
    if "name" not in names:
        unknown = ", ".join(value for value, name in zip(values, names, strict=True) if value and not name)
        _refuse(
            path, line, f"no column is named character{f' (the columns are {unknown})' if unknown else ''}"
        )
    twice = next((name for name in names if name and names.count(name) > 1), "")
    if twice:
        _refuse(path, line, f"two columns hold the {twice}")
    return names


def _row(path: Path, line: int, values: Sequence[str], columns: Sequence[str], delimiter: str) -> Row:
    if extra := [value for value in values[len(columns) :] if value]:
        _refuse(
            path,
            line,
            f"has more values than columns: {extra[0]!r}",
            "put a value that holds a comma into quotation marks",
        )
    row = dict(zip(columns, values, strict=False))
    if not row.get("name"):
        _refuse(path, line, "has no character")
    if (not any(char.isalpha() for char in row["name"]) and not row.get("actor")) or _MARKUP.search(
        row["name"]
    ):
        _refuse(path, line, f"{row['name']!r} is not a name")
    kind = row.get("kind", "").casefold() or "character"
    if kind not in KINDS:
        _refuse(path, line, f"{row['kind']!r} is not a kind: use one of {', '.join(KINDS)}")
    parts = re.split(
        r"[|]" if delimiter == ";" and "|" in row.get("aliases", "") else r"[;|,]", row.get("aliases", "")
    )
    return _made(row["name"], kind, row.get("actor", ""), parts)


def _made(name: str, kind: str, actor: str, aliases: Sequence[str]) -> Row:
    own = dict.fromkeys(clean(alias) for alias in aliases)
    kept = tuple(alias for alias in own if alias and folded(alias) != folded(name))
    return Row(name=clean(name), kind=kind, actor=clean(actor), aliases=kept)


def _toml(path: Path, text: str) -> Known:
    try:
        content = toml_of(text.removeprefix("\ufeff"))
    except ValueError as error:
        found = re.search(r"line (\d+)", str(error))
        reason = re.sub(r"\s*\(at .*?\)$", "", str(error))
        _refuse(
            path,
            int(found[1]) if found else text.count("\n") + 1,
            f"is not valid TOML: {reason}",
            'write [[character]] tables with name = "..."',
        )
    tables = ("character", "characters", "place", "places", "other")
    if unknown := sorted(content.keys() - {*tables, *_TEXTS, "year"}):
        _refuse(
            path,
            _line(text, unknown[0]),
            f"{unknown[0]!r} is not a key of a cast: use "
            f"{', '.join(('character', 'places', *_TEXTS, 'year'))}",
        )
    rows = []
    for key in tables:
        kind = key.rstrip("s") if key != "other" else key
        entries = content.get(key, [])
        for place, entry in enumerate(entries if isinstance(entries, list) else [entries]):
            rows.append(_entry(path, _line(text, key, place), kind, entry))
    return Known(source="cast", rows=tuple(rows), **_facts(path, text, content))


def _facts(path: Path, text: str, content: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for key in _TEXTS:
        if key in content and not isinstance(content[key], str):
            _refuse(path, _line(text, key), f"{key} must be text in quotation marks")
        facts[key] = content.get(key, "").strip()
    if facts["language"] and not (code := language_code(facts["language"])):
        _refuse(
            path,
            _line(text, "language"),
            f"{facts['language']!r} is not a language",
            "write its code, such as hi",
        )
    elif facts["language"]:
        facts["language"] = code
    year = content.get("year", 0)
    if isinstance(year, bool) or not isinstance(year, int) or not (year == 0 or 1870 <= year <= 2200):
        _refuse(path, _line(text, "year"), f"year must be a number such as 1999, not {year!r}")
    return {**facts, "year": year}


def _entry(path: Path, line: int, kind: str, entry: Any) -> Row:
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str) or not entry["name"].strip():
        _refuse(path, line, f"a {kind} without a name", 'write name = "..."')
    if unknown := sorted(entry.keys() - {"name", "actor", "aliases", "kind"}):
        _refuse(path, line, f"{unknown[0]!r} is not a key of a {kind}: use name, actor, aliases, kind")
    aliases, actor, kind = entry.get("aliases", []), entry.get("actor", ""), entry.get("kind", kind)
    aliases = [aliases] if isinstance(aliases, str) else aliases
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        _refuse(
            path,
            line,
            f"the aliases of {entry['name']} must be a list of texts",
            'write aliases = ["Addy"]',
        )
    if not isinstance(actor, str):
        _refuse(path, line, f"the actor of {entry['name']} must be text in quotation marks")
    if kind not in KINDS:
        _refuse(path, line, f"{kind!r} is not a kind: use one of {', '.join(KINDS)}")
    return _made(entry["name"], kind, actor, aliases)


def _line(text: str, key: str, place: int = 0) -> int:
    """The line of the key, or of its table number `place`; 0 if it is not in the text."""
    tables = [m.start() for m in re.finditer(rf"^\s*\[\[\s*{re.escape(key)}\s*\]\]", text, re.MULTILINE)]
    keys = [
        m.start()
        for m in re.finditer(
            rf"^\s*\"?{re.escape(key)}\"?\s*[=.]|^\s*\[\s*{re.escape(key)}\b", text, re.MULTILINE
        )
    ]
    starts = tables[place : place + 1] or keys[:1]
    if not starts:
        return 0
    blank = len(text[starts[0] :]) - len(text[starts[0] :].lstrip())
    return text.count("\n", 0, starts[0] + blank) + 1
