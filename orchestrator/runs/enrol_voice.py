"""Voices out of results: of a clip that somebody adds, by the stages that a film goes through, and of a film that was run."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.config.merge import settings
from orchestrator.config.values import Layer, Value
from orchestrator.errors import FAILED, INPUT, STATUS_OF_CATEGORY, FatalError
from orchestrator.library import voices
from orchestrator.library.voice_files import LEAST_S, Clip
from orchestrator.paths import home
from orchestrator.planning.film_path import film_of

if TYPE_CHECKING:
    from orchestrator.storage.store import Store

SECOND_S = 2.0
"""Seconds of a second voice from which a clip holds two people: less is a cough, or a voice cut in two."""


def enrol(clip: Path, store: Store, typed: Layer, *, alone: bool = False) -> Clip:
    """The voice in a recording, by the stages of a run until `diarization`, with the options that were `typed`.

    `alone` says that one person speaks in it, whatever it sounds like. `FatalError` (input) where nobody does, where it is too little, or where
    there are several.
    """
    own = {"mux": False, "known_voices": False, **({"num_speakers": 1} if alone else {})}
    values = {
        key: Value(value=value, source="--one-person", words="--one-person") for key, value in own.items()
    }
    found = _heard(clip, store, replace(typed, values={**typed.values, **values}))
    if not found:
        raise FatalError(f"nobody is heard to speak in {clip}", "take a clip with clear speech", INPUT)
    ordered = sorted(found.values(), key=lambda voice: -voice.seconds)
    if len(ordered) > 1 and ordered[1].seconds >= SECOND_S:
        lengths = ", ".join(f"{voice.seconds:.0f} s" for voice in ordered)
        raise FatalError(
            f"{clip} holds {len(ordered)} voices ({lengths})",
            "cut out the part where the one person speaks; or, if it is one person, add --one-person",
            INPUT,
        )
    voice = ordered[0]
    if voice.seconds < LEAST_S:
        raise FatalError(
            f"{clip} has {voice.seconds:.1f} s of clear speech: a voice takes {LEAST_S:.0f} s at least, 10 s and more are better",
            "take a longer clip",
            INPUT,
        )
    return voice


def _heard(clip: Path, store: Store, layer: Layer) -> dict[str, Clip]:
    """The voices in a recording by label."""
    from ipc.artifacts import read
    from orchestrator.execution.scheduler import Scheduler
    from orchestrator.planning.request import Scope, plan_for
    from orchestrator.run_state import run_folders
    from orchestrator.runs.film_outputs import Files
    from orchestrator.runs.session import check
    from orchestrator.views.plain import Plain

    plan = plan_for(settings(layer, film_of(clip)), clip, store, Scope(until="diarization"))
    check([plan], store)
    with store.in_use(), run_folders.new(clip.stem, root=home() / "memo" / "voices" / "runs") as record:
        busy = any(step.verdict in {"run", "maybe"} for step in plan.steps)
        state = Scheduler(
            store, record.logs, Files({}, overwrite=False), observers=[Plain()] if busy else []
        ).run([plan])
    if state.interrupted:
        raise KeyboardInterrupt
    for step in state.films[0].steps:
        if step.error is not None:
            raise FatalError(
                f"{clip}: {step.error.message}",
                step.error.hint,
                STATUS_OF_CATEGORY.get(step.error.category, FAILED),
            )
        for reason in step.degraded:
            print(f"orchestrator: {clip.name}: {reason}", file=sys.stderr)
    done = next(step for step in state.films[0].steps if step.name == "diarization")
    entry = store.find(done.key)
    if entry is None:
        raise FatalError(f"{clip}: there is no result of diarization", "run it again")
    rows = read(entry.path("embeddings"), "embeddings").rows()
    return voices.of_results(rows, entry.manifest, clip.name, plan.film_digest)
