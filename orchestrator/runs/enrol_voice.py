"""Extracts a person's voice from a recording, with the stages of a run up to diarization."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.config.values import Layer
from orchestrator.errors import INPUT, FatalError
from orchestrator.library import voices
from orchestrator.library.voice_files import LEAST_S, Clip
from orchestrator.paths import home
from orchestrator.runs.results_of import results_of

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
    by_label = _voices(clip, store, typed, options)
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


def _voices(clip: Path, store: Store, typed: Layer, options: Mapping[str, Any]) -> dict[str, Clip]:
    """The voices in a recording, by speaker label."""
    from ipc.artifacts import read

    made = results_of(
        clip, store, typed, options,
        until="diarization", command="--one-person", logs=home() / "memo" / "voices" / "runs",
    )  # fmt: skip
    entry = made.of("diarization")
    rows = read(entry.path("embeddings"), "embeddings").rows()
    return voices.of_results(rows, entry.manifest, clip.name, made.plan.film_digest)
