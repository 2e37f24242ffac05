"""Plans films one after another while a run goes, a few ahead of those that are being processed.

So a run of hundreds of films begins with the first, and reads each film only when its turn comes.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from orchestrator.errors import FatalError
from orchestrator.execution.joining import Close, Door, Join, Leave, Refuse
from orchestrator.machine import limits
from orchestrator.planning.plan import Plan
from orchestrator.run_state.events import FilmEnded, RunEvent
from orchestrator.run_state.states import RunState
from orchestrator.runs.wanted import Unreadable, WantedFilm
from orchestrator.util import bug_log, machine_errors

_CORES_A_FILM = 4
"""Cores that the stages of one film keep busy."""


def ahead() -> int:
    """The number of films that are open at once: one is processed while the next is prepared."""
    return max(2, limits.machine().cores // _CORES_A_FILM)


class Feeder:
    """An observer that lets films join as others end. `plan` plans a film; it may raise `FatalError`.

    A film that is open already joins once it has ended; `joins` is called with its plan just before.
    """

    def __init__(
        self,
        plan: Callable[[WantedFilm], Plan],
        refused: Callable[[WantedFilm | Unreadable, FatalError], None],
        door: Door,
        joins: Callable[[Plan], None],
        most: int | None = None,
    ) -> None:
        self._plan = plan
        self._refused = refused
        self._door = door
        self._joins = joins
        self._most = most or ahead()
        self._open: list[Path] = []
        self._unwanted: set[str] = set()
        self._changed = threading.Condition()

    def begin(self, films: Iterable[WantedFilm | Unreadable], already: Iterable[Path] = ()) -> None:
        """Let these films join, in a thread; `already` are those in the run."""
        self._open += already
        threading.Thread(target=self._feed, args=(films,), name="feeder", daemon=True).start()

    def cancel(self, name: str) -> None:
        """The film called `name` is not wanted, whether it has joined or not. Any thread may call it."""
        with self._changed:
            self._unwanted.add(name)
            self._door.ask(Leave(name))

    def wait_for_room(self) -> None:
        """Wait until another film may join: what a source gives next may depend on how far the run is."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._open) < self._most)

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Note that a film has ended."""
        if isinstance(event, FilmEnded):
            with self._changed:
                if (path := state.films[event.film].path) in self._open:
                    self._open.remove(path)
                self._changed.notify_all()

    def close(self) -> None:
        """Do nothing: the thread ends with the program."""

    def _feed(self, films: Iterable[WantedFilm | Unreadable]) -> None:
        try:
            for one in films:
                self._let_in(one)
        except FatalError as error:  # of the source: what it has given goes on
            self._refuse(Unreadable("", "", error), error)
        except Exception as error:  # else the run would end as if these were all films
            problem = bug_log.reported(sys.argv[1:], error)
            self._refuse(Unreadable("", "", problem), problem)
        finally:
            self._door.ask(Close())

    def _let_in(self, one: WantedFilm | Unreadable) -> None:
        if isinstance(one, Unreadable):
            return self._refuse(one, one.error)
        self.wait_for_room()
        try:
            with machine_errors.sentences():
                plan = self._plan(one)
        except FatalError as error:
            return self._refuse(one, error)
        except Exception as error:  # the other films go on
            return self._refuse(one, bug_log.reported(sys.argv[1:], error))
        with self._changed:
            self._changed.wait_for(lambda: plan.film not in self._open)
            if one.id and one.id in self._unwanted:
                self._unwanted.discard(one.id)
                return self._refuse(one, FatalError(f"{one.film}: cancelled", "", 0))
            try:
                with machine_errors.sentences():
                    self._joins(plan)
            except FatalError as error:
                return self._refuse(one, error)
            self._open.append(plan.film)
            self._door.ask(Join(plan, one.id))
        return None

    def _refuse(self, one: WantedFilm | Unreadable, error: FatalError) -> None:
        path = str(one.film) if isinstance(one, WantedFilm) else ""
        self._refused(one, error)
        self._door.ask(
            Refuse(id=one.id, path=path, message=error.message, hint=error.hint, status=error.status)
        )
