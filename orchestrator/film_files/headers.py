"""Reads what the headers of films state: length, tracks, languages. Remembered, so that it costs once a film.

One process of the environment `media` reads many films, because starting one takes longer than reading a
film. A film at which that process ends or waits too long counts as unreadable, and another process goes on
behind it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc.parsing import json_of
from orchestrator.environments import registry
from orchestrator.environments.run_module import run_module
from orchestrator.storage import file_digests
from orchestrator.util import memo

ENV = "media"
_FORM = 2
"""Raised when the facts change, so that what is remembered is read again."""
_MOST = 200
"""Films of one process: its command line is short, and what a damaged film costs stays small."""
_START_S, _EACH_S = 20.0, 5.0
"""Longest wait for a process, and for each of its films: a disk that sleeps, a share on a network."""


@dataclass(frozen=True, kw_only=True)
class SubtitleTrack:
    """A subtitle track: its language (a code, empty if none is stated), title, format and dispositions."""

    language: str = ""
    title: str = ""
    coding: str = ""
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SoundTrack:
    """An audio track: its language, whether it is commentary, audio description or the like, its channels."""

    language: str = ""
    about: bool = False
    channels: int = 0


@dataclass(frozen=True, kw_only=True)
class Headers:
    """What the headers of a film state; `error` is why they cannot be read, empty if they can.

    `seconds` is the stated length, `likely` perhaps a guess; `audio` are its audio tracks in words, `spoken`
    the language of the one that a run takes by default. `cut` is the size in bytes that the file should have,
    if it has fewer.
    """

    seconds: float | None = None
    likely: float | None = None
    audio: tuple[str, ...] = ()
    spoken: str = ""
    sound: tuple[SoundTrack, ...] = ()
    subtitles: tuple[SubtitleTrack, ...] = ()
    picture: bool = True
    cut: int | None = None
    error: str = ""

    @property
    def length(self) -> float | None:
        """Seconds, stated or guessed; None if neither."""
        return self.seconds or self.likely


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """Remembered headers, and of which state of which file they are."""

    identity: list[str | int]
    headers: Headers


def of(films: Iterable[Path]) -> dict[Path, Headers]:
    """The headers of films. Without the environment, a film that was never read has none."""
    found: dict[Path, Headers] = {}
    unread = []
    for film in films:
        known = _remembered(film)
        if known is None:
            unread.append(film)
        else:
            found[film] = known
    if unread and not registry.health(ENV):
        for film, headers in _read(unread):
            found[film] = headers
            _remember(film, headers)
    return found


def _read(films: Sequence[Path]) -> Iterator[tuple[Path, Headers]]:
    """Read films by as many processes as it takes."""
    waiting = list(films)
    while waiting:
        some = waiting[:_MOST]
        try:
            lines, why = _process(some)
        except OSError:  # the environment's Python does not start: `orchestrator doctor` says why
            return
        for film, line in zip(some, lines, strict=False):
            yield film, _headers(line)
        if len(lines) < len(some):
            yield some[len(lines)], Headers(error=why)
        del waiting[: min(len(lines) + 1, len(some))]


def _process(films: Sequence[Path]) -> tuple[list[str], str]:
    """The lines that a process printed for its first films; and why there are no more, if so."""
    names = "".join(f"{film}\0" for film in films)
    try:
        done = run_module(ENV, "media.facts", input=names, timeout=_START_S + _EACH_S * len(films))
        text, why = done.stdout, "ffmpeg ended unexpectedly when it read this file"
    except subprocess.TimeoutExpired as expired:
        raw = expired.stdout or b""
        text = raw.decode(errors="replace") if isinstance(raw, bytes) else raw
        why = "reading it took too long"
    whole = text[: text.rfind("\n") + 1]
    return whole.splitlines(), why


def _headers(line: str) -> Headers:
    import msgspec

    try:
        facts: Any = json_of(line)
        return msgspec.convert(facts, Headers)
    except ValueError as error:  # `msgspec.ValidationError` too
        return Headers(error=f"its headers cannot be used: {error}")


def _remembered(film: Path) -> Headers | None:
    try:
        os.fsencode(film).decode()
        status = film.stat()
    except UnicodeDecodeError:
        return Headers(error="its name is not UTF-8: ffmpeg cannot open it")
    except OSError as error:
        return Headers(error=error.strerror or str(error))
    entry = memo.read(_memo_of(status), _Entry)
    return entry.headers if entry is not None and entry.identity == _identity(film, status) else None


def _remember(film: Path, headers: Headers) -> None:
    """Keep what was read, unless it could not be: a disk that sleeps may answer next time."""
    import msgspec

    if not headers.error:
        status = film.stat()
        memo.keep(
            _memo_of(status), msgspec.to_builtins({"identity": _identity(film, status), "headers": headers})
        )


def _memo_of(status: os.stat_result) -> Path:
    return memo.folder("headers") / f"{status.st_dev:x}-{status.st_ino:x}.json"


def _identity(film: Path, status: os.stat_result) -> list[str | int]:
    return [_FORM, *file_digests.identity(film, status)]
