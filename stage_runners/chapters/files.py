"""The files that hold chapters: for YouTube, for podcast apps, for web players, and for ffmpeg."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from stage_runners.subtitles.clock_time import clock_time
from stage_runners.subtitles.output_format import Format, UnwritableError

YOUTUBE_LEAST = 3
"""A list of fewer chapters has no effect there (YouTube Help, "Video Chapters")."""


@dataclass(frozen=True)
class Chapter:
    """A chapter, in seconds; its title has one line."""

    start: float
    end: float
    title: str


def youtube(chapters: Sequence[Chapter]) -> str:
    """A line for each chapter, to paste into a video's description: `00:00 Title`, in whole seconds."""
    _some(chapters)
    if len(chapters) < YOUTUBE_LEAST:
        raise UnwritableError(
            f"YouTube needs at least {YOUTUBE_LEAST} chapters, and this film has {len(chapters)}"
        )
    long = chapters[-1].start >= 3600
    return "".join(f"{_short(int(one.start), long=long)} {_bare(one.title)}\n" for one in chapters)


def _short(seconds: int, *, long: bool) -> str:
    minutes = f"{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{seconds // 3600}:{minutes}" if long else minutes


def _bare(title: str) -> str:
    """The title without angle brackets, which YouTube takes in no description."""
    return " ".join(title.translate({ord("<"): " ", ord(">"): " "}).split())


def podcast(chapters: Sequence[Chapter]) -> str:
    """JSON chapters 1.2.0 of the podcast namespace (Podcasting 2.0)."""
    _some(chapters)
    rows = [{"startTime": round(one.start, 3), "title": one.title} for one in chapters]
    return json.dumps({"version": "1.2.0", "chapters": rows}, ensure_ascii=False, indent=1) + "\n"


def webvtt(chapters: Sequence[Chapter]) -> str:
    """A chapter track of WebVTT (W3C, WebVTT, 4.2): `<track kind="chapters">`."""
    _some(chapters)
    cues = (
        f"\n{number}\n{_clock(one.start)} --> {_clock(one.end)}\n{html.escape(one.title, quote=False)}\n"
        for number, one in enumerate(chapters, 1)
    )
    return "WEBVTT\n" + "".join(cues)


def _clock(seconds: float) -> str:
    return clock_time(round(seconds * 1000))


def ffmetadata(chapters: Sequence[Chapter]) -> str:
    """Chapters in ffmpeg's metadata format, in milliseconds (ffmpeg-formats, "Metadata")."""
    _some(chapters)
    return ";FFMETADATA1\n" + "".join(
        f"\n[CHAPTER]\nTIMEBASE=1/1000\nSTART={round(one.start * 1000)}\nEND={round(one.end * 1000)}\n"
        f"title={_escaped(one.title)}\n"
        for one in chapters
    )


def _escaped(text: str) -> str:
    return re.sub(r"([=;#\\])", r"\\\1", text)


def _some(chapters: Sequence[Chapter]) -> None:
    if not chapters:
        raise UnwritableError("the film has no clear change of subject and no long pause")


FORMATS: tuple[Format, ...] = (
    Format(
        name="youtube",
        extension="txt",
        content="chapters",
        media_type="text/plain",
        description="chapters as lines such as `00:00 Title`, for the description of a video on YouTube; at "
        "least three (with `--chapters`)",
        write=youtube,
        language_tag="never",
        part="chapters",
        rank=110,
    ),
    Format(
        name="chapters-json",
        extension="json",
        content="chapters",
        media_type="application/json+chapters",
        description="chapters for podcast apps and hosts: JSON chapters 1.2.0 of Podcasting 2.0 (with "
        "`--chapters`)",
        write=podcast,
        language_tag="never",
        part="chapters",
        rank=111,
    ),
    Format(
        name="chapters-vtt",
        extension="vtt",
        content="chapters",
        media_type="text/vtt",
        description='chapters for web players: WebVTT for `<track kind="chapters">` (with `--chapters`)',
        write=webvtt,
        language_tag="never",
        part="chapters",
        rank=112,
    ),
    Format(
        name="ffmetadata",
        extension="ffmetadata",
        content="chapters",
        media_type="text/plain",
        description="chapters in ffmpeg's metadata format, to put them into an MP3 or M4A (with "
        "`--chapters`)",
        write=ffmetadata,
        language_tag="never",
        part="chapters",
        rank=113,
    ),
)
"""Every format of chapters; the first two are written unasked."""
UNASKED = ("youtube", "chapters-json")
"""The formats that `--chapters` writes if no format is named. A VTT file of chapters beside a film would be
taken for its subtitles by players."""
