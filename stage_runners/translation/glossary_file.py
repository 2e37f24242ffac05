"""The user's glossary: a CSV of source term, target term and note; and a table of terms as such a CSV.

With a first line of headings, a column may be named after a target language (`de`, `pt-BR`), so that one file
serves several; the column `target` serves all others. The file is data: it is bounded, and no cell names a
file or is computed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from ipc import plain_file
from ipc.errors import StageError
from ipc.text_files import NotTextError
from stage_runners.text.bcp47 import is_tag
from stage_runners.text.code_pages import read_text
from stage_runners.text.iso639 import LANGUAGES, language
from stage_runners.translation.terms import ADDRESS, LONGEST, LONGEST_NOTE, TO, USER, Term, cleaned

LARGEST = 1 << 20
"""Bytes of the file."""
MOST = 5000
"""Terms of the file."""
HEADINGS = ("source", "target", "note")
HINT = "write a line as: source term, target term, note"
_SOURCES = frozenset({"source", "source term", "term"})
_TARGETS = {"target": "", "target term": "", "translation": ""}
_NOTES = frozenset({"note", "notes", "comment"})
_FORMULA = ("=", "+", "-", "@", "\t", "'")
"""Characters with which a spreadsheet begins a formula, and the mark that makes it a text."""


def read(path: Path, target: str) -> tuple[Term, ...]:
    """The file's terms for the target language, a tag such as `de` or `pt-BR`.

    Raises `StageError("input")` with file and line if it cannot be used.
    """
    rows = _rows(path)
    columns = _columns(rows[0][1]) if rows else None
    if columns is not None:
        rows = rows[1:]
    place = _place(columns, target) if columns else 1
    note = columns.get("note", -1) if columns else 2
    places = (0, place, note)
    found: dict[str, Term] = {}
    for line, cells in rows:
        source, wanted, remark = (_cell(cells, k) for k in places)
        if not source and not wanted:
            continue
        if not source:
            _refuse(path, line, "has no source term")
        if max(len(source), len(wanted)) > LONGEST:
            _refuse(path, line, f"has a term of more than {LONGEST} characters")
        if not wanted:
            continue  # a term without a translation to this language
        found.setdefault(source.casefold(), _term(source, wanted, remark[:LONGEST_NOTE]))
    if len(found) > MOST:
        _refuse(path, 0, f"has more than {MOST} terms")
    return tuple(found.values())


def as_csv(terms: Iterable[Term], target: str) -> str:
    """The terms as a glossary for `target` that `read` reads and a spreadsheet opens without computing it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["source", target, "note"])
    for term in terms:
        writer.writerow([_harmless(text) for text in (term.source, term.target, term.note)])
    return out.getvalue()


def _term(source: str, target: str, note: str) -> Term:
    speaker, mark, listener = (part.strip() for part in source.partition(TO))
    kind = ADDRESS if mark and speaker and listener else "term"
    return Term(source, target, note, kind, USER)


def _rows(path: Path) -> list[tuple[int, Sequence[str]]]:
    """The lines of the file that are not empty, with their numbers."""
    try:
        text = read_text(plain_file.read(path, LARGEST)).text
    except plain_file.UnusableFileError as error:
        _refuse(path, 0, f"is {error}")
    except OSError as error:
        raise StageError(
            "input",
            f"the glossary {path.name} cannot be read: {error.strerror}",
            "check its name and permissions",
        ) from error
    except NotTextError as error:
        _refuse(path, 0, str(error), "save it as CSV in UTF-8: spreadsheets offer it")
    first = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(",;\t", key=first.count) if any(map(first.count, ",;\t")) else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    rows: list[tuple[int, Sequence[str]]] = []
    try:
        rows.extend(
            (reader.line_num, cells)
            for cells in reader
            if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#")
        )
    except csv.Error as error:
        _refuse(
            path, reader.line_num, f"is not valid CSV: {error}", "close every quotation mark, or use none"
        )
    if not rows:
        _refuse(path, 0, "has no terms")
    return rows


def _columns(cells: Sequence[str]) -> dict[str, int] | None:
    """The place of each column by heading (`source`, `note`, a language, or empty for `target`), or None."""
    heads = [cell.strip().casefold().replace("_", "-") for cell in cells]
    if heads[0] not in _SOURCES:
        return None
    found = {"source": 0}
    for k, head in enumerate(heads[1:], 1):
        name = "note" if head in _NOTES else _TARGETS.get(head, head if _is_language(head) else None)
        if name is not None:
            found.setdefault(name, k)
    return found


def _is_language(head: str) -> bool:
    return is_tag(head) and language(head).code in LANGUAGES


def _place(columns: dict[str, int], target: str) -> int:
    """The column for the target language: its own, with its region first, else `target`; -1 without one."""
    tag = target.casefold()
    return columns.get(tag, columns.get(tag.partition("-")[0], columns.get("", -1)))


def _cell(cells: Sequence[str], place: int) -> str:
    if not 0 <= place < len(cells):
        return ""
    text = cells[place].strip()
    if text[:1] == "'" and text[1:2] in _FORMULA:  # as `as_csv` wrote it
        text = text[1:]
    return cleaned(text, LARGEST)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _refuse(path: Path, line: int, what: str, hint: str = HINT) -> NoReturn:
    where = f"{path.name}, line {line}" if line else path.name
    raise StageError("input", f"the glossary {where}: {what}", hint)
