"""The edits of a film: stored, restored, undone, and never lost to a damaged file or a concurrent save."""

from __future__ import annotations

import pytest

from ipc.edits import DamagedError, Edit, Overlay, Person, Shown, parse
from orchestrator.errors import FatalError
from orchestrator.library import edits
from orchestrator.planning import side_inputs
from orchestrator.storage.manifest import differences

DIGEST = "d" * 64


@pytest.fixture(autouse=True)
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def overlay(text="Other.", name="Zoe"):
    before = Shown(start=1.0, end=2.5, text="One.")
    after = Shown(start=1.0, end=2.5, text=text, speakers=("SPEAKER_00",))
    voice = Person(label="SPEAKER_00", name=name, at=((1.0, 2.5),))
    return Overlay(
        film="movie.mkv", speakers=(voice,), tracks={"": (Edit(before=(before,), after=(after,)),)}
    )


def test_saved_edits_are_read_again_and_reach_a_run():
    assert edits.load(DIGEST) == Overlay()
    assert edits.for_run(DIGEST) is None
    edits.save(DIGEST, overlay())
    assert edits.load(DIGEST) == overlay()
    file = edits.for_run(DIGEST)
    assert parse(file.read_text()) == overlay()
    assert file != edits.file_of(DIGEST)  # it is never written to again


def test_edits_are_a_parameter_of_subtitles_and_the_plan_reports_a_change(tmp_path):
    film = tmp_path / "movie.mkv"
    film.write_text("a film")
    assert side_inputs.params(film, DIGEST)["subtitles"] == {"edits": None}
    edits.save(DIGEST, overlay())
    assert side_inputs.params(film, DIGEST)["subtitles"] == {"edits": str(edits.for_run(DIGEST))}
    assert differences({"edits": None}, {"edits": "a" * 64}) == ["the file of edits was added"]
    assert differences({"edits": "b" * 64}, {"edits": "a" * 64}) == ["the file of edits changed"]


def test_a_save_on_top_of_a_newer_one_is_refused():
    first = edits.save(DIGEST, overlay("a"))
    edits.save(DIGEST, overlay("b"), state=first)
    with pytest.raises(edits.StaleError):
        edits.save(DIGEST, overlay("c"), state=first)
    assert edits.load(DIGEST) == overlay("b")


def test_earlier_versions_are_kept_and_can_be_restored():
    for k in range(30):
        edits.save(DIGEST, overlay(str(k)))
    assert [one.number for one in edits.versions(DIGEST)] == list(range(30, 9, -1))
    edits.restore(DIGEST, 12)
    assert edits.load(DIGEST) == overlay("11")
    with pytest.raises(FatalError, match="the edits have no version 3"):
        edits.restore(DIGEST, 3)


def test_removing_all_edits_removes_the_file_but_can_be_undone():
    edits.save(DIGEST, overlay())
    edits.save(DIGEST, Overlay())
    assert not edits.file_of(DIGEST).exists()
    assert edits.for_run(DIGEST) is None
    edits.restore(DIGEST, 1)
    assert edits.load(DIGEST) == overlay()


def test_a_damaged_file_is_reported_and_kept(tmp_path):
    edits.save(DIGEST, overlay())
    edits.file_of(DIGEST).write_text('{"version": 1, "film"')
    film = tmp_path / "movie.mkv"
    film.write_text("a film")
    with pytest.raises(FatalError, match="are damaged: not valid JSON") as caught:
        side_inputs.params(film, DIGEST)
    assert "--restore 1" in caught.value.hint
    assert edits.file_of(DIGEST).read_text() == '{"version": 1, "film"'
    edits.restore(DIGEST, 1)
    assert edits.load(DIGEST) == overlay()
    assert any('"film"' in one.path.read_text()[-8:] for one in edits.versions(DIGEST))  # it is kept too


def test_a_hand_edited_file_is_used():
    edits.save(DIGEST, overlay("a"))
    edits.file_of(DIGEST).write_text(overlay("by hand").dump())
    assert parse(edits.for_run(DIGEST).read_text()) == overlay("by hand")


def test_one_edit_or_name_is_undone_by_its_number():
    assert edits.numbered(overlay()) == {1: ("", "name 0"), 2: ("", "edit 0")}
    assert edits.taken_back(overlay(), {2}).tracks == {"": ()}
    assert edits.taken_back(overlay(), {1}).speakers[0].name is None
    assert not edits.taken_back(overlay(), {1, 2})
    with pytest.raises(FatalError, match="the film has no edit 3"):
        edits.taken_back(overlay(), {3})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "it is not an object"),
        ('{"version": 2}', "its version is 2"),
        ('{"version": 1, "speakers": [{"name": "Zoe"}]}', "speakers[0].label is not a text"),
        ('{"version": 1, "tracks": {"": [{}]}}', "changes nothing"),
        (
            '{"version": 1, "tracks": {"": [{"after": [{"start": 2, "end": 1, "text": ""}]}]}}',
            "after[0] ends before it starts",
        ),
        (
            '{"version": 1, "tracks": {"": [{"after": [{"start": NaN, "end": 1, "text": ""}]}]}}',
            "is not a time",
        ),
        (
            '{"version": 1, "tracks": {"": [{"after": [{"start": 0, "end": 1, "text": "a\\u0000"}]}]}}',
            "contains control characters",
        ),
        ('{"version": 1, "film": "\\ud800"}', "half a character"),
    ],
)
def test_invalid_edits_are_reported_with_the_place(text, said):
    with pytest.raises(DamagedError) as caught:
        parse(text)
    assert said in str(caught.value)
