"""Writes the report beside the film, by the rule of `orchestrator.outputs.publish`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ipc.digests import file_digest
from orchestrator.outputs import names, publish
from orchestrator.outputs.ledger import Ledger
from orchestrator.outputs.publish import Published
from orchestrator.report import document
from orchestrator.storage.store import Store
from orchestrator.util import scratch
from orchestrator.util.storage_errors import storage_errors

_KEY = re.compile(rb'<meta name="orchestrator-report" content="(\w*)">')
_HEAD = 4096
"""The key is within these first bytes of the page."""
_WHOLE = {"done", "cached"}


def worth(film: Mapping[str, Any]) -> bool:
    """Return whether there is anything to show: the run was to make cues, and read the film's audio."""
    status = {stage["stage"]: stage["status"] for stage in film["stages"]}
    return status.get("subtitles", "off") != "off" and status.get("demux") in _WHOLE


def write(
    content: Mapping[str, Any],
    film: Mapping[str, Any],
    store: Store,
    place: Path,
    folder: Path,
    ledger: Ledger,
    *,
    overwrite: bool = False,
    clip: str = "",
    again: bool = False,
) -> Published:
    """Write the report of `film`, one of `content` (a `run.json`), whose file is `place`, into `folder`.

    If all results are cached and the present report was made from them, it is kept, unless `again` is set.
    Raises `FatalError` (storage) if it cannot be written.
    """
    target = folder / names.name_of(place, names.REPORT)
    key = key_of(film)
    if not again and _all_cached(film) and (there := _same(target, key, ledger)):
        return Published(
            name=target.name,
            path=there,
            size=there.stat().st_size,
            changed=False,
            digest=ledger.digest(there) or "",
        )
    from orchestrator.report import data

    page = document.render(data.of_film(content, film, store, folder), key=key)
    with scratch.folder() as drafts:
        draft = drafts / target.name
        with storage_errors(f"cannot write {draft}", "set ORCHESTRATOR_HOME to another folder"):
            draft.write_text(page, encoding="utf-8", errors="surrogateescape", newline="\n")
        return publish.publish(
            draft, target, file_digest(draft), place, ledger, overwrite=overwrite, clip=clip
        )


def key_of(film: Mapping[str, Any]) -> str:
    """Identifies the data and code of the report of `film`, except dates and processing times."""
    steps = [
        (
            step["stage"],
            "whole" if step["status"] in _WHOLE else step["status"],
            step["key"],
            step.get("error"),
        )
        for step in film["stages"]
    ]
    made_of = (
        film["path"],
        film["digest"],
        steps,
        [output["path"] for output in film["outputs"] if output["name"] != "report"],
    )
    found = hashlib.sha256(json.dumps(made_of, ensure_ascii=False).encode(errors="surrogateescape"))
    for file in (*document.sources(), *sorted(document.FOLDER.glob("*.py"))):
        found.update(file.read_bytes())
    return found.hexdigest()[:32]


def _all_cached(film: Mapping[str, Any]) -> bool:
    return all(stage["status"] in {"cached", "off"} for stage in film["stages"])


def _same(target: Path, key: str, ledger: Ledger) -> Path | None:
    """The unchanged report with this key that this tool wrote, at the target or beside it, or None."""
    for place in _places(target):
        with place.open("rb") as stream:
            found = _KEY.search(stream.read(_HEAD))
        if found and found[1].decode() == key and file_digest(place) == ledger.digest(place):
            return place
    return None


def _places(target: Path) -> Iterator[Path]:
    """The target, and the numbered files beside it that exist."""
    number, place = 0, target
    stem, suffix = target.name.rsplit(".", 1)
    while place.is_file():
        yield place
        number += 1
        place = target.with_name(f"{stem}.{number}.{suffix}")
