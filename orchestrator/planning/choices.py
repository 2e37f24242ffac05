"""How a stage is to run: every usable backend in order, with its model and parameters, and why.

What was asked for comes first; where nothing was, the machine's own devices decide, and for each of them the table of
`orchestrator.planning.recommendations`. The first choice is taken, the others are ways out when it fails. A device that does not give
what the CPU gives, or whose memory is known to be too small, is left out, and a note says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ipc.declaration import Backend, Stage
from orchestrator.errors import USAGE, FatalError
from orchestrator.machine.profile import Machine
from orchestrator.models import hub
from orchestrator.models import resolve as models
from orchestrator.models import whisper as whisper_models
from orchestrator.models.resolve import Model
from orchestrator.planning import device_verdicts, devices, memory_limits
from orchestrator.planning.choice import Choice, Chosen
from orchestrator.planning.recommendations import Recommendation, recommend

AUTO = "auto"
EMBEDDED = {"whisper": "base", "diarization": "embedded", "segmentation": "segmentation-3.0"}
"""The model of a role that is always there."""
COMMUNITY = "pyannote/speaker-diarization-community-1"


SMALLER = ("large-v3", "large-v3-turbo", "medium", "small", "base", "tiny")
"""Whisper models from large to small; those for English alone have the same names with `.en`."""


def choose(
    stage: Stage,
    asked: Mapping[str, Any],
    wanted: Mapping[str, str],
    *,
    machine: Machine,
    offline: bool = False,
    smaller: bool = False,
    fetch: bool = True,
    sources: Mapping[str, str] | None = None,
) -> Chosen:
    """The ways to run `stage` on `machine`; `FatalError` where what was asked cannot be had.

    `asked` are the parameters that somebody set; `wanted` maps stages, or the empty name for all, to devices, and `sources`
    says where that was asked. `smaller` allows smaller Whisper models as the last ways out. Without `fetch`, a model that would be fetched is only named. Of a machine that was recorded
    elsewhere nothing is looked for on this disk.
    """
    named = frozenset(device for name, device in wanted.items() if name in {"", stage.base})
    question = _Question(stage=stage, asked=asked, machine=machine, offline=offline, named=named, fetch=fetch)
    name, about = question.model_name()
    model_id = models.id_of(question.role, name) if name else ""
    usable = devices.choose(stage, wanted, machine, model_id, sources)
    question.refused.extend(devices.unusable(stage, wanted, machine, model_id))
    if question.role == "whisper" and name == AUTO:
        name = question.whisper(usable[0][0])
    found: list[Choice] = []
    for backend, why in usable:
        if way := question.way(backend, name, first=not found, why=(why, about)):
            found.append(way)
    if smaller and question.role == "whisper":
        for less in _smaller(name):
            ways = (question.way(backend, less, first=False, why=(why,)) for backend, why in usable)
            found += [replace(way, instead_of=name) for way in ways if way]
    return Chosen(choices=tuple(found), refused=tuple(question.refused), notes=tuple(question.notes))


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What is asked of `choose`, and what comes up while it is answered. `named` are the devices that somebody asked for."""

    stage: Stage
    asked: Mapping[str, Any]
    machine: Machine
    offline: bool
    named: frozenset[str] = frozenset()
    fetch: bool = True
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def role(self) -> str:
        return self.stage.model_role or ""

    @property
    def _topic(self) -> str:
        """What the table of recommendations knows it by: whatever runs Whisper runs as recognition does."""
        return "asr" if self.role == "whisper" else self.stage.base

    @property
    def values(self) -> dict[str, Any]:
        return {**self.stage.defaults(), **self.asked}

    def model_name(self) -> tuple[str, str]:
        """The name of the model, `auto` where the device decides, and a word about it; empty for a stage without one."""
        name = str(self.values[self.stage.model]) if self.stage.model else ""
        return _pipeline(self.machine) if self.role == "diarization" and name == AUTO else (name, "")

    def whisper(self, backend: Backend) -> str:
        """The Whisper model where none is named: the recommended one where it is there, else the embedded one, and a note."""
        advice = recommend(self._topic, backend, self.machine)
        wanted = advice.model or EMBEDDED["whisper"]
        if self.stage.base == "translation" and not whisper_models.translates(wanted):
            wanted = "medium"  # about the size of turbo, which was not taught to translate
        if not self.machine.here or models.on_disk("whisper", wanted, backend.device):
            return wanted
        how = f"orchestrator models pull {wanted}"
        self.notes.append(f"{wanted} fits this machine ({advice.why}): {how}")
        return EMBEDDED["whisper"]

    def way(self, backend: Backend, name: str, *, first: bool, why: tuple[str, ...]) -> Choice | None:
        """The way over `backend`; None where the model is not there for it, or the device is known to be wrong."""
        model = self._model(name, backend, first=first) if name else None
        if name and model is None:
            return None
        compared = ""
        if backend.checked:
            verdict = self._verdict(backend, model)
            if verdict is not None and not verdict.agrees:
                self.refused.append(f"{backend.device} is not used: {verdict.said}")
                return None
            if verdict is None and not first and self.machine.here:
                return None  # nobody compares a way out in the middle of a run, so it is none
            compared = verdict.said if verdict else "is compared with the CPU before its first use"
        advice = recommend(self._topic, backend, self.machine)
        params = self._params(backend, advice, first=first)
        if self.stage.model and model:
            params[self.stage.model] = model.id
        lesson = self._lesson(backend, model, params)
        if lesson is not None and lesson.batch == 0 and backend.device not in self.named:
            self.refused.append(f"{backend.device} is not used: {lesson.why}")
            return None
        if lesson is not None and 0 < lesson.batch < (params.get("batch_size") or 0):
            params["batch_size"] = lesson.batch
            compared = "; ".join(filter(None, (lesson.why, compared)))
        # Why a model suits the machine is no reason for another one that somebody named.
        suits = advice.why if self.role != "whisper" or name == advice.model else ""
        reasons = filter(None, (*why, suits, compared))
        return Choice(backend=backend, model=model, params=params, why="; ".join(reasons))

    def _lesson(
        self, backend: Backend, model: Model | None, params: Mapping[str, Any]
    ) -> memory_limits.Limit | None:
        """What an earlier lack of memory taught; a batch that somebody set is theirs."""
        if not self.machine.here or self.asked.get("batch_size") is not None or not memory_limits.anything():
            return None
        return memory_limits.limit(self.stage, backend, model, params, self.machine.id)

    def _verdict(self, backend: Backend, model: Model | None) -> device_verdicts.Verdict | None:
        if not self.machine.here:
            return None
        return device_verdicts.known(self.stage, backend, model, self.machine.id)

    def _model(self, name: str, backend: Backend, *, first: bool) -> Model | None:
        """The model for a backend; None for a way out whose form of the model is not here: nothing is fetched for it."""
        if not models.on_disk(self.role, name, backend.device):
            if not self.machine.here:
                return models.elsewhere(self.role, name)
            if not first:
                return None
            if not self.fetch and not self.offline and models.may_be_fetched(self.role, name, backend.device):
                self.notes.append(f"{name} is not on this disk: it is fetched before the run begins")
                return models.elsewhere(self.role, name)
        return models.resolve(self.role, name, offline=self.offline, device=backend.device)

    def _params(self, backend: Backend, advice: Recommendation, *, first: bool) -> dict[str, Any]:
        """All parameters, with what was left open decided for this backend."""
        params = self.values
        if "batch_size" in params and self.asked.get("batch_size") is None and advice.batch_size:
            params["batch_size"] = advice.batch_size
        if "compute_type" in params:
            can = self.machine.answer(backend.env, backend.device).compute_types
            wanted = str(params["compute_type"])
            if wanted != "default" and can and wanted not in can:
                if first:
                    raise FatalError(
                        f"{self.stage.name} cannot compute in {wanted} on {backend.device} here",
                        f"it can: {', '.join(sorted(can))}",
                        USAGE,
                    )
                wanted = "default"  # what was asked of the device before says nothing of this one
            params["compute_type"] = (advice.compute_type or "int8") if wanted == "default" else wanted
        return params


def _pipeline(machine: Machine) -> tuple[str, str]:
    """The diarization model where none is named, and why: pyannote's own pipeline where it is there."""
    there = models.on_disk("diarization", COMMUNITY) if machine.here else hub.has_token()
    if there:
        return COMMUNITY, "pyannote's own pipeline"
    how = f"orchestrator models pull {COMMUNITY}" if hub.has_token() else "it needs a token"
    return EMBEDDED[
        "diarization"
    ], f"embedded; pyannote's own pipeline is used where it is on the disk ({how})"


def _smaller(name: str) -> tuple[str, ...]:
    """The Whisper models smaller than `name`, the largest first; none where its size is not known."""
    english = ".en" if name.endswith(".en") else ""
    plain = {"large": "large-v3", "turbo": "large-v3-turbo"}.get(name, name.removesuffix(".en"))
    if plain not in SMALLER:
        return ()
    after = SMALLER[SMALLER.index(plain) + 1 :]
    return tuple(less + english for less in after if models.on_disk("whisper", less + english))
