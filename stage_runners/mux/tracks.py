"""Chooses the tracks of the new film: those of the original that its container supports, and ours.

Everything else stays unchanged, above all the dispositions, by which players choose. For the reasons see
docs/decisions/2026-11-21-mux.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from stage_runners.media.probe import Film, Track
from stage_runners.mux.fitting import TEXT, Fit, fit
from stage_runners.text.bcp47 import canonical
from stage_runners.text.iso639 import LANGUAGES, language, same_language

STYLED = {"ass", "ssa"}
_STARTS = re.compile(
    r"^(\d+):(\d\d):(\d\d)[,.](\d{2,3}) -->|^Dialogue:[^,]*,(\d+):(\d\d):(\d\d)\.(\d\d),", re.MULTILINE
)
OTHER = {"forced", "comment", "lyrics", "karaoke", "descriptions"}
"""Flags of tracks that do not contain the whole dialogue."""
_OTHER_TITLE = re.compile(r"\b(sign|song|forced|lyric|karaoke|comment)", re.IGNORECASE)
_DEAF_TITLE = re.compile(r"\b(sdh|cc|hi|hearing)\b", re.IGNORECASE)
FORMATS = ("srt", "ass", "both")
Form = Literal["srt", "ass"]
"""The outputs of the stage `subtitles` that become tracks, by name."""


class LanguageFiles(NamedTuple):
    """The subtitles in one language, in both forms; `forced` are those of a translation that are forced."""

    language: str
    srt: Path
    ass: Path
    forced: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Added:
    """A subtitle track to add.

    `form` is `srt` or `ass`, `place` its index among the languages (0: the source language), `starts` the
    start of each cue in seconds of the film, in order, and `purposes` its dispositions besides `default`.
    `tag` is the language as a BCP 47 tag where that says more than the code.
    """

    file: Path
    form: Form
    language: str
    place: int
    title: str
    starts: Sequence[float]
    purposes: tuple[str, ...] = ()
    tag: str = ""


@dataclass(frozen=True, kw_only=True)
class Left:
    """A track that is not copied, and why: `lost` if content is lost, `replaced` if ours replaces it."""

    track: Track
    why: str = ""
    lost: bool = True
    replaced: bool = False


def added(
    given: Sequence[LanguageFiles],
    container: str,
    wanted: str,
    *,
    sdh: bool,
    tags: Mapping[str, str] | None = None,
) -> list[Added]:
    """The tracks to add, in order.

    `given` are the files of each language with cues, the source first, `tags` the BCP 47 tags of translations
    that were requested by one.
    """
    forms = _forms(container, wanted)
    tracks = []
    for place, (code, srt, ass, forced) in enumerate(given):
        # a film in several languages, translated into the most spoken one
        translated = place > 0 and code == given[0][0]
        tag = canonical((tags or {}).get(code, "") if place else "") or (
            canonical(code) if "-" in code else ""
        )
        for form in forms:
            notes = [
                *(["translated"] if translated else []),
                *(["SDH"] if sdh else []),
                *(["styled"] if form == "ass" and len(forms) > 1 else []),
            ]
            file = ass if form == "ass" else srt
            tracks.append(
                Added(
                    file=file,
                    form=form,
                    language=code,
                    place=place,
                    title=_title(code, notes),
                    starts=starts(file),
                    purposes=("hearing_impaired",) if sdh else (),
                    tag=tag,
                )
            )
        if forced is not None:
            tracks.append(
                Added(
                    file=forced,
                    form="srt",
                    language=code,
                    place=place,
                    title=_title(code, ["forced"]),
                    starts=starts(forced),
                    purposes=("forced",),
                    tag=tag,
                )
            )
    return tracks


def _forms(container: str, wanted: str) -> tuple[Form, ...]:
    """The forms of each language's tracks; in MP4, SRT becomes mov_text, its only text format."""
    if wanted == "both" and container != "mp4":
        return ("srt", "ass")
    return ("ass",) if wanted == "ass" and container != "mp4" else ("srt",)


def _title(code: str, notes: Sequence[str]) -> str:
    """A title such as `English (SDH)`; the language is omitted if it has no name."""
    spoken = language(code)
    name = spoken.name if spoken.code in LANGUAGES else ""
    listed = ", ".join(notes)
    return f"{name} ({listed})" if name and listed else name or listed


def starts(file: Path) -> list[float]:
    """The starts of the cues of a SubRip or ASS file, in seconds, ascending."""
    found = []
    for match in _STARTS.finditer(file.read_text(encoding="utf-8")):
        hours, minutes, seconds, rest = (part for part in match.groups() if part is not None)
        found.append(int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(rest) / 10 ** len(rest))
    return sorted(found)


class Sorted(NamedTuple):
    """The tracks to copy, in order; those that are not; and forms other than `copy`, by index."""

    kept: list[Track]
    left: list[Left]
    forms: Mapping[int, str]


def sort_out(
    film: Film,
    container: str,
    replace: Sequence[str],
    tried: Callable[[Track, str], bool],
    *,
    sdh: bool = False,
) -> Sorted:
    """Which tracks the new film has, and in which form.

    `replace` are the languages whose text tracks ours replace; `sdh` is whether ours are for the deaf and
    hard of hearing; `tried` is whether ffmpeg can write an unusual track in a form.
    """
    kept: list[Track] = []
    left: list[Left] = []
    forms: dict[int, str] = {}
    for track in film.tracks:
        if track.hidden or (track.type == "data" and _timecode_kept(track, film)):
            # Chapters are copied as such. The video's tag says the timecode: MP4 makes its track anew.
            left.append(Left(track=track, lost=False))
        elif _replaced(track, replace, sdh=sdh):
            left.append(Left(track=track, why="replaced by our track", lost=False, replaced=True))
        else:
            fitting: Fit = fit(track, film, container, tried)
            if fitting.why:
                left.append(Left(track=track, why=fitting.why))
                continue
            kept.append(track)
            if fitting.form != "copy":
                forms[track.index] = fitting.form
    return Sorted(kept, left, forms)


def _replaced(track: Track, languages: Sequence[str], *, sdh: bool) -> bool:
    """Whether ours replace the text track; `sdh` is whether ours are for the deaf and hard of hearing.

    Forced, commentary, song and SDH tracks have other content; their flags show it or, in many films, their
    titles.
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


def _timecode_kept(track: Track, film: Film) -> bool:
    """Whether a tag of the video holds the same timecode as the track."""
    return bool(track.timecode) and any(other.timecode == track.timecode for other in film.of("video"))


def untimed(film: Film) -> bool:
    """Whether packets of the film's format may lack presentation times, which Matroska requires."""
    return bool({"avi", "mpeg"} & set(film.format.split(",")))


def default_of(kept: Sequence[Track], new: Sequence[Added], asked: bool | None) -> int | None:
    """Which of our tracks is the default subtitle track; None if none is.

    It is set if requested, and by default if no other track is the default. The first translation is
    preferred, because it was requested, then the first track.
    """
    if not new or asked is False or (asked is None and any(t.default for t in kept if t.type == "subtitle")):
        return None
    return next((number for number, track in enumerate(new) if track.place == 1), 0)


def flags_of(track: Track, *, alone: bool) -> tuple[str, ...]:
    """The dispositions of a copied track, without `default` if one of ours `alone` is the default."""
    default = track.default and not (alone and track.type == "subtitle")
    return (*(["default"] if default else []), *track.purposes)
