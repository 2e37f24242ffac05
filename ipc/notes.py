"""Notes: what a stage tells the user about a film when the run ends.

Each room of `stage_runners` with something to tell has a module `notes` with a function `notes(film)`. It
reads the facts that stages recorded, and yields sentences. The summary and the report show them
(`orchestrator/views/notes.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class FilmFacts:
    """The facts and models of a film's stages, by the names of the stages.

    `review` is what the report counts: `cues`, `speakers`, `to_review`, and `flags` of those to review;
    and `outdated`, the name of a film with earlier subtitles burned in. It is empty without a report.
    `files` are the names of the forms that the run wrote, such as `json` and `report`.
    """

    facts: Mapping[str, Mapping[str, Any]]
    models: Mapping[str, str] = field(default_factory=dict)
    review: Mapping[str, Any] = field(default_factory=dict)
    files: Collection[str] = ()

    def of(self, stage: str) -> Mapping[str, Any]:
        """The facts of a stage; empty if it did not run."""
        return self.facts.get(stage, {})

    def each(self, stage: str) -> Iterator[Mapping[str, Any]]:
        """The facts of a stage and of its copies for other languages: `subtitles`, `subtitles-en`."""
        return (facts for name, facts in self.facts.items() if name.split("-")[0] == stage)


@dataclass(frozen=True)
class Note:
    """A sentence. If `look` is set, the user should check the film.

    `command` is the subcommand of `orchestrator` that shows more, or undoes what the sentence tells.
    """

    text: str
    look: bool = False
    command: str = ""
