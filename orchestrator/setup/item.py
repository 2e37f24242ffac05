"""Something that setup can get: a model for a role, for languages, on a device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from orchestrator.environments import registry
from orchestrator.models import families, resolve
from orchestrator.models.family import ModelFamily

TITLES = {
    "recognition": "Speech recognition",
    "aligner": "Word times",
    "diarization": "Speakers",
    "translation": "Translation",
}
"""What the model of a role is for, in the order of the items."""
KEYS = {
    "recognition": "model",
    "aligner": "align_model",
    "diarization": "diarize_model",
    "translation": "translation_model",
}
"""The option that names the model of a role."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A model, why it suits, the environments that it runs in, and smaller ones, the largest first.

    `languages` are those of the user that it is for; empty for all.
    """

    role: str
    model: str
    device: str = "cpu"
    languages: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    why: str = ""
    smaller: tuple[Item, ...] = ()

    @cached_property
    def family(self) -> ModelFamily:
        """The family of the model."""
        return families.candidates(self.role, self.model)[0]

    @property
    def repository(self) -> str:
        """The repository that it is downloaded from."""
        return self.family.repositories(self.model, self.device)[0]

    @property
    def on_disk(self) -> bool:
        """Whether the model is on this disk."""
        return resolve.on_disk(self.role, self.model, self.device)

    @property
    def licence(self) -> str:
        """The licence, as far as this program knows it; empty if it does not."""
        return self.family.licences.get(self.repository, "")

    @property
    def size(self) -> int:
        """The size of the download in bytes, as far as this program knows it; 0 if it does not."""
        return self.family.size_mb(self.model, self.device) * 1_000_000

    @property
    def missing_environments(self) -> list[str]:
        """The environments that it needs and that are not installed."""
        return [name for name in self.environments if registry.health(name) is not None]
