"""Chooses how a stage runs: every usable backend in order, with its model, parameters and reason.

Requested devices come first. Without a request, the devices of the machine decide, and for each of them the
table of `orchestrator.planning.recommendations`. The first choice is used, the others are fallbacks. A device
is left out, with a note, if its results differ from the CPU's or its memory is known to be too small.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ipc.declaration import Backend, Stage
from orchestrator.environments import registry
from orchestrator.machine.profile import Machine
from orchestrator.models import aligners_here, families, hub
from orchestrator.models import resolve as models
from orchestrator.models.family import ModelFamily, local_path
from orchestrator.models.pyannote import COMMUNITY
from orchestrator.models.resolve import Model
from orchestrator.planning import (
    compute_types,
    devices,
    film_languages,
    gpu_places,
    memory_fit,
)
from orchestrator.planning.choice import Choice, Chosen, Refusal
from orchestrator.planning.engine_choice import Candidate, is_own, ranked
from orchestrator.planning.gpu_places import Way
from orchestrator.planning.memory_need import need
from orchestrator.planning.recommendations import TOPICS, Recommendation, recommend
from orchestrator.util import text as fmt

AUTO = "auto"
PREFERRED = {"diarization": (COMMUNITY, "pyannote's own pipeline")}
"""The model, with its description, that `auto` selects for a role once it is downloaded."""
TRANSLATING = "medium"
"""The model that translates if the recommended one cannot; it is about as large as turbo."""


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
    language: str = "",
    aligner: str = AUTO,
) -> Chosen:
    """Return the ways to run `stage` on `machine`; `FatalError` if a request cannot be met.

    `asked` are the parameters that the user set. `wanted` maps stages, or the empty name for all, to devices,
    and `sources` to the option or file that requested them. `smaller` allows smaller models as the last
    fallbacks. Without `fetch`, a model that would be downloaded is only named. For a machine that was
    recorded elsewhere, this disk is not searched. `language` is the film's,
    if the user states it, and `aligner` the value of `--align-model`.
    """
    wanted, machine = devices.narrowed(stage, wanted, machine, sources)
    named = frozenset(device for name, device in wanted.items() if name in {"", stage.base})
    question = _Question(
        stage=stage, asked=asked, machine=machine, offline=offline, named=named, fetch=fetch, spoken=language,
        aligner=aligner,
    )  # fmt: skip
    name, about = question.model_name()
    # What `auto` stands for may run where `auto` alone would have nothing to do.
    here = question.by_language(name)
    model_id = models.id_of(question.role, name) if name and not here else ""
    family = next((model.family for model in here.values()), "") or question.family(name)
    if not family and question.device_decides(name):
        name = question.recommended(wanted, sources)
        family = question.family(name)
        model_id = models.id_of(question.role, name)
    usable = devices.choose(stage, wanted, machine, model_id, sources, family)
    question.refused.extend(devices.unusable(stage, wanted, machine, model_id, family))
    found: list[Choice] = []
    for backend, why in usable:
        if way := question.way(backend, name, first=not found, why=(why, about)):
            found.append(way)
    taken = found[0].model if found else None
    question.notes.extend(aligners_here.described(taken.by_language if taken else here))
    if smaller and name:
        for less in question.smaller(name):
            ways = (question.way(backend, less, first=False, why=(why,)) for backend, why in usable)
            found += [replace(way, instead_of=name) for way in ways if way]
    left, too_large = memory_fit.fitting(found, machine.memory_mb)
    question.refused.extend(too_large)
    return Chosen(
        choices=tuple(left), refused=tuple(dict.fromkeys(question.refused)), notes=tuple(question.notes)
    )


def aligner(params: Mapping[str, Mapping[str, Any]] | None) -> str:
    """The value of `--align-model` in the parameters of the stages."""
    return str((params or {}).get("alignment", {}).get("align_model") or AUTO)


@dataclass(frozen=True, kw_only=True)
class _Question:
    """The arguments of `choose` and the remarks so far. `named` are the devices that the user requested,
    `spoken` is the film's language if they state it.
    """

    stage: Stage
    asked: Mapping[str, Any]
    machine: Machine
    offline: bool
    named: frozenset[str] = frozenset()
    fetch: bool = True
    spoken: str = ""
    aligner: str = AUTO
    refused: list[Refusal] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def role(self) -> str:
        return self.stage.model_role or ""

    @property
    def _topic(self) -> str:
        """The stage's key in the table of recommendations."""
        return TOPICS.get(self.role, self.stage.base)

    @property
    def values(self) -> dict[str, Any]:
        return {**self.stage.defaults(), **self.asked}

    def model_name(self) -> tuple[str, str]:
        """The model's name (`auto` if the device decides) and the reason; empty if the stage has no model."""
        name = str(self.values[self.stage.model]) if self.stage.model else ""
        if name != AUTO or self.role not in PREFERRED:
            return name, ""
        model, label = PREFERRED[self.role]
        if models.on_disk(self.role, model) if self.machine.here else hub.has_token():
            return model, label
        how = f"orchestrator models pull {model}" if hub.has_token() else "needs a Hugging Face token"
        reason = f"embedded; {label} is used once it is downloaded ({how})"
        return families.default_embedded(self.role), reason

    def by_language(self, name: str) -> Mapping[str, Model]:
        """The models on this disk that `auto` of the aligners stands for; empty for every other name."""
        if name != AUTO or self.role != aligners_here.ROLE or not self.machine.here:
            return {}
        return aligners_here.by_language(self.spoken)

    def device_decides(self, name: str) -> bool:
        """Whether the table of recommendations chooses the model: `auto`, unless the stage has its own."""
        return name == AUTO and not families.is_packaged(self.role, AUTO)

    def family(self, name: str) -> str:
        """The family of the named model, which decides on the backends; empty if the device decides on it."""
        return "" if not name or self.device_decides(name) else models.family_of(self.role, name)

    @property
    def language(self) -> str:
        """The language that the user says is spoken; empty if it has to be detected."""
        return film_languages.stated({"asr": self.asked}) if self._topic == "asr" else ""

    def recommended(self, wanted: Mapping[str, str], sources: Mapping[str, str] | None) -> str:
        """The best model that can be used at once, else the embedded one; with a note on a better one.

        Only what is on this disk is used unasked. The note has the command that downloads the better model.
        """
        usable = devices.of_every_family(self.stage, wanted, self.machine, sources)
        asked = wanted.get(self.stage.base) or wanted.get("")
        if asked and any(backend.device == asked for backend in usable):
            usable = tuple(backend for backend in usable if backend.device == asked)
        now = self._ranked(usable)
        best = now if asked else self._ranked()
        fallback = families.default_embedded(self.role)
        self.reasons.update({one.model: one.advice.why for one in reversed((*now, *best))})
        if not self.machine.here:
            return best[0].model if best else fallback
        taken = next((one.model for one in now if self._is_ready(one)), fallback)
        if best and best[0].model not in {taken, fallback}:
            how = f"orchestrator models pull {best[0].model}"
            self.notes.append(f"this machine could run {best[0].model} ({best[0].advice.why}): {how}")
        return taken

    def _ranked(self, among: Collection[Backend] | None = None) -> list[Candidate]:
        return [self._translating(one) for one in ranked(self.stage, self.machine, self.language, among)]

    def _is_ready(self, candidate: Candidate) -> bool:
        """Whether its model is on this disk, an aligner if it needs one, and its environment."""
        backend = candidate.backend
        if not models.on_disk(self.role, candidate.model, backend.device):
            return False
        if self.stage.base == "asr" and not any(map(families.times_words, backend.families)):
            code = film_languages.stated({"asr": self.asked})
            if not aligners_here.aligns(self.aligner, code):
                return False  # its words would have guesses for times, and Whisper's do not
        return is_own(self.stage, backend) or registry.health(backend.env) is None

    def _translating(self, candidate: Candidate) -> Candidate:
        """The candidate or, for translation, one that can translate in its place."""
        name = candidate.model
        if self.stage.base != "translation" or self._family(name).translates_to(name) != frozenset():
            return candidate
        why = f"{name} cannot translate, and {TRANSLATING} is about as large"
        return replace(candidate, advice=replace(candidate.advice, model=TRANSLATING, why=why))

    def smaller(self, name: str) -> tuple[str, ...]:
        """The smaller downloaded models of the same family, the largest first."""
        return tuple(less for less in self._family(name).smaller(name) if models.on_disk(self.role, less))

    def _family(self, name: str) -> ModelFamily:
        return families.candidates(self.role, name)[0]

    def way(self, backend: Backend, name: str, *, first: bool, why: tuple[str, ...]) -> Choice | None:
        """The choice for `backend`; None if its model is not downloaded or its results are wrong."""
        model = self._model(name, backend, first=first) if name else None
        if name and model is None:
            return None
        way = Way(
            stage=self.stage, backend=backend, model=model, machine=self.machine, first=first,
            batch_set=self.asked.get("batch_size") is not None, named=backend.device in self.named,
        )  # fmt: skip
        spots, unusable = gpu_places.spots(way)
        spots, wrong, compared = gpu_places.trusted(way, spots)
        self.refused.extend(unusable)
        for device, said in wrong.items():
            why_not = aligners_here.refused(model, self.spoken, said) if model else said
            self.refused.append(Refusal(device, why_not))
        if not spots:
            return None
        left = replace(self, machine=gpu_places.with_only(self.machine, spots))
        way = replace(way, model=gpu_places.fitting_model(way, spots), machine=left.machine)
        advice = left._advice(backend)
        params = left._params(backend, advice, way.model, first=first)
        if self.stage.model and way.model:
            params[self.stage.model] = way.model.id
        places, small, remarks = gpu_places.places(way, spots, params)
        self.refused.extend(small)
        if not places:
            return None
        if "batch_size" in params:
            params["batch_size"] = places[0].batch_size
        # The reason for the recommended model does not apply to another one that the user named.
        suits = self.reasons.get(name, advice.why) if advice.model in {None, name} else ""
        reasons = dict.fromkeys(filter(None, (*why, suits, *remarks, compared)))
        return Choice(
            backend=backend, model=way.model, params=params, why="; ".join(reasons), need=places[0].need,
            places=tuple(places) if places[0].device != backend.device else (),
        )  # fmt: skip

    def _model(self, name: str, backend: Backend, *, first: bool) -> Model | None:
        """The model for a backend; None for a fallback without its model, for which nothing is downloaded."""
        folder = local_path(name)
        if not first and folder and folder.is_dir() and not self._family(name).usable(folder, backend.device):
            return None
        here = models.on_disk(self.role, name, backend.device)
        if not here:
            if not self.machine.here:
                return models.elsewhere(self.role, name)
            if not first:
                return None
            if not self.fetch and not self.offline and models.may_be_fetched(self.role, name, backend.device):
                size = self._family(name).size_mb(name, backend.device)
                much = f" (about {fmt.size(size * 1e6)})" if size else ""
                self.notes.append(f"{name}{much} will be downloaded before the run starts")
                return models.elsewhere(self.role, name)
            if not self.offline and self._cannot_fit(name, backend):
                return models.elsewhere(self.role, name)  # before gigabytes are downloaded in vain
        if not here and not self.offline and not registry.get(backend.env).by_default():
            registry.require(backend.env)  # before gigabytes are downloaded for it
        model = models.resolve(self.role, name, offline=self.offline, device=backend.device)
        return replace(model, by_language=self.by_language(name))

    def _advice(self, backend: Backend) -> Recommendation:
        return recommend(self._topic, backend, self.machine, self.language)

    def _cannot_fit(self, name: str, backend: Backend) -> bool:
        """Whether a model that is not here is surely too large, by the known size of its download."""
        model = models.elsewhere(self.role, name)
        params = self._params(backend, self._advice(backend), model, first=True)
        return need(self.stage, backend, model, params).weights_mb > self.machine.memory_mb

    def _params(
        self, backend: Backend, advice: Recommendation, model: Model | None, *, first: bool
    ) -> dict[str, Any]:
        """All parameters, with the open ones decided for this backend and the model."""
        params = self.values
        if "batch_size" in params and self.asked.get("batch_size") is None and advice.batch_size:
            params["batch_size"] = advice.batch_size
        if "compute_type" in params:
            params["compute_type"] = compute_types.decided(
                self.stage, backend, model, str(params["compute_type"]), advice, self.machine, first=first
            )
        return params
