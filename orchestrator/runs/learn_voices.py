"""Saves the named voices of a film, to recognise them in other films of its series."""

from __future__ import annotations

from orchestrator.errors import FatalError
from orchestrator.library import voice_learning, voices
from orchestrator.planning.plan import Plan
from orchestrator.storage.store import Entry, Store
from orchestrator.util import terminal
from orchestrator.util.notices import say


def remember(plan: Plan, naming: Entry, series: str, store: Store) -> None:
    """Save the voices that `naming` gave a name, for the film's series, and print those that are new."""
    from ipc.artifacts import read

    last = store.last(plan.film, "diarization")
    diarization = store.find(last[0]) if last else None
    digest = naming.manifest.ingredients.get("input embeddings")
    if diarization is None or diarization.manifest.outputs["embeddings"].digest != digest:
        return
    rows = read(naming.path("speakers"), "speakers").rows()
    embeddings = read(diarization.path("embeddings"), "embeddings").rows()
    clips = voices.of_results(embeddings, diarization.manifest, plan.film.name, plan.film_digest)
    try:
        new = voice_learning.learn(plan.film_digest, plan.film.name, series, naming.key, rows, clips)
    except FatalError as error:  # the film does not depend on it
        say(FatalError(f"the voices of {plan.film.name} are not saved: {error.message}", error.hint))
        return
    if new:
        names = ", ".join(f"{p.name} ({p.clips[0].speaker}, {p.seconds:.0f} s)" for p in new)
        line = f"saved voices for {series}: {names}; to list them: orchestrator voices"
        terminal.tell(f"orchestrator: {plan.film.name}: {line}")
