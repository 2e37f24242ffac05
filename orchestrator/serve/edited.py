"""Takes subtitle files back that another program changed beside films of the watched folders.

What was changed becomes edits, as with `orchestrator import`, and the film is queued, so that a run makes its
other files anew. Only files that a run wrote count, once they have not changed for a while; each content of a
file is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ipc.digests import file_digest
from orchestrator.errors import FatalError
from orchestrator.outputs.ledger import Ledger
from orchestrator.review.desk import Desk
from orchestrator.review.imported import taking
from orchestrator.review.imported.file_cues import FORMATS
from orchestrator.serve.job import Request
from orchestrator.serve.queue import Queue
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.film_names import stem_of

_State = tuple[int, int]
"""What tells one content of a file from another: its size and its time of change."""


class EditedFiles:
    """The subtitle files beside the films of a service; `folder` is where its runs write, if elsewhere."""

    def __init__(self, queue: Queue, settled_s: float, folder: Path | None = None) -> None:
        self._queue, self._settled_s, self._folder = queue, settled_s, folder
        self._seen: dict[Path, tuple[_State, float]] = {}
        self._judged: dict[Path, _State] = {}

    def look(self, films: Iterable[Path], waiting: Iterable[Path], now: float) -> float | None:
        """Take back what was changed beside `films`, but for those that are in the queue (`waiting`).

        `now` is in seconds of a clock that never falls. Returns after how many seconds to look again, because
        a file may still be written; None if none may.
        """
        busy = set(waiting)
        again: list[float] = []
        for film in films:
            if film in busy:
                continue
            for file in self._beside(film):
                left = self._settles(file, now)
                if left is None:
                    continue
                if left > 0:
                    again.append(left)
                elif self._take(film, file):
                    break  # one file at a time: the run makes the others anew
        return min(again, default=None)

    def _beside(self, film: Path) -> list[Path]:
        folder, stem = self._folder or film.parent, f"{stem_of(film)}."
        try:
            names = sorted(path for path in folder.iterdir() if path.name.startswith(stem))
        except OSError:
            return []
        return [path for path in names if path.suffix.lstrip(".") in FORMATS and path.is_file()]

    def _settles(self, file: Path, now: float) -> float | None:
        """The seconds until the file is taken to be whole; None if this content was looked at before."""
        try:
            status = file.stat()
        except OSError:
            return None
        state = status.st_size, status.st_mtime_ns
        if self._judged.get(file) == state:
            return None
        known, since = self._seen.get(file, (state, now))
        self._seen[file] = (state, since if known == state else now)
        left = self._settled_s - (now - self._seen[file][1])
        if left <= 0:
            self._judged[file] = state
        return max(0.0, left)

    def _take(self, film: Path, file: Path) -> bool:
        """Take back a file if it is ours and was changed; whether the film was queued."""
        ledger = Ledger()
        try:
            written = ledger.digest(file)
            if written is None or ledger.film(file) != str(film) or ledger.clip(file):
                return False
            if file_digest(file) == written:
                return False
            return self._imported(film, file)
        except (FatalError, OSError) as error:
            terminal.tell(f"orchestrator: {file.name} was changed, and is left alone: {error}")
            return False

    def _imported(self, film: Path, file: Path) -> bool:
        desk = Desk(film)
        with desk.in_use():
            if not desk.stale:
                taken = taking.compared(desk, file)
                if not taken.changes:
                    return False
                taking.take(desk, taken)
                count = len(taken.onto.made) + len(taken.names)
                terminal.show(f"{file.name}: {fmt.plural(count, 'change')} of another program became edits")
                if taken.unkept:
                    terminal.show(f"  not kept: {', '.join(taken.unkept)}; the file stays as it is")
            else:
                del self._judged[file]  # after the run that makes the present edits
        self._queue.add(Request(film=film, source="watch"))
        return True
