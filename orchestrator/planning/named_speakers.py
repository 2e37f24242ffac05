"""Checks `--speakers SPEAKER_00=Aditi` against the speakers that the film can have.

`SPEAKER 1=Aditi` names the speaker whom the subtitles call so. The stage `naming` reads both forms
(`stage_runners.naming.runner.asked`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from orchestrator.config.contradictions import HINT
from orchestrator.config.settings import Settings
from orchestrator.errors import USAGE, FatalError
from orchestrator.planning.plan import Plan
from orchestrator.storage.store import Store
from orchestrator.util.command_line import typed

_LABEL = re.compile(r"SPEAKER_([0-9]{2,6})", re.IGNORECASE)
_IN_SUBTITLES = re.compile(r"SPEAKER ([0-9]{1,6})", re.IGNORECASE)
_MISSPELT = re.compile(r"SPEAKER[_ -]?([0-9]{1,6})", re.IGNORECASE)


class _Speaker(NamedTuple):
    """A speaker as typed: `SPEAKER_00`, or `SPEAKER 1` in subtitles; both have the place 0."""

    label: str
    place: int


def check(plan: Plan, settings: Settings, store: Store) -> None:
    """Raise `FatalError` (usage) if `--speakers` names a speaker that this film cannot have.

    The number of speakers may bound them. They are known if speaker detection is cached.
    """
    chosen = settings.chosen.get("speakers")
    if chosen is None or not chosen.value:
        return
    place = "--speakers" if chosen.source.startswith("--") else f"{chosen.place}: speakers"
    names = _names(str(chosen.value), place)
    for key in ("num_speakers", "max_speakers"):
        most = settings.value(key)
        if most and (beyond := [speaker for speaker in names if speaker.place >= most]):
            allowed = f"allows SPEAKER_00{f' to SPEAKER_{most - 1:02}' if most > 1 else ' only'}"
            raise FatalError(
                f"--speakers {beyond[0].label}={names[beyond[0]]}: {settings.chosen[key].place} {allowed}",
                HINT,
                USAGE,
            )
    step = plan.step("diarization")
    entry = store.find(step.key) if step.verdict == "cached" and step.key else None
    if entry is None:
        return
    from ipc.artifacts import read

    detected = sorted({row["speaker"] for row in read(entry.path("turns"), "turns").rows()})
    for speaker, name in names.items():
        if speaker.label not in detected and (" " not in speaker.label or speaker.place >= len(detected)):
            raise FatalError(
                f"--speakers {speaker.label}={name}: {plan.film.name} has no {speaker.label}",
                f"choose from: {', '.join(detected)}; see: orchestrator names {typed(plan.film)}"
                if detected
                else "no speaker was detected in it",
                USAGE,
            )


def _names(text: str, place: str) -> dict[_Speaker, str]:
    """The names in `SPEAKER_00=Aditi,SPEAKER 2=Raj`.

    `FatalError` (usage), which begins with the `place` that sets them, for another form.
    """
    names: dict[_Speaker, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        label, _, name = (" ".join(word.split()) for word in part.partition("="))
        if not label or not name:
            raise FatalError(f"{place} {part}: expected LABEL=NAME", "write it as SPEAKER_00=Aditi", USAGE)
        if "=" in name:
            hint = "write a comma between two speakers: SPEAKER_00=Aditi,SPEAKER_01=Raj"
            raise FatalError(f"{place} {part}: {name!r} is not a name", hint, USAGE)
        speaker = _speaker(label, f"{place} {part}")
        if names.setdefault(speaker, name) != name:
            raise FatalError(
                f"{place}: {speaker.label} has two names, {names[speaker]} and {name}", "give one", USAGE
            )
    return names


def _speaker(label: str, part: str) -> _Speaker:
    if found := _LABEL.fullmatch(label):
        return _Speaker(label.upper(), int(found[1]))
    if (found := _IN_SUBTITLES.fullmatch(label)) and int(found[1]):
        return _Speaker(label.upper(), int(found[1]) - 1)
    number = _MISSPELT.fullmatch(label)
    hint = f"did you mean SPEAKER_{int(number[1]):02}?" if number else "labels are written as SPEAKER_00"
    raise FatalError(f"{part}: {label} is not the label of a speaker", hint, USAGE)
