"""Commands and notices remember the text that the last run of a film used."""

from __future__ import annotations

import json

import pytest

from orchestrator import cli
from orchestrator.run_state import last_text
from orchestrator.storage.file_digests import file_digest
from tests.orchestrator.report import films


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A film, and a function that records a run of it, with a text or without."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    film = tmp_path / "talk.mkv"
    film.write_bytes(b"a film")

    def record(number, text=None, subtitles="done"):
        known = "done" if text else "off"
        content = films.content(film, [films.row("known_text", known), films.row("subtitles", subtitles)])
        content |= {"id": f"2026010{number}-000000-talk", "cwd": str(tmp_path)}
        content["options"] = {"text": text} if text else {}
        content["films"][0]["digest"] = file_digest(film)
        folder = tmp_path / "home" / "runs" / content["id"]
        folder.mkdir(parents=True)
        (folder / "lock").touch()
        (folder / "run.json").write_text(json.dumps(content))

    return film, record


def test_the_command_of_a_later_run_has_the_text_of_the_last_one(runs):
    film, record = runs
    digest = file_digest(film)
    assert last_text.command(film, digest) == "orchestrator run talk.mkv"
    record(1, text="my script.txt")
    assert last_text.command(film, digest) == "orchestrator align talk.mkv --text 'my script.txt'"
    (notice,) = last_text.notice(film, digest)
    assert notice.startswith("the last run used the text my script.txt, and this one does not; to use it: ")
    assert notice.endswith(": orchestrator align talk.mkv --text 'my script.txt'")
    record(2, subtitles="failed")
    assert "--text" in last_text.command(film, digest)
    record(3)
    assert last_text.command(film, digest) == "orchestrator run talk.mkv"
    assert last_text.notice(film, digest) == ()


def test_undoing_edits_says_how_to_update_subtitles_from_a_text(runs, capsys):
    _, record = runs
    record(1, text="script.txt")
    assert cli.main(["edits", "talk.mkv", "--discard"]) == 0
    assert capsys.readouterr().out == (
        "0 edits undone; to update the subtitles: orchestrator align talk.mkv --text script.txt\n"
    )
