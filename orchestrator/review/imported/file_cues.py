"""The cues of subtitle files, read in the environment `media`: the files may be anybody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipc import json_text
from ipc.override_codes import Code
from orchestrator.environments.run_module import answer_of

FORMATS = ("srt", "vtt", "ass")
ENV = "media"
PATIENCE_S = 120
"""Seconds; the largest file that is read takes a few."""


@dataclass(frozen=True, kw_only=True)
class FileCue:
    """A cue of a file: seconds, text with line breaks, codes at places in it.

    `names` are those of its speakers: of the format, in order; of labels, one for each speaker of the text,
    empty without a label. `unkept` are words for what no edit can keep.
    """

    start: float
    end: float
    text: str
    codes: tuple[Code, ...] = ()
    names: tuple[str, ...] = ()
    style: str = ""
    unkept: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FileContent:
    """The cues of a file in its order, its styles by name, and words for what else it has."""

    cues: Sequence[FileCue]
    styles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unkept: Sequence[str] = ()


def read(paths: Iterable[tuple[Path, str]]) -> list[FileContent | str]:
    """The content of each file, or why it cannot be read. Each path comes with the code of its language."""
    request = json_text.dumps([[str(path), language] for path, language in paths])
    answer = answer_of(
        ENV, "edited_files.main", input=request, doing="reading the subtitles", timeout=PATIENCE_S
    )
    return [_content(one) for one in answer]


def _content(answer: Mapping[str, Any]) -> FileContent | str:
    if "error" in answer:
        return str(answer["error"])
    cues = [
        FileCue(
            start=cue["start"],
            end=cue["end"],
            text=cue["text"],
            codes=tuple(Code(*one) for one in cue["codes"]),
            names=tuple(cue["names"]),
            style=cue["style"],
            unkept=tuple(cue["unkept"]),
        )
        for cue in answer["cues"]
    ]
    return FileContent(cues=cues, styles=answer["styles"], unkept=answer["unkept"])
