"""What only the user can make is named in a sentence if it is damaged, and never replaced."""

from __future__ import annotations

import os

import pytest

from ipc.edits import Edit, Overlay, Shown
from orchestrator.errors import INPUT, FatalError
from orchestrator.library import corrections, edits, voice_files, voices

DIGEST = "d" * 64
CLIP = voice_files.Clip(vector=(1.0,), model="m", revision="", seconds=9.0, source="s", added="2026-01-01")
CUE = Shown(start=1.0, end=2.0, text="One.")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def _folder(file):
    (file / "in it").mkdir(parents=True)


DAMAGES = {
    "not UTF-8": lambda file: file.write_bytes(b"\xff\xfe\xe9"),
    "nested": lambda file: file.write_bytes(b"[" * 100_000),
    "other types": lambda file: file.write_bytes(b'{"name": 3, "version": 7, "asr": "x"}'),
    "folder": _folder,
    "pipe": os.mkfifo,
    "link": lambda file: file.symlink_to("nowhere"),
}


@pytest.fixture(params=DAMAGES)
def damage(request):
    """Damage a file; the answer says whether it is still as it was damaged."""

    def damage(file):
        file.unlink()
        DAMAGES[request.param](file)
        before = file.lstat()
        return lambda: (file.lstat().st_ino, file.lstat().st_mode) == (before.st_ino, before.st_mode)

    return damage


def test_undone_corrections_are_neither_ignored_nor_replaced(home, damage):
    corrections.undo(DIGEST, ["Dianne>Diane"])
    file = home / "names" / f"{DIGEST}.json"
    kept = damage(file)
    for action in (corrections.undone, lambda digest: corrections.undo(digest, ["A>B"])):
        with pytest.raises(
            FatalError, match="the corrections that you undid in this film cannot be read"
        ) as caught:
            action(DIGEST)
        assert caught.value.message.startswith(f"{file}: ")
        assert caught.value.status == INPUT
    assert kept()


def test_edits_are_neither_ignored_nor_replaced(home, damage):
    after = Shown(start=1.0, end=2.0, text="Two.")
    edits.save(DIGEST, Overlay(tracks={"": (Edit(before=(CUE,), after=(after,)),)}))
    kept = damage(home / "edits" / f"{DIGEST}.json")
    with pytest.raises(FatalError, match="your edits of this film are damaged") as caught:
        edits.for_run(DIGEST)
    assert caught.value.status == INPUT
    assert "--restore 1" in caught.value.hint
    assert kept()
    edits.restore(DIGEST, 1)
    assert edits.load(DIGEST)


def test_a_damaged_version_of_the_edits_does_not_matter(home, damage):
    after = Shown(start=1.0, end=2.0, text="Two.")
    edits.save(DIGEST, Overlay(tracks={"": (Edit(before=(CUE,), after=(after,)),)}))
    damage(home / "edits" / DIGEST / "0001.json")
    assert edits.for_run(DIGEST) == edits.file_of(DIGEST)


def test_a_voice_is_skipped_but_not_replaced(home, damage, capsys):
    voices.add("Aditi", [CLIP])
    voices.add("Raj", [CLIP])
    file = next(path for path in (home / "voices").glob("*.json") if "Aditi" in path.read_text())
    kept = damage(file)
    for _ in range(2):
        assert [person.name for person in voice_files.people()] == ["Raj"]
    assert capsys.readouterr().err.count(f"{file}: not a readable voice file") == 1
    with pytest.raises(FatalError, match="the voice of Aditi cannot be read"):
        voices.add("Aditi", [CLIP])
    assert kept()
