"""Takes an edited file back: compares it, saves its changes as edits, and lets runs replace the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ipc.edits import Shown
from orchestrator.errors import INPUT, FatalError
from orchestrator.library import edits
from orchestrator.outputs.ledger import Ledger
from orchestrator.review.desk import ConflictError, Desk
from orchestrator.review.imported.bases import Base
from orchestrator.review.imported.choose import chosen
from orchestrator.review.imported.differences import KINDS, Change, differences
from orchestrator.review.imported.onto import Onto, onto
from orchestrator.review.imported.speakers import in_run
from orchestrator.storage import file_digests
from orchestrator.util.command_line import typed

_AFTER_S = 60.0
"""Seconds behind the end of the film from which a cue is a mistake."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What an edited file changes. `names` are those of speakers in the whole film, by label."""

    file: Path
    base: Base
    onto: Onto
    names: Mapping[str, str]
    unkept: Mapping[str, Sequence[float]]

    @property
    def counts(self) -> dict[str, int]:
        """The number of changes of each kind; a change of several kinds counts in each."""
        count = Counter(kind for change in self.onto.made for kind in change.kinds)
        found = {kind: count[kind] for kind in KINDS if count[kind]}
        return found | ({"name": len(self.names)} if self.names else {})

    @property
    def changes(self) -> bool:
        """Whether there is anything to save."""
        return bool(self.onto.made or self.names)

    def before(self, change: Change) -> list[Shown]:
        """The cues that a change replaces, as they were in what the file began from."""
        return [self.base.cues[k] for k in change.ours]


def compared(desk: Desk, file: Path, track: str | None = None) -> Taken:
    """Compare an edited file with what it began from; `FatalError` if it cannot be imported."""
    found = chosen(desk.film, desk.digest, file, desk.store, track)
    base = found.base
    if base.track not in desk.tracks:
        raise FatalError(
            f"{file}: the last run of {desk.film.name} made no subtitles in {base.language}",
            f"run it with them first: orchestrator run {typed(desk.film)} --target-language {base.track}",
            INPUT,
        )
    said = differences(base, found.ours, found.theirs, labelled=found.labelled)
    late = next(
        (one for one in found.theirs.cues if desk.seconds and one.end > desk.seconds + _AFTER_S), None
    )
    if late is not None:
        raise FatalError(
            f"{file}: a cue at {late.start:.0f} s ends after the film does ({desk.seconds:.0f} s)",
            "is it a file of another film?",
            INPUT,
        )
    labels = in_run(base, desk.turns)
    names = {labels.get(label, label): name for label, name in said.speakers.renamed.items()}
    used = {one for change in said.changes for cue in change.after for one in cue.speakers}
    names |= {label: name for label, name in said.speakers.added.items() if label in used}
    present = desk.names()
    return Taken(
        file=file,
        base=base,
        onto=onto(desk.tracks[base.track], base.cues, said.changes, labels),
        names={
            label: name for label, name in names.items() if present.get(label, base.names.get(label)) != name
        },
        unkept=said.unkept,
    )


def take(desk: Desk, taken: Taken) -> Path:
    """Save the changes as edits, and return the copy of the file that is kept.

    A file that we wrote, and of which everything was kept, may be replaced by runs again. `FatalError` if
    somebody saved edits meanwhile.
    """
    digest = file_digests.file_digest(taken.file)
    copy = edits.keep_imported(desk.digest, taken.file)
    try:
        desk.take({taken.base.track: taken.onto.wanted}, taken.names, taken.onto.links)
    except ConflictError as error:
        raise FatalError(
            f"{desk.film.name}: its edits were saved elsewhere meanwhile", "import again", INPUT
        ) from error
    if not taken.unkept:
        give_back(desk.film, taken.file, digest)
    return copy


def give_back(film: Path, file: Path, digest: str) -> None:
    """Let runs replace a file that we wrote for the film, whose content with this digest is in the edits."""
    ledger = Ledger()
    if ledger.film(file) == str(film) and not ledger.clip(file):
        ledger.remember(file, digest, film)
