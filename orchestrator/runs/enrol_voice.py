"""Extracts a person's voice from a recording, with the stages of a run up to diarization."""

from __future__ import annotations

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
from orchestrator.util import terminal

if TYPE_CHECKING:
    from orchestrator.storage.store import Store

SECOND_S = 2.0
"""Seconds of a second voice that count as a second person; less may be a cough, or one voice split in two."""


def enrol(clip: Path, store: Store, typed: Layer, *, alone: bool = False) -> Clip:
    """The voice in a recording, with the options that were `typed`.

    `alone` forces a single speaker. `FatalError` (input) if there is no speech, too little speech, or several
    speakers.
    """
    options = {"mux": False, "known_voices": False, **({"num_speakers": 1} if alone else {})}
    values = {
        key: Value(value=value, source="--one-person", words="--one-person") for key, value in options.items()
    }
    by_label = _voices(clip, store, replace(typed, values={**typed.values, **values}))
    if not by_label:
        raise FatalError(f"{clip}: no speech was detected", "use a clip with clear speech", INPUT)
    ordered = sorted(by_label.values(), key=lambda voice: -voice.seconds)
    if len(ordered) > 1 and ordered[1].seconds >= SECOND_S:
        lengths = ", ".join(f"{voice.seconds:.0f} s" for voice in ordered)
        raise FatalError(
            f"{clip}: {len(ordered)} speakers were detected ({lengths})",
            "cut out the part with one speaker; if only one person speaks, add --one-person",
            INPUT,
        )
    voice = ordered[0]
    if voice.seconds < LEAST_S:
        raise FatalError(
            f"{clip}: only {voice.seconds:.1f} s of clear speech; a voice needs at least {LEAST_S:.0f} s",
            "use a longer clip; 10 s or more are best",
            INPUT,
        )
    return voice


def _voices(clip: Path, store: Store, layer: Layer) -> dict[str, Clip]:
    """The voices in a recording, by speaker label."""
    from ipc.artifacts import read
    from orchestrator.execution.scheduler import Scheduler
    from orchestrator.planning.request import Scope, plan_for
    from orchestrator.run_state import run_folders
    from orchestrator.runs.film_outputs import Files
    from orchestrator.runs.intake import check
    from orchestrator.views.plain import Plain

    plan = plan_for(settings(layer, film_of(clip)), clip, store, Scope(until="diarization"))
    check([plan], store)
    with store.in_use(), run_folders.new(clip.stem, root=home() / "memo" / "voices" / "runs") as record:
        busy = any(step.verdict in {"run", "maybe"} for step in plan.steps)
        state = Scheduler(
            store,
            record.logs,
            Files({}, overwrite=False),
            observers=[Plain()] if busy else [],
            scratch=record.scratch,
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
            terminal.tell(f"orchestrator: {clip.name}: {reason}")
    done = next(step for step in state.films[0].steps if step.name == "diarization")
    entry = store.find(done.key)
    if entry is None:
        raise FatalError(f"{clip}: the result of diarization is missing", "run the command again")
    rows = read(entry.path("embeddings"), "embeddings").rows()
    return voices.of_results(rows, entry.manifest, clip.name, plan.film_digest)
