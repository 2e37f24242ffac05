"""A run on many machines with a Ray that is made up: machines come and go, programs run films or die."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from orchestrator.cluster import conductor as conductors
from orchestrator.cluster.conductor import Conductor, Wanted
from orchestrator.cluster.facts import Facts
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
    Ready,
    Refuse,
    Send,
)  # fmt: skip
from orchestrator.errors import USAGE, FatalError
from orchestrator.execution.broadcast import Broadcast
from orchestrator.run_state import events, machine_events, run_json
from orchestrator.run_state.states import FilmState, StepState

OURS = Facts(checkout="/opt/o", version="1", commit="abc", code="c", models={"recognition base": "r"})


class MadeUp:
    """Ray's side: `machines` join at once, and those that leave join again. `dies` says what a film does."""

    def __init__(self, machines, dies=lambda film, machine: None, theirs=OURS, last=None):
        self.machines, self.dies, self.theirs, self.last = list(machines), dies, theirs, last
        self.seen, self.sent, self.count, self.where, self.films = [], [], 0, {}, {}
        self.conductor = None

    def __call__(self, event, state):
        self.seen.append(event)

    def join(self, machine):
        self.count += 1
        self.where[f"w{self.count}"], self.films[f"w{self.count}"] = machine, 0
        theirs = self.theirs if not callable(self.theirs) else self.theirs(machine)
        printed = theirs if isinstance(theirs, str) else json.dumps(dataclasses.asdict(theirs))
        self.put(Joined(worker=f"w{self.count}", machine=machine, facts=printed))

    def put(self, message):
        self.conductor.inbox.put(message)

    def send(self, message):
        self.sent.append(message)
        match message:
            case Accept():
                self.put(Ready(worker=message.worker))
            case Send(line=""):
                self.put(
                    Left(worker=message.worker, lost=False, why="its program ended with status 0", status=0)
                )
            case Send():
                self.work(message.worker, json.loads(message.line))

    def work(self, worker, wanted):
        number, machine = self.films[worker], self.where[worker]
        self.films[worker] += 1
        steps = (StepState(name="demux"), StepState(name="asr"), StepState(name="mux", status="off"))
        state = FilmState(path=Path(wanted["film"]), title=wanted["film"], steps=steps)
        lines = [events.FilmAdded(time=1, film=number, id=wanted["id"], state=state)]
        lines.append(
            events.StepStarting(time=2, film=number, step="demux", env="media", device="cpu", runner="r")
        )
        how = self.dies(wanted["film"], machine)
        if how is None:
            lines += [done(number, step) for step in ("demux", "asr")]
            lines.append(events.FilmEnded(time=4, film=number, id=wanted["id"], outcome="done"))
        self.put(Lines(worker=worker, lines=tuple(map(events.to_json, lines))))
        if how is not None:
            if self.last:
                self.put(Lines(worker=worker, lines=(json.dumps(self.last),)))
            self.put(Left(worker=worker, lost=how == "lost", why="it died", status=137, log="its last words"))
            self.join(machine)


def done(film, step):
    return events.StepDone(
        time=3, film=film, step=step, cached=False, key="k", reason="", env="", device="cpu", compute_type="",
        method="", model="", revision="", seconds=1, degraded=(), facts={},
    )  # fmt: skip


def run(tmp_path, ray, count=6, paths=None, **more):
    paths = paths or [Path(f"/films/{n}.mkv") for n in range(count)]
    films = [Wanted(id=str(n), path=path, weight=100 - n) for n, path in enumerate(paths)]
    conductor = Conductor(
        films=films, ours=OURS, send=ray.send, broadcast=Broadcast([ray]), logs=tmp_path, **more
    )  # fmt: skip
    ray.conductor = conductor
    ray.put(Connected(address="a", machines=len(ray.machines)))
    for machine in ray.machines:
        ray.join(machine)
    return conductor, conductor.run()


def of(ray, kind):
    return [event for event in ray.seen if isinstance(event, kind)]


def test_films_of_many_machines_are_one_run_with_one_number_a_film(tmp_path):
    ray = MadeUp(["m1", "m2"])
    conductor, state = run(tmp_path, ray)
    assert sorted(film.title for film in state.films) == [f"/films/{n}.mkv" for n in range(6)]
    assert {film.machine for film in state.films} == {"m1", "m2"}
    assert run_json.outcome(state) == "done"
    assert state.waiting == 0
    assert isinstance(ray.sent[-1], End)
    for event in of(ray, events.FilmAdded):
        assert state.films[event.film].path == event.state.path
    assert not conductor.refused


def test_a_film_whose_machine_is_lost_begins_again_on_another_and_keeps_its_number(tmp_path):
    lost = []

    def dies(film, machine):
        if machine == "m1" and not lost:
            lost.append(film)
            return "lost"
        return None

    ray = MadeUp(["m1", "m2"], dies)
    _, state = run(tmp_path, ray)
    assert run_json.outcome(state) == "done"
    assert len(state.films) == 6
    (left,) = [event for event in of(ray, machine_events.MachineLeft) if event.films]
    (moved,) = of(ray, machine_events.FilmMoved)
    assert left.machine == "m1"
    assert left.films == (moved.film,)
    assert str(state.films[moved.film].path) == lost[0]


def test_a_film_that_kills_its_worker_is_set_aside_with_its_log_and_all_others_are_done(tmp_path):
    ray = MadeUp(["m1", "m2"], lambda film, _: "crash" if film == "/films/2.mkv" else None)
    _, state = run(tmp_path, ray)
    (bad,) = [film for film in state.films if film.ended == "failed"]
    assert bad.title == "/films/2.mkv"
    demux, asr, mux = bad.steps
    assert (demux.status, asr.status, mux.status) == ("failed", "skipped", "off")
    assert demux.error.message == "set aside, because its worker died 3 times (m1, m2)"
    assert Path(demux.error.log).read_text().endswith("its last words")
    assert sum(film.ended == "done" for film in state.films) == 5
    assert run_json.outcome(state) == "failed"


def test_a_machine_that_differs_is_refused_with_what_to_do_and_the_others_do_the_work(tmp_path):
    other = dataclasses.replace(OURS, code="x", commit="old", checkout="/srv/o")
    ray = MadeUp(["m1", "m2"], theirs=lambda machine: other if machine == "m1" else OURS)
    _, state = run(tmp_path, ray)
    assert {film.machine for film in state.films} == {"m2"}
    (refused,) = of(ray, machine_events.MachineRefused)
    assert (refused.machine, refused.hint) == ("m1", "check out abc in /srv/o, then run ./install.sh there")
    assert [m.worker for m in ray.sent if isinstance(m, Refuse)] == ["w1"]


def test_install_sh_runs_only_where_it_is_allowed_and_once(tmp_path):
    unready = dataclasses.replace(OURS, unready={"nlp": "it is not installed"})
    ready = []

    class Installing(MadeUp):
        def send(self, message):
            if isinstance(message, Install):
                facts = OURS if ready else unready
                self.put(
                    Installed(worker=message.worker, why="" if ready else "no network",
                              facts=json.dumps(dataclasses.asdict(facts)))
                )  # fmt: skip
            super().send(message)

    allowed = Installing(["m1", "m2"], theirs=lambda machine: unready if machine == "m1" else OURS)
    run(tmp_path, allowed, install=True)
    (refused,) = of(allowed, machine_events.MachineRefused)
    assert refused.message == (
        "the environment nlp is not ready there: it is not installed; ./install.sh failed there: no network"
    )
    ready.append(True)
    again = Installing(["m1"], theirs=unready)
    _, state = run(tmp_path, again, install=True)
    assert run_json.outcome(state) == "done"
    forbidden = Installing(["m1", "m2"], theirs=lambda machine: unready if machine == "m1" else OURS)
    run(tmp_path, forbidden)
    assert not [message for message in forbidden.sent if isinstance(message, Install)]


def test_a_machine_whose_workers_die_whatever_they_do_gets_no_more_and_no_film_is_set_aside(tmp_path):
    ray = MadeUp(["m1", "m2"], lambda _, machine: "crash" if machine == "m1" else None)
    _, state = run(tmp_path, ray)
    assert run_json.outcome(state) == "done"
    assert [event.machine for event in of(ray, machine_events.MachineRefused)] in ([], ["m1"])


def test_a_machine_on_which_ray_cannot_start_the_worker_is_named_with_what_to_do(tmp_path):
    class Half(MadeUp):
        def join(self, machine):
            if machine == "m1":
                return self.put(Left(worker="w0", lost=False, why="no module", never_joined="m1"))
            return super().join(machine)

    ray = Half(["m1", "m2"])
    _, state = run(tmp_path, ray)
    (refused,) = of(ray, machine_events.MachineRefused)
    assert (refused.machine, refused.message) == ("m1", "Ray cannot start the worker there; no module")
    assert "environment cluster" in refused.hint
    assert run_json.outcome(state) == "done"


def test_a_machine_whose_program_does_not_start_is_refused_in_the_end(tmp_path):
    class Broken(MadeUp):
        def send(self, message):
            if isinstance(message, Accept) and self.where[message.worker] == "m1":
                self.sent.append(message)
                self.put(Left(worker=message.worker, lost=False, why="no memory"))
                return self.join("m1")
            return super().send(message)

    ray = Broken(["m1"])
    ray.machines.append("m2")
    _, state = run(tmp_path, ray)
    assert run_json.outcome(state) == "done"
    assert sum(isinstance(one, Accept) and ray.where[one.worker] == "m1" for one in ray.sent) <= 3


def test_if_every_machine_is_refused_the_run_ends_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(conductors, "NOBODY_S", -1.0)
    ray = MadeUp(["m1"], theirs='{"broken": "/srv/o: the program does not start there: no Python"}')
    with pytest.raises(
        FatalError, match="no machine can take part; of the last one: /srv/o: the program"
    ) as told:
        run(tmp_path, ray)
    assert told.value.hint == "run ./install.sh in its checkout"


def test_an_option_that_the_programs_refuse_ends_the_run_with_its_sentence(tmp_path):
    last = {
        "event": "run_ended",
        "exit_status": USAGE,
        "error": {"message": "--model x: no such", "hint": "y"},
    }
    ray = MadeUp(["m1"], lambda *_: "crash", last=last)
    with pytest.raises(FatalError, match="--model x: no such"):
        run(tmp_path, ray)


def test_a_film_that_a_machine_refuses_is_told_and_not_tried_again(tmp_path):
    class Refusing(MadeUp):
        def work(self, worker, wanted):
            if wanted["id"] != "3":
                return super().work(worker, wanted)
            line = events.FilmRefused(
                time=1, id="3", path=wanted["film"], message="no film", hint="h", status=4
            )
            return self.put(Lines(worker=worker, lines=(events.to_json(line),)))

    conductor, state = run(tmp_path, Refusing(["m1", "m2"]))
    assert len(state.films) == 5
    assert {path.name: error.status for path, error in conductor.refused.items()} == {"3.mkv": 4}


def test_if_ray_is_gone_the_run_ends_with_what_to_do(tmp_path):
    class Gone(MadeUp):
        def work(self, worker, wanted):
            self.put(Failed(why="Ray does not answer any more", hint="start it again"))

    with pytest.raises(FatalError, match="Ray does not answer any more"):
        run(tmp_path, Gone(["m1"]))


def test_lines_that_are_no_events_and_events_of_unknown_films_change_nothing(tmp_path):
    class Noisy(MadeUp):
        def work(self, worker, wanted):
            unknown = events.to_json(done(99, "asr"))
            lines = ("", "Traceback", "[]", '{"event": "step_log"}', '{"event": "new", "x": 1}', unknown)
            self.put(Lines(worker=worker, lines=lines))
            super().work(worker, wanted)

    _, state = run(tmp_path, Noisy(["m1"]))
    assert run_json.outcome(state) == "done"
