"""Speaks to Ray for a run: starts a worker on each machine or GPU, and hands messages on, both ways.

    python -m orchestrator.cluster.on_ray.bridge

It reads a line of JSON (`address` and `order`) and then messages from its standard input, and writes
messages to its standard output (`orchestrator.cluster.messages`). When its input ends, the run is gone, and
so are the workers: Ray ends the actors of a driver that has ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
from dataclasses import dataclass
from typing import Any

from orchestrator.cluster import messages
from orchestrator.cluster.messages import (
    Accept,
    Connected,
    End,
    Failed,
    Install,
    Installed,
    Joined,
    Left,
    Lines,
    Message,
    Ready,
    Refuse,
    Send,
)  # fmt: skip
from orchestrator.cluster.on_ray import keeper, machines
from orchestrator.cluster.on_ray.depot import open_depot
from orchestrator.cluster.on_ray.machines import Place
from orchestrator.cluster.on_ray.order import Order
from orchestrator.cluster.on_ray.worker import Worker
from orchestrator.paths import home

_LOOK_S = 1.0


@dataclass
class _Hired:
    """A worker: Ray's handle of it, and what the run decided on it."""

    place: Place
    actor: Any
    verdicts: queue.SimpleQueue[Message]


class Bridge:
    """The workers of a run. `post` writes a message; every worker has a thread here that waits for it."""

    def __init__(self, order: str, post: Any, keeper: Any = None) -> None:
        self._order = order
        self._keeper = keeper
        self._post = post
        self._lock = threading.Lock()
        self._hired: dict[str, _Hired] = {}
        self._taken: set[str] = set()
        self._count = 0
        self.ending = threading.Event()

    def look(self) -> None:
        """Start a worker on each place that has none, until the run ends."""
        while not self.ending.wait(_LOOK_S if self._count else 0):
            try:
                places = machines.places()
            except Exception as error:
                self._post(Failed(why=f"Ray does not answer any more: {_first(error)}", hint=_AGAIN))
                return
            for place in places:
                with self._lock:
                    if place.name in self._taken:
                        continue
                    self._taken.add(place.name)
                    self._count += 1
                    worker = f"w{self._count}"
                threading.Thread(target=self._employ, args=(worker, place), daemon=True).start()

    def obey(self, message: Message) -> None:
        """Do what the run says."""
        worker = getattr(message, "worker", "")
        with self._lock:
            hired = self._hired.get(worker)
        if hired is None:
            return
        if isinstance(message, Send):
            hired.actor.send.remote(message.line)
        else:
            hired.verdicts.put(message)

    def _employ(self, worker: str, place: Place) -> None:
        import ray

        joined = refused = False
        try:
            actor = machines.hire(Worker, place).remote(self._order, self._keeper)
            hired = _Hired(place, actor, queue.SimpleQueue())
            with self._lock:
                self._hired[worker] = hired
            facts = ray.get(actor.facts.remote())
            joined = True
            self._post(Joined(worker=worker, machine=place.name, facts=facts, resources=place.resources))
            refused = not self._accepted(worker, hired)
            if not refused:
                self._work(worker, actor)
        except Exception as error:
            lost = machines.lost(place, error)
            why = "it does not answer any more" if lost else _first(error)
            refused = not joined and not lost
            name = place.name if refused else ""
            self._post(Left(worker=worker, lost=lost, why=why, never_joined=name))
        finally:
            with self._lock:
                gone = self._hired.pop(worker, None)
                if not refused:
                    self._taken.discard(place.name)
            if gone is not None:
                with contextlib.suppress(Exception):
                    ray.kill(gone.actor)

    def _accepted(self, worker: str, hired: _Hired) -> bool:
        import ray

        while True:
            verdict = hired.verdicts.get()
            if isinstance(verdict, Install):
                why = ray.get(hired.actor.install.remote())
                facts = ray.get(hired.actor.facts.remote())
                self._post(Installed(worker=worker, why=why, facts=facts))
            elif isinstance(verdict, Accept | Refuse):
                return isinstance(verdict, Accept)

    def _work(self, worker: str, actor: Any) -> None:
        import ray

        ready = False
        for reference in actor.events.options(num_returns="streaming").remote():
            found = ray.get(reference)
            if not ready:
                self._post(Ready(worker=worker))
                ready = True
            if "status" in found:
                status = int(found["status"])
                why = f"its program ended with status {status}"
                self._post(Left(worker=worker, lost=False, why=why, status=status, log=found["log"]))
            elif found["lines"]:
                self._post(Lines(worker=worker, lines=tuple(found["lines"])))


_AGAIN = "start the same command again: finished stages are cached"


def _first(error: Exception) -> str:
    """The sentence of Ray's error that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if " because " in line or "died" in line.lower()]
    return (told or lines or [type(error).__name__])[-1]


def _depot(results: str) -> Any:
    """The keeper of results that have no other place; None if they have one, or none is wanted."""
    if results == keeper.SCHEME:
        return keeper.hire(str(home() / "depot"))
    if results:
        open_depot(results)  # a wrong address is refused here, before any worker starts
    return None


def main() -> int:
    """Connect, and hand messages on until the input ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what Ray prints goes to the log
    lock = threading.Lock()

    def post(message: Message) -> None:
        with lock, contextlib.suppress(OSError):
            out.write(messages.to_line(message) + "\n")

    start = json.loads(sys.stdin.readline())
    try:
        connection = machines.connect(start["address"])
        depot = _depot(Order.from_json(start["order"]).results)
    except ValueError as error:
        post(Failed(why=f"--ray-results {error}", hint="see docs/cluster.md"))
        return 1
    except Exception as error:
        post(Failed(why=f"Ray cannot be used: {_first(error)}", hint=machines.hint(start["address"], error)))
        return 1
    post(Connected(address=connection.address, machines=connection.machines))
    bridge = Bridge(start["order"], post, depot)
    threading.Thread(target=bridge.look, daemon=True).start()
    for line in sys.stdin:
        message = messages.of_line(line)
        if isinstance(message, End):
            break
        bridge.obey(message)
    bridge.ending.set()
    connection.leave()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # threads that wait for workers that are gone end with it
