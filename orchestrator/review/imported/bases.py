"""What a file began from: the subtitles of the film's runs, as they were published.

An edited file is compared with what it began from, which need not be the last run: the film may have been run
or edited since. The ledger knows what was written at a path; a copy elsewhere began from the result whose
cues it has most of, the newest of those with equally many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc.edits import Shown
from orchestrator.report import data as page_data
from orchestrator.report import people
from orchestrator.report.results import Results
from orchestrator.review.tracks import shown_of
from orchestrator.run_state import film_records, run_folders
from orchestrator.stages.catalog import STAGES
from orchestrator.storage.store import Store

MOST = 12
"""Results of one track that a file is compared with, the newest."""
Turn = tuple[float, float, str]


@dataclass(frozen=True, kw_only=True)
class Base:
    """Subtitles of a run: the track, the run, its cues, and what its files say about speakers.

    `files` are the stored files by format, with their digests. `labels` maps speakers to their labels in
    SubRip, `names` to their names.
    """

    track: str
    key: str
    run: str
    language: str
    files: Mapping[str, tuple[Path, str]]
    cues: Sequence[Shown]
    labels: Mapping[str, str]
    names: Mapping[str, str]
    params: Mapping[str, Any]
    turns: Sequence[Turn]

    @property
    def has_labels(self) -> bool:
        """Whether a label at the start of a line names a speaker in its SubRip file."""
        return bool(self.params["speaker_labels"] != "none")

    @property
    def form(self) -> str:
        """The form of labels."""
        return str(self.params["label_form"])


def of_film(digest: str, store: Store, formats: Sequence[str]) -> list[Base]:
    """The subtitles of the whole film that are still in the store, the newest first."""
    found: dict[str, Base] = {}
    counts: dict[str, int] = {}
    for run in run_folders.past():
        content = film_records.of_film(run, digest) or {}
        for film in content.get("films", ()):
            if film["digest"] != digest:
                continue
            results = Results(film, store)
            if page_data.clip_start(results) is not None:
                continue
            for base in _of_run(results, store, film, run.id, formats):
                if base.key not in found and counts.get(base.track, 0) < MOST:
                    found[base.key] = base
                    counts[base.track] = counts.get(base.track, 0) + 1
    return list(found.values())


def _of_run(
    results: Results, store: Store, film: Mapping[str, Any], run: str, formats: Sequence[str]
) -> Iterator[Base]:
    keys = {step["stage"]: step["key"] for step in film["stages"]}
    turns = [
        (float(row["start"]), float(row["end"]), str(row["speaker"]))
        for row in results.rows("diarization", "turns") or ()
    ]
    for stage in results.stages("subtitles"):
        manifest = results.manifest(stage)
        table = results.artifact(stage, "cues")
        key = str(keys.get(stage) or "")
        if table is None or manifest is None:
            continue
        entry = store.find_part(key, formats)
        if entry is None:
            continue
        in_cues = [{"cues": table.rows()}]
        speakers = people.speakers(results, turns, in_cues)
        yield Base(
            track=stage.partition("-")[2],
            key=key,
            run=run,
            language=str(table.content["language"]),
            files={
                name: (entry.path(name), manifest.outputs[name].digest)
                for name in formats
                if name in manifest.outputs
            },
            cues=shown_of(table.rows()),
            labels=(results.facts(stage).get("labels") or {}).get("of") or {},
            names={one["id"]: one["name"] for one in speakers},
            params={**STAGES["subtitles"].defaults(), **manifest.ingredients},
            turns=turns,
        )
