"""Reads the paragraphs of a Word document (Office Open XML, ECMA-376) as lines of text.

python-docx would bring lxml, and can be asked only in an environment of a stage; the orchestrator refuses a
file that cannot be read before it reads the film. So `word/document.xml` is parsed here with Python's expat,
as a stream: no entity can be declared (defusedxml refuses the same), what is unpacked is bounded, and no
other part of the archive is opened. Text that was deleted with "track changes" is left out.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import IO
from xml.parsers import expat

from stage_runners.known_text.text_tables import lines_of_table

_PART = "word/document.xml"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
LARGEST_PART = 64 << 20
"""Bytes of unpacked XML: a screenplay has 2 MB."""
_PIECE = 1 << 16


class NotDocxError(Exception):
    """The file is not a Word document, or a hostile one; the message completes `FILE: ...`."""


def text_of(data: bytes) -> str:
    """The document's paragraphs, one a line; the rows of tables as `NAME: text`, if names are in them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo(_PART)
            if info.flag_bits & 1:
                raise NotDocxError("it is protected with a password")
            with archive.open(info) as stream:
                return _Paragraphs().read(stream)
    except KeyError:
        raise NotDocxError("not a Word document: it has no text part") from None
    except expat.ExpatError as error:
        raise NotDocxError(f"damaged: its text is not valid XML (line {error.lineno})") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise NotDocxError(f"not a Word document, or a damaged one ({error})") from error


class _Paragraphs:
    """Collects the text of `w:t` in each `w:p`."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._parts: list[str] = []
        self._in_text = False
        self._deep = 0
        self._tables = 0
        self._rows: list[list[list[str]]] = []
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self, stream: IO[bytes]) -> str:
        done = 0
        while piece := stream.read(_PIECE):
            done += len(piece)
            if done > LARGEST_PART:
                raise NotDocxError(f"its text unpacks to more than {LARGEST_PART >> 20} MB")
            self._parser.Parse(piece, False)
        self._parser.Parse(b"", True)
        return "\n".join(self._lines)

    def _refuse(self, *_: object) -> None:
        raise NotDocxError("its XML declares a document type, which no Word document does")

    def _start(self, name: str, _: object) -> None:
        space, _, tag = name.rpartition("}")
        if space not in {_W, _STRICT}:
            return
        if tag == "p":
            self._deep += 1
        elif tag == "tbl":
            self._tables += 1
        elif tag == "tr" and self._tables == 1:
            self._rows.append([])
        elif tag == "tc" and self._tables == 1 and self._rows:
            self._rows[-1].append([])
        elif tag == "t":
            self._in_text = True
        elif tag in {"br", "cr"}:
            self._parts.append("\n")
        elif tag == "tab":
            self._parts.append("\t")

    def _end(self, name: str) -> None:
        space, _, tag = name.rpartition("}")
        if space not in {_W, _STRICT}:
            return
        if tag == "t":
            self._in_text = False
        elif tag == "p":
            self._deep -= 1
            if not self._deep:
                cells = self._rows[-1] if self._tables and self._rows else None
                (cells[-1] if cells else self._lines).append("".join(self._parts))
                self._parts.clear()
        elif tag == "tbl":
            self._tables -= 1
            if not self._tables:
                self._lines += lines_of_table(self._rows)
                self._rows = []

    def _text(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)
