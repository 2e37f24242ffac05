"""Checks options against the film's headers before a run: `--clip` and `--audio-track`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.time_range import clip_of
from orchestrator.config.settings import Settings
from orchestrator.environments import registry
from orchestrator.environments.run_module import run_module
from orchestrator.errors import USAGE, FatalError
from orchestrator.util import text as fmt

ENV = "media"
_SECONDS = 20.0
"""Longest wait for the headers: a disk that sleeps, a share on a network."""


def check(film: Path, settings: Settings) -> None:
    """Raise `FatalError` (usage) if the clip begins after the film's end, or the audio track does not exist.

    Only a length that the container states refuses a clip. Without the environment, or if the file cannot be
    read, nothing is checked: the stage `demux` does it.
    """
    clip, track = clip_of(settings.value("clip")), settings.value("audio_track")
    if clip is None and track is None:
        return
    facts = _read(film)
    seconds, tracks = facts.get("seconds"), facts.get("audio")
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


def _example(seconds: float) -> str:
    end = max(1.0, min(seconds, 120.0))
    return f"0:00-{fmt.clock(int(end))}"


def _read(film: Path) -> Mapping[str, Any]:
    """The film's facts as `stage_runners.media.facts` prints them; empty if it cannot."""
    if registry.health(ENV):
        return {}
    try:
        facts = json.loads(run_module(ENV, "media.facts", film, timeout=_SECONDS).stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    return facts if isinstance(facts, dict) else {}
