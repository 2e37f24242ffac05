"""Checks options against the film's headers: `--clip`, `--audio-track` and `--speakers-by-track`."""

from __future__ import annotations

from pathlib import Path

from ipc.time_range import clip_of
from orchestrator.config.settings import Settings
from orchestrator.errors import USAGE, FatalError
from orchestrator.film_files import headers
from orchestrator.film_files.headers import Headers
from orchestrator.util import text as fmt


def check(film: Path, settings: Settings) -> None:
    """Raise `FatalError` (usage) if the clip begins after the film's end, or an audio track does not exist.

    Only a length that the container states refuses a clip. Without the environment, or if the file cannot be
    read, nothing is checked: the stage `demux` does it.
    """
    clip, track = clip_of(settings.value("clip")), settings.value("audio_track")
    apart = bool(settings.value("speakers_by_track"))
    if clip is None and track is None and not apart:
        return
    facts = _read(film)
    seconds, tracks = facts.seconds, facts.audio
    if clip and seconds and clip[0] >= seconds:
        raise FatalError(
            f"{settings.chosen['clip'].place}: starts after the end of {film.name}, which is "
            f"{fmt.clock(seconds)} long",
            "choose a clip inside the film, such as " + _example(seconds),
            USAGE,
        )
    if track is not None and tracks and track >= len(tracks):
        raise FatalError(
            f"{settings.chosen['audio_track'].place}: {film.name} has no such track",
            f"choose one of: {', '.join(tracks)}",
            USAGE,
        )

    if apart and tracks and sum(not one.about for one in facts.sound) < 2:
        raise FatalError(
            f"{settings.chosen['speakers_by_track'].place}: {film.name} has only one track with a speaker: "
            f"{'; '.join(tracks)}",
            "omit it; if each channel is a speaker, use --speakers-by-channel; if each speaker has a file, "
            "put the files into one first: orchestrator join FILE FILE ...",
            USAGE,
        )


def _example(seconds: float) -> str:
    end = max(1.0, min(seconds, 120.0))
    return f"0:00-{fmt.clock(int(end))}"


def _read(film: Path) -> Headers:
    """What the film's headers state; nothing if they cannot be read."""
    return headers.of([film]).get(film, Headers())
