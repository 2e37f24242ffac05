"""Reads the file of --text: a script, a transcript or subtitles, in any encoding.

Standard library only, but for legacy encodings: the orchestrator reads the file before it reads the film.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from ipc import plain_file
from ipc.cue_rules import UNSEEN
from ipc.errors import StageError
from ipc.text_files import NotTextError
from stage_runners.known_text import cue_files, docx, scripts
from stage_runners.known_text.lines import KnownText
from stage_runners.text.code_pages import read_text

LARGEST = 32 << 20
"""Bytes; the script of a long film has 300 kB, a Word document with pictures more."""
MOST_WORDS = 400_000
"""Ten times the words of a day of film."""
_TEXTS: dict[str, Callable[[str], KnownText]] = {
    ".txt": scripts.read_text,
    ".text": scripts.read_text,
    ".md": scripts.read_text,
    ".srt": cue_files.read,
    ".vtt": cue_files.read,
    ".ass": cue_files.read,
    ".ssa": cue_files.read,
    ".fountain": scripts.read_fountain,
    ".spmd": scripts.read_fountain,
}
DOCX = ".docx"
SUFFIXES = (*_TEXTS, DOCX)
_BLANK = b" \t\r\n\xef\xbb\xbf"
_UNREADABLE = {
    ".doc": "save it as .docx or as plain text",
    ".pdf": "save its text as .txt: programs that show it export it",
    ".rtf": "save it as .docx or as plain text",
    ".odt": "save it as .docx or as plain text",
    ".fdx": "export it from Final Draft as plain text or Fountain",
}


def read(path: Path, language: str = "") -> KnownText:
    """The lines of the file; `StageError("input")` with the reason if it cannot be used.

    `language` is the code of the text's language, which decides between legacy encodings.
    """
    if "\n" in str(path) or "\r" in str(path):
        short = " ".join(str(path).split())
        why = (
            f"`text` is the path of a file, not a text itself: {short[:40]}{'...' if len(short) > 40 else ''}"
        )
        raise StageError("input", why, "write the text to a file, and give its path")
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        why = f"{suffix or 'a file without an extension'} is not a form of text that can be read"
        _refuse(path, why, _UNREADABLE.get(suffix, f"use one of {', '.join(SUFFIXES)}"))
    data = _bytes(path)
    if not data.strip(_BLANK):
        _refuse(path, "the file is empty", "check the file")
    if suffix != DOCX and data.lstrip(_BLANK)[:5] == b"%PDF-":
        _refuse(path, "a PDF, not a text", "export its text: programs that show it do so")
    known = _docx(path, data) if suffix == DOCX else _text(path, data, language, _TEXTS[suffix])
    if not known.lines:
        _refuse(path, f"read as {known.form}, it has no line that anybody could speak", "check the file")
    if sum(line.text.count(" ") + 1 for line in known.lines) > MOST_WORDS:
        _refuse(path, f"more than {MOST_WORDS:,} words, which no film has", "give the text of this film")
    return known


def check_cues(path: Path, known: KnownText) -> None:
    """Raise `StageError("input")` if the text is not divided into cues that could be kept."""
    if known.cues is None:
        why = f"read as {known.form}, it has no cues that --keep-cues could keep"
        _refuse(path, why, "give a subtitle file (SRT, WebVTT, ASS), or leave out --keep-cues")


def _bytes(path: Path) -> bytes:
    try:
        return plain_file.read(path, LARGEST)
    except plain_file.TooLargeError:
        why = f"larger than {LARGEST >> 20} MB: this cannot be a script or subtitles"
        _refuse(path, why, "give the text of this film in a file")
    except plain_file.UnusableFileError as error:
        _refuse(path, str(error), "give the text of this film in a file")
    except FileNotFoundError:
        _refuse(path, "file not found", "check the name")
    except OSError as error:
        _refuse(path, f"cannot be read: {error.strerror}", "check its permissions")


def _text(path: Path, data: bytes, language: str, reader: Callable[[str], KnownText]) -> KnownText:
    try:
        text = read_text(data, language).text
    except NotTextError as error:
        _refuse(path, str(error), "save it as UTF-8")
    return reader(UNSEEN.sub("", text))


def _docx(path: Path, data: bytes) -> KnownText:
    try:
        return scripts.read_text(UNSEEN.sub("", docx.text_of(data)))
    except docx.NotDocxError as error:
        _refuse(path, str(error), "save it again as .docx, or as plain text")


def _refuse(path: Path, why: str, hint: str = "") -> NoReturn:
    raise StageError("input", f"the text {path.name}: {why}", hint)
