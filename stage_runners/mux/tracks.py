"""Which tracks the new film has: those of the old one that its container can hold, and ours, with their flags.

What nobody asked to change stays as it was, dispositions above all: a player chooses by them. The reasons stand in
docs/decisions/2026-11-21-mux.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from stage_runners.media.probe import Film, Track
from stage_runners.text.iso639 import LANGUAGES, language, same_language

TEXT = {"subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text"}
STYLED = {"ass", "ssa"}
IN_MATROSKA = {"mov_text": "srt", "text": "srt"}
"""Text subtitles that Matroska has no form for, and what they become; all others are copied."""
_SURE_IN_MATROSKA = TEXT | {"hdmv_pgs_subtitle", "pgssub", "dvd_subtitle", "dvdsub", "dvb_subtitle", "dvbsub"}
_PICTURES_IN_MP4 = {"mjpeg", "png", "bmp"}
_STARTS = re.compile(
    r"^(\d+):(\d\d):(\d\d)[,.](\d{2,3}) -->|^Dialogue:[^,]*,(\d+):(\d\d):(\d\d)\.(\d\d),", re.MULTILINE
)
OTHER = {"forced", "comment", "lyrics", "karaoke", "descriptions"}
"""Flags of tracks that do not say all that is said."""
_OTHER_TITLE = re.compile(r"\b(sign|song|forced|lyric|karaoke|comment)", re.IGNORECASE)
_DEAF_TITLE = re.compile(r"\b(sdh|cc|hi|hearing)\b", re.IGNORECASE)
FORMATS = ("srt", "ass", "both")
Form = Literal["srt", "ass"]
"""The outputs of the stage `subtitles` that become tracks, by name."""


class LanguageFiles(NamedTuple):
    """The subtitles in one language, in both forms."""

    language: str
    srt: Path
    ass: Path


@dataclass(frozen=True, kw_only=True)
class Added:
    """A subtitle track to add: its file, its form (`srt` or `ass`), the language's code, its `place` among the languages (0: the one
    spoken), its title, when its cues start (seconds of the film, in order), and the dispositions it gets besides `default`.
    """

    file: Path
    form: Form
    language: str
    place: int
    title: str
    starts: Sequence[float]
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Left:
    """A track that is left out, and why. `lost` is whether the new film is less for it; `replaced` whether ours stands in its place."""

    track: Track
    why: str = ""
    lost: bool = True
    replaced: bool = False


def added(given: Sequence[LanguageFiles], container: str, wanted: str, *, sdh: bool) -> list[Added]:
    """The tracks to add, in order. `given` are the files of each language with cues, the one spoken first."""
    forms = _forms(container, wanted)
    found = []
    for place, (code, srt, ass) in enumerate(given):
        # a film in several languages, translated into the one that is spoken most
        translated = place > 0 and code == given[0][0]
        for form in forms:
            notes = [
                *(["translated"] if translated else []),
                *(["SDH"] if sdh else []),
                *(["styled"] if form == "ass" and len(forms) > 1 else []),
            ]
            file = ass if form == "ass" else srt
            found.append(
                Added(
                    file=file,
                    form=form,
                    language=code,
                    place=place,
                    title=_title(code, notes),
                    starts=starts(file),
                    purposes=("hearing_impaired",) if sdh else (),
                )
            )
    return found


def _forms(container: str, wanted: str) -> tuple[Form, ...]:
    """The forms of each language's tracks; in MP4 SRT becomes mov_text, the only text it has."""
    if wanted == "both" and container != "mp4":
        return ("srt", "ass")
    return ("ass",) if wanted == "ass" and container != "mp4" else ("srt",)


def _title(code: str, notes: Sequence[str]) -> str:
    """`English (SDH)`; a language without a name is called by nothing."""
    spoken = language(code)
    name = spoken.name if spoken.code in LANGUAGES else ""
    told = ", ".join(notes)
    return f"{name} ({told})" if name and told else name or told


def starts(file: Path) -> list[float]:
    """When the cues of a SubRip or ASS file start, in seconds, in order of time."""
    found = []
    for match in _STARTS.finditer(file.read_text(encoding="utf-8")):
        hours, minutes, seconds, rest = (part for part in match.groups() if part is not None)
        found.append(int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(rest) / 10 ** len(rest))
    return sorted(found)


def sort_out(
    film: Film,
    container: str,
    replace: Sequence[str],
    fits: Callable[[Track], bool],
    *,
    sdh: bool = False,
) -> tuple[list[Track], list[Left]]:
    """The tracks that are kept, in order, and those that are not. `replace` are the languages whose text tracks ours (for the deaf where `sdh`) stand for;
    `fits` tries whether the container takes a track of a kind that few have.
    """
    kept: list[Track] = []
    left: list[Left] = []
    for track in film.tracks:
        if track.hidden:
            left.append(Left(track=track, lost=False))  # the chapters, which are kept as chapters
        elif _replaced(track, replace, sdh=sdh):
            left.append(Left(track=track, why="ours stands in its place", lost=False, replaced=True))
        elif why := _unfit(track, film, container, fits):
            # The timecode is kept: MP4 writes the track anew from the picture's tag, Matroska has the tag itself.
            held = track.type == "data" and _timecode_kept(track, film)
            left.append(Left(track=track, why="" if held else why, lost=not held))
        else:
            kept.append(track)
    return kept, left


def _replaced(track: Track, languages: Sequence[str], *, sdh: bool) -> bool:
    """Text in one of the languages that says what ours says; `sdh` is whether ours is for the deaf, too.

    What is forced, a comment, song or for the deaf alone says something else, by its flags or, as many films have it, by its title.
    """
    other = OTHER if sdh else OTHER | {"hearing_impaired", "captions"}
    titled = _OTHER_TITLE.search(track.title) or (not sdh and _DEAF_TITLE.search(track.title))
    return (
        track.type == "subtitle"
        and track.codec in TEXT
        and not other & set(track.purposes)
        and not titled
        and any(same_language(track.language, code) for code in languages)
    )


def _unfit(track: Track, film: Film, container: str, fits: Callable[[Track], bool]) -> str:
    """Why the container cannot hold the track; empty where it can."""
    if track.type == "data":
        if _timecode_kept(track, film):
            return "the tag holds it"
        if container == "mkv":
            return "Matroska holds no data streams" + (
                " (--container mp4 may)" if "mp4" in film.format else ""
            )
        return "" if fits(track) else "mp4 cannot hold such a stream"
    if container == "mkv":
        odd = track.type == "subtitle" and track.codec not in _SURE_IN_MATROSKA
        return "mkv cannot hold such a stream" if odd and not fits(track) else ""
    why = "mp4 cannot hold such a stream (--container mkv keeps it)"
    if track.type == "attachment" or (track.picture and track.codec not in _PICTURES_IN_MP4):
        return why
    if track.type == "subtitle" and track.codec not in TEXT:
        return why
    return ""


def _timecode_kept(track: Track, film: Film) -> bool:
    """Whether a timecode track says no more than a tag of the picture does."""
    return bool(track.timecode) and any(other.timecode == track.timecode for other in film.of("video"))


def untimed(film: Film) -> bool:
    """Whether packets of the film's format may lack the time at which they are shown, which Matroska insists on."""
    return bool({"avi", "mpeg"} & set(film.format.split(",")))


def form_of(track: Track, container: str) -> str:
    """What a track of the film is written as: `copy`, or the text format that the container has for it."""
    if track.type != "subtitle":
        return "copy"
    if container == "mp4":
        return "copy" if track.codec == "mov_text" else "mov_text"
    return IN_MATROSKA.get(track.codec, "copy")


def default_of(kept: Sequence[Track], new: Sequence[Added], asked: bool | None) -> int | None:
    """Which of ours is the default subtitle track; None where none is.

    Asked for: yes. Not said: where no other is. The first translation, since somebody asked for it; else the first of all.
    """
    if not new or asked is False or (asked is None and any(t.default for t in kept if t.type == "subtitle")):
        return None
    return next((number for number, track in enumerate(new) if track.place == 1), 0)


def flags_of(track: Track, *, alone: bool) -> tuple[str, ...]:
    """The dispositions that a kept track gets: its own, but for `default` where a subtitle track of ours `alone` is the default."""
    default = track.default and not (alone and track.type == "subtitle")
    return (*(["default"] if default else []), *track.purposes)
