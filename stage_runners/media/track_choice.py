"""The choice among a film's audio tracks, by what its headers say of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ipc.errors import StageError
from stage_runners.media.probe import Film, Track
from stage_runners.text.iso639 import same_language

NOT_THE_FILM = {"comment", "visual_impaired", "descriptions", "hearing_impaired", "karaoke", "clean_effects"}
_ABOUT_THE_FILM = re.compile(
    r"comment(ary|aries|aire)|kommentar|commento|comentari|komentarz|koment[aá]ř|kommentti|комментар|коментар"
    r"|解説|コメンタリー|评论|評論|해설|"
    r"audio.?(de)?skri|audio.?des[ck]ri|described|descriptive|description audio|audiotranskr|\b(ad|avd|dvs)\b"
    r"|syntolkning|kuvailutulkkaus|тифлокоммент|副音声|音声ガイド|화면해설|"
    r"hörfilm|karaoke|isolated (score|music)|music (and|&) effects|\bm ?& ?e\b|instrumental|score only",
    re.IGNORECASE,
)
"""Titles of commentary, audio description and music without speech, in the languages of most films."""
_DUB = re.compile(
    r"\bdub(bed|s)?\b|doubl(age|é|ée)s?\b|synchron(fassung|isation|isiert)|\bsynchro\b|doppia(ggio|to|ta)"
    r"|doblaje|doblad[oa]|dublag|dublad[oa]|dabing|dubbing|lektor|\bvff?\b|\bvfq\b|дубл|озвуч|многоголос|закадров"
    r"|nachsynchron|nasynchron|吹き?替|配音|더빙|szinkron|dublaj",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"\bvo(st\w*)?\b|\bv\.o\.|original|originale|originál|оригинал|原声|原音|원어|eredeti|orijinal",
    re.IGNORECASE,
)


class Chosen(NamedTuple):
    """The audio track to transcribe, the reason, and whether the film's tracks say otherwise."""

    track: Track
    why: str
    doubtful: bool = False


def choose(film: Film, asked: int | None, language: str | None, name: str) -> Chosen:
    """The audio track to transcribe.

    In this order: the requested number; tracks in the requested language; tracks other than commentary and
    audio description; tracks other than dubs; the default track; the original; most channels; the first.
    `StageError` if there is none.
    """
    tracks = film.of("audio")
    if not tracks:
        raise StageError("input", f"{name}: no audio track", "there is nothing to subtitle in it")
    if asked is not None:
        if not 0 <= asked < len(tracks):
            choices = "; ".join(track.words() for track in tracks)
            raise StageError(
                "config", f"--audio-track {asked}: {name} has no such track", f"choose one of: {choices}"
            )
        return Chosen(tracks[asked], "set by --audio-track")
    if len(tracks) == 1:
        if language and tracks[0].language and not speaks(tracks[0], language):
            return Chosen(tracks[0], f"the only one; no track is marked as {language}", doubtful=True)
        return Chosen(tracks[0], "the only one")
    spoken = [track for track in tracks if speaks(track, language)]
    proper = [track for track in spoken or tracks if not about_the_film(track)]
    # A dub is what was asked for if its language was.
    undubbed = [track for track in proper if spoken or not dubbed(track)]
    pool = undubbed or proper or spoken or tracks
    best = max(pool, key=lambda track: (track.default, original(track), track.channels, -track.number))
    return Chosen(best, _why(best, pool, proper, spoken, tracks, language), bool(language and not spoken))


def _why(
    best: Track,
    pool: Sequence[Track],
    proper: Sequence[Track],
    spoken: Sequence[Track],
    tracks: Sequence[Track],
    language: str | None,
) -> str:
    reasons = []
    if spoken:
        reasons.append(f"in the requested language ({language})")
    elif language:
        reasons.append(f"no track is marked as {language}")
    if len(pool) > 1:
        by_mark = "the original" if original(best) else "most channels, or the first of equals"
        reasons.append("the default track" if best.default else by_mark)
    elif len(pool) < len(proper):
        also = ", commentary or audio description" if len(proper) < len(spoken or tracks) else ""
        reasons.append(f"the others are dubs{also}")
    elif len(pool) < len(spoken or tracks):
        reasons.append("the others are commentary or audio description")
    return ", ".join(reasons) or "the only one"


def instead(film: Film, chosen: Track, language: str | None) -> list[Track]:
    """The tracks that may be transcribed if the chosen one has no speech, the likeliest first.

    A track of another language than the requested one is none of them.
    """
    spoken = [track for track in film.of("audio") if speaks(track, language)]
    rest = [
        track
        for track in film.of("audio")
        if track.number != chosen.number and not about_the_film(track) and (not spoken or track in spoken)
    ]
    return sorted(rest, key=lambda track: (dubbed(track), not track.default, -track.channels, track.number))


def speaks(track: Track, language: str | None) -> bool:
    """Whether a track is marked as being in this language; a broadcast marks one by channel: `deu,eng`."""
    return any(same_language(code, language or "") for code in track.language.split(","))


def about_the_film(track: Track) -> bool:
    """Whether a track is commentary, audio description or the like, by its flags or its title."""
    return bool(NOT_THE_FILM & set(track.purposes) or _ABOUT_THE_FILM.search(track.title))


def dubbed(track: Track) -> bool:
    """Whether a track is a dub, by its flag or its title."""
    return not original(track) and ("dub" in track.purposes or bool(_DUB.search(track.title)))


def original(track: Track) -> bool:
    """Whether a track is marked as the film's original one."""
    return "original" in track.purposes or bool(_ORIGINAL.search(track.title))
