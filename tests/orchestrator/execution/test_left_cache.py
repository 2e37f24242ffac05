"""What leaves the cache while a run goes on is made again if it is needed, and no film fails for it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ipc.digests import file_digest
from ipc.protocol import ArtifactWritten, Result, Started
from orchestrator.planning import lean, plan
from orchestrator.run_state.events import StepRetried
from orchestrator.storage.eviction import Bounds
from tests.orchestrator.execution.test_scheduler_decisions import Bench, Hooks, later
from tests.orchestrator.fakes import House, stage

CHAIN = (stage("a", "film"), stage("b", "a"), stage("c", "b"))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def statuses(steps):
    return {name: step.status for name, step in steps.items()}


def retried(bench):
    return [(event.step, event.reason) for event in bench.events if isinstance(event, StepRetried)]


class Losing(House):
    """When the stage `when` runs for the first time, the results with these inputs' names are gone."""

    def __init__(self, when, *, said="FileNotFoundError: [Errno 2] No such file or directory"):
        super().__init__()
        self.when, self.said, self.ran = when, said, []

    def on_run(self, fake, run):
        self.ran.append(fake.name)
        if fake.name == self.when and self.ran.count(fake.name) == 1:
            self.lose(run)
            fake.fail("crash", self.said)
        else:
            fake.succeed(run)

    def lose(self, run):
        for path in run.inputs.values():
            shutil.rmtree(Path(path).parent)


def test_an_input_that_is_removed_while_a_stage_reads_it_is_made_again(bench):
    house = Losing("b")
    steps = bench.run(house, CHAIN)
    assert statuses(steps) == {"a": "done", "b": "done", "c": "done"}
    assert house.ran == ["a", "b", "a", "b", "c"]
    assert retried(bench) == [("b", "the result of a left the cache, and is made again")]
    assert bench.store.find(steps["a"].key)


def test_all_that_an_input_needs_is_made_again_too(bench):
    class All(Losing):
        def lose(self, run):
            for folder in list((bench.store.root / "results").glob("*/*")):
                shutil.rmtree(folder)

    house = All("c")
    assert statuses(bench.run(house, CHAIN)) == {"a": "done", "b": "done", "c": "done"}
    assert house.ran == ["a", "b", "c", "a", "b", "c"]


def test_a_process_that_dies_of_a_removed_input_is_no_failure(bench):
    class Dying(Losing):
        def on_run(self, fake, run):
            self.ran.append(fake.name)
            if fake.name == "b" and self.ran.count("b") == 1:
                self.lose(run)
                fake.exit(-7)
            else:
                fake.succeed(run)

    house = Dying("b")
    assert statuses(bench.run(house, CHAIN)) == {"a": "done", "b": "done", "c": "done"}


def test_an_input_that_was_away_for_a_moment_is_looked_up_again(bench):
    class Away(Losing):
        def lose(self, run):
            self.said = f"FileNotFoundError: No such file: {next(iter(run.inputs.values()))}"

    house = Away("b")
    assert statuses(bench.run(house, CHAIN)) == {"a": "done", "b": "done", "c": "done"}
    assert house.ran == ["a", "b", "b", "c"]


def test_a_stage_that_fails_of_itself_fails_once(bench):
    class Kept(Losing):
        def lose(self, run):
            pass

    house = Kept("b", said="ValueError: odd sound")
    assert statuses(bench.run(house, CHAIN)) == {"a": "done", "b": "failed", "c": "skipped"}
    assert house.ran == ["a", "b"]


def test_an_input_that_is_removed_each_time_fails_the_stage_in_the_end(bench):
    class Always(Losing):
        def on_run(self, fake, run):
            self.ran.append(fake.name)
            if fake.name == "b":
                self.lose(run)
                fake.fail("crash", self.said)
            else:
                fake.succeed(run)

    house = Always("b")
    assert statuses(bench.run(house, CHAIN)) == {"a": "done", "b": "failed", "c": "skipped"}
    assert house.ran.count("b") == 4


def test_an_attempt_that_was_taken_for_abandoned_is_made_again(bench):
    class Woken(House):
        ran = 0

        def on_run(self, fake, run):
            fake.succeed(run)
            self.ran += fake.name == "b"
            if fake.name == "b" and self.ran == 1:
                shutil.rmtree(run.output_dir)

    assert statuses(bench.run(Woken(), CHAIN)) == {"a": "done", "b": "done", "c": "done"}
    assert retried(bench) == [("b", "what it wrote left the cache")]
    assert list((bench.store.root / "attempts").iterdir()) == []


def test_a_result_that_is_gone_before_its_files_are_written_is_made(bench):
    class Publishing(Hooks):
        def publish(self, plan, step, entry):
            self.seen = (*getattr(self, "seen", ()), step.name)
            if self.seen == ("a",):
                shutil.rmtree(entry.folder)
            entry.path("out").read_text()
            return ()

    bench.run(House(), CHAIN)
    steps = bench.run(House(), CHAIN, hooks=Publishing())
    assert statuses(steps) == {"a": "done", "b": "cached", "c": "cached"}


def test_a_step_that_another_machine_makes_again_meanwhile_ends_too(bench):
    """Its result is missing when it would be read, and there again when it is looked up."""

    class Twice(Losing):
        def lose(self, run):
            for folder in list((bench.store.root / "results").glob("*/*")):
                folder.rename(bench.folder / folder.name)

        def on_run(self, fake, run):
            if fake.name == "a" and "b" in self.ran:
                for folder in bench.folder.glob("?" * 64):
                    folder.rename(bench.store.root / "results" / folder.name[:2] / folder.name)
            super().on_run(fake, run)

    steps = bench.run(Twice("c"), CHAIN)
    assert statuses(steps) == {"a": "done", "b": "done", "c": "done"}


def test_results_of_a_run_are_pinned_until_it_ends(bench):
    class Full(House):
        ran = ()

        def on_run(self, fake, run):
            self.ran += (fake.name,)
            fake.succeed(run)
            bench.store.gc(keep_bytes=0)

    house = Full()
    with bench.store.in_use():
        steps = bench.run(house, CHAIN)
    assert house.ran == ("a", "b", "c")
    assert all(bench.store.find(step.key) for step in steps.values())
    bench.store.gc(keep_bytes=0)
    assert not any(bench.store.find(step.key) for step in steps.values())


def large(name, *sources):
    """A stage whose output is a large table that only stages read."""
    made = stage(name, *sources)
    return replace(made, outputs=(replace(made.outputs[0], kind="words"),))


class Tables(House):
    """Writes tables of more than a megabyte."""

    def __init__(self):
        super().__init__()
        self.ran = []

    def on_run(self, fake, run):
        self.ran.append(fake.name)
        path = Path(run.output_dir) / "out.txt"
        kind = run.outputs["out"]["kind"]
        path.write_bytes(fake.name.encode() * (1 << 20 if kind == "words" else 1) + b"PAR1")
        fake.say(
            Started(job=run.job),
            ArtifactWritten(name="out", kind=kind, path=str(path), digest=file_digest(path)),
            Result(job=run.job, seconds=0.1, method="fake", degraded=(), facts={}),
        )


@pytest.fixture
def tables(monkeypatch):
    monkeypatch.setattr("ipc.artifacts.verify", lambda path, kind: None)
    return large("a", "film"), large("b", "a"), stage("c", "b")


def thinned(bench, house, stages):
    """A run, after which the large tables left the cache."""
    bench.run(house, stages, lean=True)
    size = bench.store.size()
    found = bench.store.removable(Bounds(most=size - (2 << 20)))
    assert sorted((one.stored.manifest.stage, one.part) for one in found) == [("a", True), ("b", True)]
    bench.store.gc(keep_bytes=size - (2 << 20))
    assert bench.store.size() <= size - (2 << 20)
    house.ran.clear()


def test_a_table_that_left_the_cache_is_not_made_again_if_no_stage_reads_it(bench, tables):
    house = Tables()
    thinned(bench, house, tables)
    assert statuses(bench.run(house, tables, lean=True)) == dict.fromkeys("abc", "cached")
    assert house.ran == []


def test_a_table_that_left_the_cache_is_made_again_for_a_stage_that_reads_it(bench, tables):
    house = Tables()
    thinned(bench, house, tables)
    a, b, _ = tables
    steps = bench.run(house, (a, b, stage("c", "b", width=3)), lean=True)
    assert steps["c"].status == "done"
    assert house.ran == ["a", "b", "c"]  # b reads the table of a
    assert retried(bench) == []


def test_tables_that_leave_between_the_plan_and_the_run_are_made_again(bench, tables, monkeypatch):
    house = Tables()
    bench.run(house, tables, lean=True)
    made = plan.make

    def late(*arguments, **options):
        try:
            return made(*arguments, **options)
        finally:
            bench.store.gc(keep_bytes=bench.store.size() - (2 << 20))

    monkeypatch.setattr(plan, "make", late)
    house.ran.clear()
    a, b, _ = tables
    steps = bench.run(house, (a, b, stage("c", "b", width=3)), lean=True)
    assert statuses(steps) == dict.fromkeys("abc", "done")
    assert house.ran == ["a", "b", "c"]
    assert [step for step, _ in retried(bench)] == ["c", "b"]


def test_a_run_that_has_to_have_every_table_makes_them_again(bench, tables):
    house = Tables()
    thinned(bench, house, tables)
    bench.run(house, tables)
    assert house.ran == ["a", "b"]


def test_the_last_stage_of_a_run_has_its_table(bench, tables):
    house = Tables()
    thinned(bench, house, tables)
    bench.run(house, tables[:2], lean=True)
    assert house.ran == ["a", "b"]


def test_the_plan_says_which_tables_are_made_again(bench, tables):
    thinned(bench, Tables(), tables)

    def planned(stages):
        made = plan.make(
            bench.film("film"), store=bench.store, destination=bench.folder / "film.mkv",
            stages={s.name: s for s in stages},
        )  # fmt: skip
        return [(step.verdict, step.reason) for step in made.steps]

    assert [verdict for verdict, _ in planned(tables)] == ["cached"] * 3
    changed = (*tables[:2], stage("c", "b", width=3))
    assert planned(changed)[:2] == [("run", lean.AGAIN)] * 2


def test_quick_stages_do_not_run_through_a_library_while_its_first_film_is_transcribed(bench):
    class Slow(House):
        def __init__(self):
            super().__init__()
            self.ran, self.ahead = [], 0

        def on_run(self, fake, run):
            self.ran.append(fake.name)
            self.ahead = max(self.ahead, self.ran.count("a") - self.ran.count("b"))
            later(0.02 if fake.name == "b" else 0.0, fake.succeed, run)

    house = Slow()
    bench.run(house, CHAIN[:2], films=[f"film {n}" for n in range(30)])
    assert house.ran.count("b") == 30
    assert 2 <= house.ahead <= 6
