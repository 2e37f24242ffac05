"""The film under review: the results of its last run, its edits, and the actions on them."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ipc.edits import Shown
from orchestrator.errors import FAILED, INPUT, FatalError
from orchestrator.library import edits
from orchestrator.paths import home
from orchestrator.report import data as page_data
from orchestrator.report import document, last, people
from orchestrator.report.results import Results
from orchestrator.review import saving
from orchestrator.review.again import Again
from orchestrator.review.requests import BadRequestError, cues_of, names_of
from orchestrator.review.tracks import Track, key_of, track_of, with_codes
from orchestrator.run_state import last_text
from orchestrator.storage import file_digests
from orchestrator.storage.store import Entry, Store

_WHOLE = {"done", "cached"}
_PINS = "review"


class ConflictError(Exception):
    """The film or its edits changed meanwhile; the message is for the user."""


class Desk:
    """One film under review. Several threads may call every method."""

    def __init__(self, film: Path, python: str = sys.executable) -> None:
        """Load the film's last run; `python` runs it again."""
        self.film = film
        self._python = python
        self.digest = file_digests.file_digest(film)
        self._store = Store(home() / "store")
        self._lock = threading.RLock()
        self._again: Again | None = None
        self._unmade: dict[str, Any] = {}
        self.passed_over = ""
        """A sentence if the film has a newer run, which is not shown."""
        edits.load(self.digest)  # report a damaged file before anything is shown
        self.load()

    def load(self) -> None:
        """Load the last run that made subtitles of the whole film."""
        with self._lock:
            (self._content, self._run), self.passed_over = self._last()
            self._results = Results(self._run, self._store)
            self._store.users.unpin(_PINS)
            self._store.users.pin(_PINS, [step["key"] for step in self._run["stages"] if step["key"]])
            self._tracks = {name: self._track(name) for name in self._names()}
            self._turns = [
                (float(row["start"]), float(row["end"]), str(row["speaker"]))
                for row in self._results.rows("diarization", "turns") or ()
            ]
            self._state = edits.state_of(self.digest)
            self._overlay = saving.here(edits.load(self.digest), self._turns)
            self._tracks = {
                name: with_codes(track, self._overlay.tracks.get(name, ()))
                for name, track in self._tracks.items()
            }
            self._unmade = {}

    def _last(self) -> tuple[last.Found, str]:
        none = "has no subtitles yet"
        try:
            return last.run_of(self.film, lambda one: _whole(one) and not self._is_clip(one), none)
        except FatalError:
            last.run_of(self.film, _whole, none)  # which raises the same error if there is none either
            raise FatalError(
                f"{self.film.name}: the last run covered only a part of it (--clip)",
                f"run the whole film first: {last_text.command(self.film, self.digest)}",
                INPUT,
            ) from None

    def _is_clip(self, film: Mapping[str, Any]) -> bool:
        return page_data.clip_start(Results(film, self._store)) is not None

    @property
    def tracks(self) -> Mapping[str, Track]:
        """The tracks of the last run by name; the source language's is empty."""
        return self._tracks

    @property
    def turns(self) -> Sequence[saving.Turn]:
        """Who speaks when, by the last run."""
        return self._turns

    @property
    def seconds(self) -> float:
        """The length of the film; 0 if it is unknown."""
        return float(self._run.get("seconds") or 0.0)

    def names(self) -> dict[str, str]:
        """The name of each speaker of the last run, by label."""
        in_cues = [
            {"cues": [{"speakers": cue.speakers} for cue in one.shown]} for one in self._tracks.values()
        ]
        return {one["id"]: one["name"] for one in people.speakers(self._results, self._turns, in_cues)}

    @property
    def store(self) -> Store:
        """Where results are."""
        return self._store

    def in_use(self) -> contextlib.AbstractContextManager[None]:
        """Keep the film's results in the cache while the block runs: other runs may fill it."""
        return self._store.in_use()

    def _superseded(self) -> bool:
        """Whether the film was processed again since its results were loaded."""
        try:
            return self._last()[0][1] != self._run
        except FatalError:  # the film is gone: what is loaded can still be shown
            return False

    @property
    def stale(self) -> bool:
        """Return whether there are edits that the last run does not contain."""
        file = edits.for_run(self.digest)
        now = file_digests.file_digest(file) if file else None
        return any(
            entry.manifest.ingredients.get("edits") != now
            for stage in self._results.stages("subtitles")
            if (entry := self._entry(stage))
        )

    def page(self, token: str, back: str = "") -> str:
        """The page. Its requests to the server contain `token`, and it goes to `back` at its end."""
        with self._lock:
            if not self._again and self._superseded():
                self.load()
            if not self._again and self._state != edits.state_of(self.digest):
                self.load()  # the edits were saved elsewhere: show the present ones
                if self.stale:
                    # If rendering fails, the next save keeps the present edits all the same.
                    with contextlib.suppress(FatalError):
                        self.make()
            found = page_data.of_film(self._content, self._run, self._store, self.film.parent, editing=True)
            found["media"] |= {
                "film": f"film?token={token}",
                "sound": f"sound?token={token}" if self.sound else None,
            }
            found["review"] = {
                "token": token,
                "back": back,
                "state": self._state,
                "run": self._made(),
                "saved": self._unmade or None,
                "deleted": {name: self._deleted(name) for name in self._tracks},
            }
        return document.render(found, connect=True)

    @property
    def sound(self) -> Path | None:
        """The film's audio in the store, or None."""
        entry = self._entry("demux")
        return entry.path("audio") if entry and "audio" in entry.manifest.outputs else None

    def save(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Save the cues and names from a page.

        `body` is `{"state", "run", "tracks": {name: [cue]}, "names": {label: name}}`. Returns the new state.
        Raises `ConflictError` if the page is outdated, and `BadRequestError` if the data is invalid.
        """
        with self._lock:
            if self._again:
                raise ConflictError("the subtitles are being rendered: save again when that is done")
            if body.get("run") != self._made():
                raise ConflictError(
                    "the film was processed again since this page was opened: reload the page"
                )
            wanted, names = cues_of(body.get("tracks")), names_of(body.get("names"))
            end = self.seconds
            if end and any(cue.end > end + 60 for cues in wanted.values() for cue in cues):
                raise BadRequestError(f"a cue ends after the film does ({end:.0f} s)")
            if unknown := wanted.keys() - self._tracks.keys():
                raise BadRequestError(f"unknown track {min(unknown)!r}")
            if body.get("state") != self._state:
                raise ConflictError(_OUTDATED)
            count = self.take(wanted, names)
            self._unmade = {"tracks": body.get("tracks"), "names": body.get("names")}
            return {"state": self._state, "edits": count}

    def take(
        self,
        wanted: Mapping[str, Sequence[Shown]],
        names: Mapping[str, str | None],
        links: saving.Links = MappingProxyType({}),
    ) -> int:
        """Save the edits that make these cues of the tracks; returns how many there are then.

        `names` and `links` are those of `saving.overlay_of`. Raises `ConflictError` if the edits were saved
        elsewhere meanwhile.
        """
        with self._lock:
            merged = {name: (self._tracks[name], cues) for name, cues in wanted.items()}
            overlay = saving.overlay_of(self.film.name, self._overlay, merged, names, self._turns, links)
            try:
                self._state = edits.save(self.digest, overlay, state=self._state)
            except edits.StaleError as error:
                raise ConflictError(_OUTDATED) from error
            return len(edits.numbered(overlay))

    def again(self) -> Iterator[dict[str, Any]]:
        """Run the film again and yield its progress; at the end, load its results.

        Raises `ConflictError` during another run.
        """
        with self._lock:
            if self._again:
                raise ConflictError("the subtitles are already being rendered")
            self._again = Again(self._content, self.film, self._python)
        return self._events(self._again)

    def _events(self, run: Again) -> Iterator[dict[str, Any]]:
        try:
            for event in run.events():
                if "status" in event:
                    self._take_up()
                yield event
        finally:
            run.close()
            with self._lock:
                self._again = None

    def _take_up(self) -> None:
        """Load the results of a run; edits that it did not process are shown as they were saved."""
        with self._lock:
            unmade, state = self._unmade, self._state
            self.load()
            if self._state == state and self.stale:
                self._unmade = unmade

    def make(self) -> list[str]:
        """Run the film again without progress; returns the names of the files. `FatalError` if that fails."""
        end: dict[str, Any] = {}
        files = []
        for event in self.again():
            end = event
            files += [Path(event["file"]["path"]).name] if "file" in event else []
        if end.get("status") not in {0, 6}:
            raise FatalError("the subtitles could not be rendered", "; ".join(end.get("said", ())), FAILED)
        return files

    def close(self) -> None:
        """Stop a run in progress."""
        if self._again:
            self._again.stop()

    def _names(self) -> list[str]:
        return [stage.partition("-")[2] for stage in self._results.stages("subtitles")]

    def _track(self, name: str) -> Track:
        stage = f"subtitles-{name}" if name else "subtitles"
        base, shown = (self._results.rows(stage, output) for output in ("base_cues", "cues"))
        if base is None or shown is None:
            raise FatalError(
                f"{self.film.name}: its subtitles are no longer in the cache",
                f"run: {last_text.command(self.film, self.digest)}",
                INPUT,
            )
        return track_of(base, shown)

    def _deleted(self, name: str) -> list[dict[str, Any]]:
        """The automatic cues that an edit deleted from a track, in the form that a page sends cues."""
        made = {key_of(cue)[:3]: cue for cue in self._tracks[name].base}
        gone = [cue for edit in self._overlay.tracks.get(name, ()) if not edit.after for cue in edit.before]
        return [
            {"start": cue.start, "end": cue.end, "text": cue.text, "speakers": list(cue.speakers)}
            for cue in (made.get(key_of(each)[:3], each) for each in gone)
        ]

    def _made(self) -> str:
        """An identifier of the last run's results."""
        keys = {step["stage"]: step["key"] for step in self._run["stages"]}
        return " ".join(str(keys.get(stage)) for stage in self._results.stages("subtitles"))

    def _entry(self, stage: str) -> Entry | None:
        key = next((step["key"] for step in self._run["stages"] if step["stage"] == stage), "")
        return self._store.find(key) if key else None


_OUTDATED = (
    "the edits were saved elsewhere since this page was opened: reload the page "
    "(your changes are stored in this browser)"
)


def _whole(film: Mapping[str, Any]) -> bool:
    """Return whether a run made subtitles of the film."""
    return any(step["stage"] == "subtitles" and step["status"] in _WHOLE for step in film["stages"])
