"""A run that fails keeps the files of an earlier one, and a run that succeeds replaces them together."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from ipc.digests import file_digest
from orchestrator.errors import FatalError
from orchestrator.outputs import publish
from orchestrator.outputs.ledger import Ledger
from orchestrator.run_state.states import FilmState, RunState, StepState
from orchestrator.runs.film_outputs import Files
from orchestrator.stages.catalog import STAGES
from orchestrator.storage.manifest import Manifest, OutputRecord
from orchestrator.storage.store import Entry


class House:
    """A film, and runs of its stages `subtitles`, `mux` and `burn` whose results are made up."""

    def __init__(self, folder, monkeypatch):
        monkeypatch.setenv("ORCHESTRATOR_HOME", str(folder / "home"))
        self.folder, self.film = folder / "films", folder / "films" / "movie.mkv"
        self.folder.mkdir()
        self.film.write_text("a film")

    def plan(self, *stages):
        steps = tuple(SimpleNamespace(name=n, stage=STAGES[n], verdict="run", choices=()) for n in stages)
        return SimpleNamespace(
            film=self.film,
            destination=self.folder / "movie.subtitled.mkv",
            steps=steps,
            step=lambda name: next((s for s in steps if s.name == name), SimpleNamespace(verdict="run")),
            place_of=lambda stage: (
                self.folder / f"movie.{'burned' if stage.name == 'burn' else 'subtitled'}.mkv"
            ),
        )

    def run(self, name, *stages, made):
        """A run of `stages`, of which only `made` succeed; returns the paths that it reports."""
        plan = self.plan(*stages)
        files = Files({self.film: ("srt",)}, overwrite=False, run_folder=self.folder.parent / name)
        paths = []
        for step in plan.steps:
            if step.name in made:
                paths += [one.path for one in files.publish(plan, step, self.result(files, plan, step, name))]
        steps = tuple(StepState(name=n, status="done" if n in made else "failed") for n in stages)
        outputs = tuple(SimpleNamespace(path=path, name="srt", size=1, note="") for path in paths)
        state = RunState(films=(FilmState(path=self.film, title="movie", steps=steps, outputs=outputs),))
        return [*paths, *(output.path for _, output in files.closing(state, ended=True))]

    def result(self, files, plan, step, text):
        folder = self.folder.parent / "store" / f"{text}-{step.name}"
        folder.mkdir(parents=True)
        (folder / "subtitles.srt").write_text(f"{text} {step.name}")
        (name,) = ("srt",) if step.name == "subtitles" else (step.stage.outputs[0].name,)
        path = folder / "subtitles.srt"
        if step.name != "subtitles":
            draft = files.draft(plan, step)
            draft.write_text(f"{text} {step.name}")
            path = files.place(plan, step, draft, file_digest(draft))
        record = OutputRecord(kind="file", path=str(path), digest=file_digest(path), size=path.stat().st_size)
        facts = {"language": "en", "cues": 2}
        manifest = Manifest(
            stage=step.name, version=1, ingredients={}, outputs={name: record}, seconds=1.0, facts=facts
        )
        return Entry(key="k", folder=folder, manifest=manifest)

    def content(self):
        return {path.name: path.read_text() for path in sorted(self.folder.iterdir()) if path != self.film}


@pytest.fixture
def house(tmp_path, monkeypatch):
    return House(tmp_path, monkeypatch)


ALL = ("subtitles", "mux", "burn")
FIRST = {
    "movie.burned.mkv": "first burn",
    "movie.en.srt": "first subtitles",
    "movie.subtitled.mkv": "first mux",
}


def test_a_run_that_fails_keeps_all_files_of_the_earlier_one(house):
    house.run("first", *ALL, made=ALL)
    assert house.content() == FIRST
    (written,) = house.run("second", *ALL, made=("subtitles",))
    assert house.content() == FIRST
    assert written == str(house.folder.parent / "second" / "files" / "movie.en.srt")
    assert (house.folder.parent / "second" / "files" / "movie.en.srt").read_text() == "second subtitles"


def test_a_film_that_was_replaced_comes_back_if_a_later_stage_fails(house):
    house.run("first", *ALL, made=ALL)
    house.run("second", *ALL, made=("subtitles", "mux"))
    assert house.content() == FIRST
    assert Ledger().digest(house.folder / "movie.subtitled.mkv") == file_digest(
        house.folder / "movie.subtitled.mkv"
    )


def test_a_run_that_succeeds_replaces_all_files_and_leaves_no_copy(house):
    house.run("first", *ALL, made=ALL)
    written = house.run("second", *ALL, made=ALL)
    assert house.content() == {name: text.replace("first", "second") for name, text in FIRST.items()}
    assert sorted(path.rpartition("/")[2] for path in written) == sorted(FIRST)


def test_the_first_run_of_a_film_leaves_what_it_made_and_the_next_one_replaces_it(house):
    house.run("first", *ALL, made=("subtitles",))
    assert house.content() == {"movie.en.srt": "first subtitles"}
    house.run("second", *ALL, made=("subtitles",))
    assert house.content() == {"movie.en.srt": "second subtitles"}
    house.run("third", *ALL, made=ALL)
    house.run("fourth", *ALL, made=("subtitles",))
    assert house.content() == {name: text.replace("first", "third") for name, text in FIRST.items()}


def test_the_files_of_films_with_the_same_name_that_fail_are_kept_apart(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    houses = [House(tmp_path / "a", monkeypatch), House(tmp_path / "b", monkeypatch)]
    for one in houses:
        one.run("first", *ALL, made=ALL)
    formats = {one.film: ("srt",) for one in houses}
    files = Files(formats, overwrite=False, run_folder=tmp_path / "run")
    films = []
    for one in houses:
        plan = one.plan(*ALL)
        text = f"second {one.folder.parent.name}"
        list(files.publish(plan, plan.steps[0], one.result(files, plan, plan.steps[0], text)))
        steps = tuple(StepState(name=n, status="done" if n == ALL[0] else "failed") for n in ALL)
        films.append(FilmState(path=one.film, title="movie", steps=steps))
    written = [output.path for _, output in files.closing(RunState(films=tuple(films)), ended=True)]
    assert [Path(path).read_text() for path in written] == ["second a subtitles", "second b subtitles"]


def test_files_are_published_together_or_not_at_all(house):
    (house.folder / "new.srt").write_text("new")
    items = [
        publish.Item(source=house.folder / "new.srt", target=house.folder / "movie.en.srt", digest="a"),
        publish.Item(source=house.folder / "missing", target=house.folder / "movie.en.vtt", digest="b"),
    ]
    with pytest.raises(FatalError):
        publish.publish_all(items, house.film, Ledger(), overwrite=False)
    assert sorted(house.content()) == ["new.srt"]
