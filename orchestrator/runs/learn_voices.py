"""Voices remembered out of a film that was run: for the other films of its series."""

from __future__ import annotations

import sys

from orchestrator.library import voice_learning, voices
from orchestrator.planning.plan import Plan
from orchestrator.storage.store import Entry, Store


def remember(plan: Plan, naming: Entry, series: str, store: Store) -> None:
    """Remember for a series whose voices are in one of its films, out of the result of `naming`, and say who is new."""
    from ipc.artifacts import read

    last = store.last(plan.film, "diarization")
    heard = store.find(last[0]) if last else None
    digest = naming.manifest.ingredients.get("input embeddings")
    if heard is None or heard.manifest.outputs["embeddings"].digest != digest:
        return
    rows = read(naming.path("speakers"), "speakers").rows()
    known = read(heard.path("embeddings"), "embeddings").rows()
    found = voices.of_results(known, heard.manifest, plan.film.name, plan.film_digest)
    fresh = voice_learning.learn(plan.film_digest, plan.film.name, series, naming.key, rows, found)
    if fresh:
        who = ", ".join(f"{p.name} ({p.clips[0].speaker}, {p.seconds:.0f} s)" for p in fresh)
        print(
            f"orchestrator: {plan.film.name}: remembered for the other films of {series}: {who}; orchestrator voices lists them",
            file=sys.stderr,
        )
