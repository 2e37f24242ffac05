"""Reads subtitles as lines with times: files beside the film, and the texts of its tracks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc import plain_file
from ipc.text_files import NotTextError
from stage_runners.existing_subtitles.stage import LARGEST
from stage_runners.subtitle_files import entries
from stage_runners.subtitle_files.plain_cues import plain_cues
from stage_runners.sync.evidence import Spoken
from stage_runners.sync.speech_text import spoken_of
from stage_runners.text.code_pages import read_text
from stage_runners.text.iso639 import language as language_of

_NONE = "und"
"""What a container writes for a language that nobody stated."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Subtitles: the name of their file or track, the language stated, and their cues in order.

    `speakers` are those whom the cues name, None for one that names nobody, or several. `why` is why the
    subtitles cannot be used; empty if they can be read.
    """

    name: str
    language: str
    cues: tuple[Spoken, ...] = ()
    speakers: tuple[str | None, ...] = ()
    why: str = ""


def files(params: Mapping[str, Any], begin: float, seconds: float) -> Iterator[Source]:
    """The files beside the film; `begin` is the start of the clip in the film, which has `seconds`."""
    listed = zip(params["files"], params["names"], params["languages"], strict=True)
    for path, name, language in listed:
        try:
            data = plain_file.read(Path(path), LARGEST)
        except plain_file.UnusableFileError as error:
            yield Source(name=name, language=language, why=str(error))
        except OSError as error:
            yield Source(name=name, language=language, why=error.strerror or str(error))
        else:
            yield _source(name, language, data, begin, seconds)


def tracks(rows: Sequence[Mapping[str, Any]], seconds: float) -> Iterator[Source]:
    """The text tracks of the film, whose times are those of the clip already.

    Containers name languages by three letters, files and the rules for names by two.
    """
    for row in rows:
        code = language_of(row["language"]).code
        yield _source(row["track"], "" if code == _NONE else code, row["text"].encode(), 0.0, seconds)


def _source(name: str, language: str, data: bytes, begin: float, seconds: float) -> Source:
    try:
        text = read_text(data, language).text
    except NotTextError as error:
        return Source(name=name, language=language, why=str(error))
    subtitles = entries.read(text)
    if not subtitles.entries:
        return Source(name=name, language=language, why="no subtitles that can be read")
    cues = spoken_of(subtitles.events, subtitles.kind, begin + seconds)
    named = _speakers(text, subtitles.kind)
    speakers = tuple(named.get((one.start, one.end)) for one in cues)
    if begin:
        cues = [one._replace(start=one.start - begin, end=one.end - begin) for one in cues]
    return Source(name=name, language=language, cues=tuple(cues), speakers=speakers)


def _speakers(text: str, kind: str) -> dict[tuple[float, float], str]:
    """The speaker of each time at which one speaks, of those who are named more than once.

    A column of ASS that has the same name in every cue names nobody: programs write `Default` there.
    """
    speeches: dict[tuple[float, float], list[str | None]] = {}
    for cue in plain_cues(text, kind):
        speeches.setdefault((cue.start, cue.end), []).extend(said.speaker for said in cue.said)
    alone = {span: who[0] for span, who in speeches.items() if len(who) == 1}
    found = {
        span: name.title() if name.isupper() else name
        for span, name in alone.items()
        if name and not any(map(str.isdigit, name))
    }
    times = Counter(found.values())
    if len(times) == 1 and len(found) == len(alone):
        return {}
    return {span: name for span, name in found.items() if times[name] > 1}
