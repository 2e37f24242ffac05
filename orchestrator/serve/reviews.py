"""What the newest run of each film counts: cues to review, and the worst of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestrator.run_state import film_records, run_folders
from orchestrator.storage import file_digests

Review = Mapping[str, Any]
_KEYS = ("cues", "to_review", "worst")


class Reviews:
    """The counts, by the film's digest. A summary that was read is read again only after it changed."""

    def __init__(self) -> None:
        self._read: dict[Path, tuple[int, dict[str, Review]]] = {}

    def of_films(self, films: Mapping[str, Path]) -> Iterator[dict[str, Any]]:
        """The counts of those of `films`, by job, that have cues: `{"job", "cues", "to_review", "worst"}`."""
        known = self._by_digest()
        for job, film in films.items():
            if (found := known.get(file_digests.known(film) or "")) is not None:
                yield {"job": job, **found}

    def _by_digest(self) -> dict[str, Review]:
        found: dict[str, Review] = {}
        kept: dict[Path, tuple[int, dict[str, Review]]] = {}
        for run in run_folders.past():
            for path in (*film_records.paths(run), run.report):
                try:
                    changed = path.stat().st_mtime_ns
                except OSError:
                    continue
                before = self._read.get(path)
                if before is None or before[0] != changed:
                    before = changed, _counts(film_records.read(path))
                kept[path] = before
                for digest, review in before[1].items():
                    found.setdefault(digest, review)
        self._read = kept
        return found


def _counts(content: Mapping[str, Any] | None) -> dict[str, Review]:
    return {
        film["digest"]: {key: review.get(key) for key in _KEYS}
        for film in (content or {}).get("films", ())
        if (review := film.get("review") or {}).get("cues")
    }
