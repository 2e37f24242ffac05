"""Which speech recognition engine suits a language on a machine: the table of choices, best first.

`ranked` is the place to ask: planning takes the first model that is on this disk, and `orchestrator setup`
offers the first one. Reasons are published figures (`orchestrator.planning.published`). Without a language it
is Whisper, which has 99 and detects which one is spoken.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ipc.declaration import Backend, Stage
from orchestrator.machine.profile import Machine
from orchestrator.planning import published
from orchestrator.planning.recommendations import TOPICS, Recommendation, recommend


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An engine's model for a language on a machine: `backend` is where it would run, `advice.why` why."""

    backend: Backend
    advice: Recommendation

    @property
    def model(self) -> str:
        """The name of its model."""
        return self.advice.model or ""


def ranked(
    stage: Stage, machine: Machine, language: str = "", among: Collection[Backend] | None = None
) -> tuple[Candidate, ...]:
    """The engines' models for a stage of recognition, best first, each on its best device.

    `language` is a code such as `de` or `pt-BR`, empty if it is not known. `among` are the backends to
    consider; by default all that this machine could use, also those whose environment is not installed.
    """
    code = language.strip().lower().replace("_", "-").partition("-")[0]
    found: dict[tuple[str, ...], Candidate] = {}
    for backend in stage.backends:
        fits = machine.could_use(backend) if among is None else backend in among
        if not fits or backend.families in found:
            continue
        advice = recommend(TOPICS.get(stage.model_role or "", stage.base), backend, machine, code)
        if advice.model:
            found[backend.families] = Candidate(backend=backend, advice=advice)
    own = [one for one in found.values() if is_own(stage, one.backend)]
    others = [one for one in found.values() if one not in own and published.error(one.model, code)]
    return _with_reasons(_sorted([*own, *others], code), code)


def is_own(stage: Stage, backend: Backend) -> bool:
    """Whether a backend runs the models of the stage's first one: those without families run all."""
    return stage.first_family in (backend.families or ("",))


def _sorted(candidates: Sequence[Candidate], language: str) -> list[Candidate]:
    """Repeatedly the fastest of those whose error rates are as low as the lowest; those without come last."""
    left = [one for one in candidates if published.error(one.model, language)]
    result: list[Candidate] = []
    while left:
        rates = [published.error(one.model, language) or 100.0 for one in left]
        best = [one for one, rate in zip(left, rates, strict=True) if rate <= min(rates) * published.TIE]
        fastest = max(best, key=_speed)
        result.append(fastest)
        left.remove(fastest)
    return [*result, *(one for one in candidates if one not in result)]


def _speed(candidate: Candidate) -> tuple[bool, float]:
    return candidate.backend.device != "cpu", published.SPEEDS.get(candidate.model, 0.0)


def _with_reasons(candidates: Sequence[Candidate], language: str) -> tuple[Candidate, ...]:
    """The first candidate says what its figure is, and that of the next."""
    if not candidates:
        return ()
    first, *rest = candidates
    figure = published.sentence(first.model, language)
    if figure:
        other = next((one for one in rest if published.error(one.model, language) is not None), None)
        if other is not None:
            figure += f", {other.model} {published.error(other.model, language):.1f} %"
            if (published.error(other.model, language) or 0) < (published.error(first.model, language) or 0):
                figure += ", which is hardly better and much slower"
        why = "; ".join(filter(None, (f"{language}: {figure}", first.advice.why)))
        first = replace(first, advice=replace(first.advice, why=why))
    return (first, *rest)
