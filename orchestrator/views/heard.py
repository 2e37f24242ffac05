"""What a film's stages heard, in sentences for the end of a run: the track, the language, silence, cues to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ipc.cue_flags import flag_of
from orchestrator.util import text as fmt


def language(film: Mapping[str, Any]) -> str:
    """The language of a film of `run.json`, and how it is known; empty where nothing was heard, whatever was guessed of silence."""
    facts = _facts(film)
    found = str(film.get("language") or "")
    if not found or facts.get("subtitles", {}).get("cues") == 0:
        return ""
    model = next((str(stage.get("model") or "") for stage in film["stages"] if stage["stage"] == "asr"), "")
    probability = facts.get("asr", {}).get("language_probability")
    if re.search(r"\.en($|-)", model):
        return f"{found} (the model knows no other)"
    if probability is not None:
        return f"{found} (heard, {probability:.0%})"
    return f"{found} (asked for)" if "language_probability" in facts.get("asr", {}) else found


def sentences(film: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What people should know of what was heard, and whether it may not be what they wanted."""
    facts = _facts(film)
    demux, asr, subtitles = (facts.get(stage, {}) for stage in ("demux", "asr", "subtitles"))
    track, others = str(demux.get("audio_track_chosen") or ""), demux.get("other_audio_tracks") or []
    if track and (others or "no track says" in track):
        yield f"heard {track}", "no track says" in track
    if subtitles.get("cues") == 0:
        there = f"; other tracks: {', '.join(others)} (--audio-track N)" if others else ""
        somebody = int((asr.get("empty") or {}).get("count") or 0)
        why = "nothing that is said in it was understood" if somebody else "nobody speaks in it"
        yield f"{why}, so there are no cues{there}", True
    elif asr.get("language_probability") is not None and float(asr["language_probability"]) < 0.5:
        yield (
            f"the language is uncertain: {asr['language']} ({asr['language_probability']:.0%}); --language says it",
            True,
        )
    if flags := {name: n for name, n in (subtitles.get("flags") or {}).items() if flag_of(name).review}:
        told = ", ".join(f"{count} {flag_of(name).label}" for name, count in sorted(flags.items()))
        total = fmt.plural(int(subtitles.get("cues") or 0), "cue")
        yield f"of {total}, look at: {told}", False


def _facts(film: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {stage["stage"]: stage.get("facts") or {} for stage in film["stages"]}
