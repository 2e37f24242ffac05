from __future__ import annotations

import random

from orchestrator.cluster import dealing as deals
from orchestrator.cluster.dealing import Dealing, Film


def films(*weights: float) -> list[Film]:
    return [Film(id=f"f{at}", weight=weight) for at, weight in enumerate(weights)]


def dealt(state: Dealing) -> tuple[Dealing, list[tuple[str, str]]]:
    state, found = deals.deal(state)
    return state, [(worker, film.id) for worker, film in found]


def crash(state: Dealing, worker: str) -> tuple[Dealing, tuple[Film, ...]]:
    return deals.leave(state, worker, films=True, machine=True)


def test_the_longest_film_goes_first_and_as_they_come_if_asked():
    state = deals.join(deals.begin(films(10, 90, 40)), "w1", "m1")
    assert dealt(state)[1] == [("w1", "f1")]
    state = deals.join(deals.begin(films(10, 90, 40), longest_first=False), "w1", "m1")
    assert dealt(state)[1] == [("w1", "f0")]


def test_a_film_ahead_is_dealt_after_the_first_is_done_and_while_many_wait():
    state = deals.join(deals.begin(films(*range(100, 80, -1))), "w1", "m1")
    state, first = dealt(state)
    assert first == [("w1", "f0")]
    assert dealt(state)[1] == []
    state, then = dealt(deals.end(state, "w1", "f0"))
    assert then == [("w1", "f1"), ("w1", "f2")]
    few = deals.join(deals.begin(films(3, 2, 1)), "w1", "m1")
    few, _ = dealt(few)
    assert dealt(deals.end(few, "w1", "f0"))[1] == [("w1", "f1")]


def test_a_film_whose_worker_died_goes_alone_to_another_machine_after_all_others():
    state = deals.begin(films(90, 50, 40))
    for name in ("w1", "w2"):
        state = deals.join(state, name, f"m-{name}")
    state, found = dealt(state)
    assert found == [("w1", "f0"), ("w2", "f1")]
    state, aside = crash(state, "w1")
    assert not aside
    state = deals.join(state, "w3", "m-w1")
    state, found = dealt(state)
    assert found == [("w3", "f2")]
    state, found = dealt(deals.end(state, "w3", "f2"))
    assert found == []  # this machine's worker died with it: the other one is to try it
    state, found = dealt(deals.end(state, "w2", "f1"))
    assert found == [("w2", "f0")]


def test_a_film_is_set_aside_when_three_workers_died_with_it_and_takes_no_other_film_with_it():
    state = deals.begin(films(*[60] * 40))
    ended, aside, count = set(), [], 0
    for name in range(3):
        state = deals.join(state, f"w{name}", f"m{name}")
    rng = random.Random(3)
    while not state.over:
        state, _ = deals.deal(state)
        name = rng.choice([name for name, worker in state.workers.items() if worker.films])
        film = state.workers[name].films[0].id
        if film == "f7":
            machine = state.workers[name].machine
            state, more = crash(state, name)
            aside += [one.id for one in more]
            count += 1
            state = deals.join(state, f"{name}+", machine)
        else:
            state = deals.end(state, name, film)
            ended.add(film)
    assert (aside, count) == (["f7"], 3)
    assert ended == {film.id for film in films(*[60] * 40)} - {"f7"}


def test_a_lost_machine_accuses_no_film_until_ten_were_lost_with_it():
    state = deals.begin(films(60))
    for count in range(deals.LOSSES):
        state = deals.join(state, f"w{count}", f"m{count}")
        state, found = dealt(state)
        assert found == [(f"w{count}", "f0")]
        state, aside = deals.leave(state, f"w{count}", films=False, machine=False)
        assert bool(aside) == (count == deals.LOSSES - 1)
    assert state.over
    assert not any(state.is_bad(f"m{count}") for count in range(deals.LOSSES))


def test_a_machine_whose_workers_die_whatever_they_do_is_bad_until_one_finishes_a_film():
    state = deals.begin(films(*[60] * 9))
    for count in range(deals.BAD_STARTS):
        assert not state.is_bad("m")
        state, _ = deals.deal(deals.join(state, f"w{count}", "m"))
        state, _ = crash(state, f"w{count}")
    assert state.is_bad("m")
    state, ((_, film),) = deals.deal(deals.join(state, "w9", "m"))
    assert not deals.end(state, "w9", film.id).is_bad("m")


def test_every_film_ends_once_or_is_set_aside_whatever_happens():
    for seed in range(60):
        rng = random.Random(seed)
        wanted = films(*[rng.uniform(1, 100) for _ in range(rng.randint(1, 30))])
        poisoned = {film.id for film in wanted if rng.random() < 0.1}
        state, ended, aside, count = deals.begin(wanted), [], [], 0
        while not state.over:
            if len(state.workers) < 3:
                count += 1
                state = deals.join(state, f"w{count}", f"m{rng.randint(1, 4)}")
            state, _ = deals.deal(state)
            busy = [name for name, worker in state.workers.items() if worker.films]
            if not busy:
                continue
            name = rng.choice(busy)
            film = state.workers[name].films[0].id
            if film in poisoned or rng.random() < 0.02:
                state, more = deals.leave(state, name, films=film in poisoned, machine=False)
                aside += [one.id for one in more]
            else:
                state = deals.end(state, name, film)
                ended.append(film)
        assert sorted([*ended, *aside]) == sorted(film.id for film in wanted)
        assert set(aside) == poisoned
