"""The output files of a run, by name."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ipc.digests import file_digest
from orchestrator.errors import STORAGE, FatalError
from orchestrator.runs import burned_film, film_outputs
from orchestrator.runs.film_outputs import Files
from orchestrator.stages.catalog import STAGES
from orchestrator.stages.translations import added
from orchestrator.stages.translators import Wanted
from orchestrator.storage.manifest import Manifest, OutputRecord
from orchestrator.storage.store import Entry


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    film = tmp_path / "movie.mkv"
    film.write_text("a film")
    return tmp_path


def published(house, files, stage, facts, text="", asked=None, *, form="srt", translated=False):
    """Publish a stage's result with `text` as its SRT; returns the names of the written files.

    `asked` are its parameters, `form` is another format, and `translated` whether the plan has a translation
    into English.
    """
    stages = added(STAGES, Wanted(languages=("en",))).stages
    step = SimpleNamespace(name=stage, stage=stages[stage], choices=())
    steps = [SimpleNamespace(name="subtitles-en", stage=stages["subtitles-en"], verdict="RUN")]
    plan = SimpleNamespace(
        film=house / "movie.mkv",
        destination=house / "movie.subtitled.mkv",
        steps=tuple(steps * translated),
        step=lambda _: step,
    )
    folder = house / "store" / stage
    folder.mkdir(parents=True, exist_ok=True)
    name = f"subtitles.{form}"
    (folder / name).write_text(text)
    digest = file_digest(folder / name)
    records = {form: OutputRecord(kind="file", path=name, digest=digest, size=len(text))}
    manifest = Manifest(
        stage=stage, version=1, ingredients=asked or {}, outputs=records, seconds=1.0, facts=facts
    )
    entry = Entry(key="k", folder=folder, manifest=manifest)
    return [output.path.rpartition("/")[2] for output in files.publish(plan, step, entry)]


def files_for(house, *formats):
    return Files({house / "movie.mkv": formats or ("srt",)}, overwrite=False)


def test_a_translation_has_its_language_in_its_file_name(house):
    files = files_for(house)
    published(house, files, "asr", {"language": "cs"})
    assert published(house, files, "subtitles", {"language": "cs", "cues": 2}, "cs") == ["movie.cs.srt"]
    assert published(house, files, "subtitles-en", {"language": "en", "cues": 2}, "en") == ["movie.en.srt"]


def test_a_translation_has_the_region_that_was_asked_for_in_its_file_name(house):
    files = files_for(house)
    published(house, files, "asr", {"language": "cs"})
    asked, facts = {"region": "en-GB"}, {"language": "en", "cues": 2}
    assert published(house, files, "subtitles-en", facts, "a", asked) == ["movie.en-GB.srt"]
    published(house, files, "asr", {"language": "en"})
    assert published(house, files, "subtitles-en", facts, "b", asked) == ["movie.en-GB.translated.srt"]


@pytest.mark.parametrize("first", ["subtitles", "subtitles-en"])
def test_a_film_mostly_in_the_target_language_keeps_both_files(house, first):
    files = files_for(house)
    published(house, files, "asr", {"language": "en"})
    order = ["subtitles", "subtitles-en"] if first == "subtitles" else ["subtitles-en", "subtitles"]
    for stage in order:
        published(house, files, stage, {"language": "en", "cues": 2}, stage)
    assert (house / "movie.en.srt").read_text() == "subtitles"
    assert (house / "movie.en.translated.srt").read_text() == "subtitles-en"


def test_forced_subtitles_of_a_film_that_is_not_translated_have_the_language_of_their_text(house):
    facts = {"language": "en", "cues": 2, "forced_language": "de"}
    files = files_for(house, "forced")
    assert published(house, files, "subtitles", facts, "de", form="forced") == ["movie.de.forced.srt"]


def test_those_of_a_translation_take_their_place(house):
    facts = {"language": "en", "cues": 2, "forced_language": "de"}
    files = files_for(house, "forced")
    published(house, files, "asr", {"language": "en"}, translated=True)
    assert published(house, files, "subtitles", facts, "de", form="forced", translated=True) == []
    more = {**facts, "forced_language": "en"}
    assert published(house, files, "subtitles-en", more, "en", form="forced", translated=True) == [
        "movie.en.translated.forced.srt"
    ]


def test_a_format_that_has_nothing_is_not_written_says_why_and_leaves_no_old_file(house, capsys):
    files = files_for(house, "forced")
    facts = {"language": "en", "cues": 2}
    published(house, files, "subtitles", facts, "de", form="forced")
    assert (house / "movie.en.forced.srt").exists()
    why = {**facts, "unwritten": {"forced": "nothing is said in another language than English"}}
    assert published(house, files_for(house, "forced"), "subtitles", why, form="forced") == []
    assert not (house / "movie.en.forced.srt").exists()
    assert (
        "movie.en.forced.srt is not written: nothing is said in another language than English"
        in capsys.readouterr().err
    )


def test_subtitles_in_two_languages_are_written_once_for_each_translation(house):
    files = files_for(house, "srt-bilingual")
    published(house, files, "asr", {"language": "cs"}, translated=True)
    told = {"language": "cs", "cues": 2, "unwritten": {"srt-bilingual": "there is no translation"}}
    form = {"form": "srt-bilingual", "translated": True}
    assert published(house, files, "subtitles", told, **form) == []
    facts = {"language": "en", "cues": 2}
    assert published(house, files, "subtitles-en", facts, "x", **form) == ["movie.en.bilingual.srt"]


def test_no_file_is_written_if_nothing_needed_translation(house):
    files = files_for(house)
    published(house, files, "asr", {"language": "en"})
    assert published(house, files, "subtitles-en", {"language": "und", "cues": 0}, "") == []


def test_a_report_that_cannot_be_written_is_remembered(house, monkeypatch, capsys):
    film = house / "movie.mkv"
    files = Files({film: ("report",)}, overwrite=False)
    plan = SimpleNamespace(film=film, destination=film)
    files._films[film] = film_outputs._Film(plan=plan, expected=frozenset(), holding=False)

    def full(*_):
        raise FatalError("cannot write here: No space left on device", "free some space there", STORAGE)

    monkeypatch.setattr(files, "_report", full)
    assert list(files.closing(SimpleNamespace(films=[SimpleNamespace(path=film)]), ended=True)) == []
    assert files.unwritten == [film]
    assert "movie.mkv: cannot write its report: cannot write here" in capsys.readouterr().err


def test_a_bug_in_the_report_is_logged(house, monkeypatch, capsys):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(house / "home"))
    film = house / "movie.mkv"
    files = Files({film: ("report",)}, overwrite=False)
    plan = SimpleNamespace(film=film, destination=film)
    files._films[film] = film_outputs._Film(plan=plan, expected=frozenset(), holding=False)
    monkeypatch.setattr(files, "_report", lambda *_: {}["cues"])
    assert list(files.closing(SimpleNamespace(films=[SimpleNamespace(path=film)]), ended=True)) == []
    assert "movie.mkv: cannot write its report: internal error" in capsys.readouterr().err
    (log,) = (house / "home" / "bugs").iterdir()
    assert "KeyError: 'cues'" in log.read_text()


def test_the_report_of_a_film_is_written_when_the_film_is_done_and_only_once(house, monkeypatch):
    written = []
    films = [house / "one.mkv", house / "two.mkv"]
    files = Files(dict.fromkeys(films, ("report",)), overwrite=False)
    for film in films:
        plan = SimpleNamespace(film=film, destination=film)
        files._films[film] = film_outputs._Film(plan=plan, expected=frozenset(), holding=False)
    monkeypatch.setattr(files, "_report", lambda index, *_: written.append(index))

    def closed(*statuses, ended=False):
        steps = [[SimpleNamespace(status=status)] for status in statuses]
        states = [SimpleNamespace(path=p, steps=s, outputs=()) for p, s in zip(films, steps, strict=True)]
        return list(files.closing(SimpleNamespace(films=states), ended=ended))

    closed("running", "waiting")
    assert written == []
    closed("done", "running")
    closed("done", "running")
    assert written == [0]
    closed("done", "running", ended=True)
    assert written == [0, 1]


@pytest.mark.parametrize(("burned", "shown", "name"), [("a", "b", "movie.burned.mkv"), ("a", "a", "")])
def test_a_film_with_burned_in_subtitles_that_are_others_by_now_is_named(house, burned, shown, name):
    path = house / "movie.burned.mkv"
    path.write_text("a film")
    manifest = SimpleNamespace(
        outputs={"burned": SimpleNamespace(path=str(path))}, ingredients={"input cues": burned}
    )
    store = SimpleNamespace(last=lambda *_: ("key", manifest))
    plan = SimpleNamespace(film=house / "movie.mkv", step=lambda _: SimpleNamespace(verdict="off"))
    step = SimpleNamespace(name="subtitles", stage=SimpleNamespace(base="subtitles"))
    entry = SimpleNamespace(manifest=SimpleNamespace(outputs={"cues": SimpleNamespace(digest=shown)}))
    assert burned_film.outdated(plan, [(step, entry)], store) == name
    path.unlink()
    assert burned_film.outdated(plan, [(step, entry)], store) == ""
