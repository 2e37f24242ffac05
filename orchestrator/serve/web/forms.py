"""Parses a form as it arrives: its file goes to the disk, its other fields are kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from orchestrator.serve.web import wave
from orchestrator.serve.web.answers import RequestError

_FIELDS, _LONGEST_FIELD = 50, 64 << 10
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")


@dataclass(kw_only=True)
class Upload:
    """An upload: the folder made for it, its file, the form's other fields, and the file's digest.

    `kept` is whether a job took the folder, which is removed otherwise.
    """

    folder: Path
    film: Path
    fields: Mapping[str, tuple[str, ...]]
    digest: str
    size: int
    kept: bool = False

    def field(self, name: str, otherwise: str = "") -> str:
        """The last value of a field."""
        values = self.fields.get(name)
        return values[-1] if values else otherwise


class Form:
    """A form as it arrives: its file goes to the disk, its other fields are kept."""

    def __init__(
        self, folder: Path, boundary: bytes, file_field: str, name: str, *, raw: bool, largest: int
    ) -> None:
        self._folder, self._file_field, self._name, self._raw = folder, file_field, name, raw
        self._largest = largest
        self._digest = hashlib.sha256()
        self._fields: dict[str, list[str]] = {}
        self._headers: dict[bytes, bytes] = {}
        self._header_name = self._header_value = b""
        self._field, self._is_file = "", False
        self._value = bytearray()
        self._blocks: list[bytes] = []
        self._film: Path | None = None
        self._stream: IO[bytes] | None = None
        self._size = 0
        self._ended = False
        self.pending = 0
        """Bytes that are not on the disk yet."""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part, "on_part_data": self._on_data, "on_part_end": self._on_end,
                "on_header_field": self._on_header_name, "on_header_value": self._on_header_value,
                "on_header_end": self._on_header, "on_headers_finished": self._on_headers,
                "on_end": self._on_form_end,
            },
        )  # fmt: skip

    def feed(self, part: bytes) -> None:
        """Take what arrived. Raises `RequestError`."""
        try:
            if part:
                self._parser.write(part)
        except FormParserError as error:
            raise RequestError(400, f"not a form: {error}") from None

    def write(self) -> None:
        """Write what is pending to the disk."""
        blocks, self._blocks, self.pending = self._blocks, [], 0
        for block in blocks:
            assert self._stream is not None  # noqa: S101 - opened with the file's headers
            self._digest.update(block)
            self._stream.write(block)

    def finished(self) -> Upload:
        """The whole upload. Raises `RequestError` if something is missing."""
        self.write()
        if not self._ended:
            raise RequestError(400, "the form was cut short")
        if self._film is None or self._stream is None or not self._size:
            raise RequestError(422, f"the form has no file in {self._file_field!r}, or it is empty")
        if self._raw:
            wave.complete(self._stream, self._size)
        self.close()
        fields = {name: tuple(values) for name, values in self._fields.items()}
        return Upload(
            folder=self._folder, film=self._film, fields=fields, digest=self._digest.hexdigest(),
            size=self._size,
        )  # fmt: skip

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()

    def _on_part(self) -> None:
        self._headers, self._value, self._is_file = {}, bytearray(), False

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = options.get(b"name", b"").decode(errors="replace")
        self._is_file = b"filename" in options or self._field == self._file_field
        if not self._is_file:
            return
        if self._field != self._file_field:
            raise RequestError(422, f"the form has a file in {self._field!r}, not in {self._file_field!r}")
        if self._film is not None:
            raise RequestError(422, "the form has more than one file")
        given = options.get(b"filename", b"").decode(errors="replace")
        self._film = self._folder / file_name(self._name or given, given, raw=self._raw)
        self._stream = self._film.open("xb")
        if self._raw:
            self._stream.write(wave.placeholder())

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._size += end - start
            if self._size > self._largest:
                raise RequestError(
                    413, f"the upload is larger than {shown(self._largest)}", "see --max-upload"
                )
            self._blocks.append(data[start:end])
            self.pending += end - start
        else:
            self._value += data[start:end]
            if len(self._value) > _LONGEST_FIELD:
                raise RequestError(413, f"the field {self._field!r} is too long")

    def _on_end(self) -> None:
        if self._is_file:
            return
        if sum(map(len, self._fields.values())) >= _FIELDS:
            raise RequestError(413, "the form has too many fields")
        self._fields.setdefault(self._field, []).append(self._value.decode(errors="replace"))

    def _on_form_end(self) -> None:
        self._ended = True


def file_name(name: str, given: str, *, raw: bool) -> str:
    """A name for the file of a client: letters and the suffix of theirs, and no path."""
    base = re.split(r"[/\\]", name)[-1]
    stem = re.sub(r"[^\w .()\[\]-]", "_", Path(base).stem).strip(" .-_")[:80]
    suffix = ".wav" if raw else Path(re.split(r"[/\\]", given)[-1]).suffix
    return f"{stem or 'upload'}{suffix.lower() if _SUFFIX.fullmatch(suffix) else '.bin'}"


def shown(size: int) -> str:
    """A size for a message."""
    return f"{size / 1e9:.3g} GB" if size >= 10**9 else f"{size / 1e6:.3g} MB"
