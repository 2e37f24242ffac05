"""Small things that were found out once: kept, forgotten, and never the reason why something fails."""

from __future__ import annotations

import os
import stat

import pytest

from orchestrator.util import memo, own_files


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_memo_can_be_read_until_it_is_forgotten():
    file = memo.folder("colours") / "sky.json"
    memo.keep(file, {"colour": "blau", "shades": [1, 2]})
    assert memo.read(file, dict[str, object]) == {"colour": "blau", "shades": [1, 2]}
    assert memo.forget("colours") == 1
    assert memo.read(file, dict[str, object]) is None
    assert memo.forget("colours") == 0


def test_a_memo_can_be_private():
    file = memo.folder("voices") / "a.json"
    memo.keep(file, [], mode=0o600)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"9" * 5000,
        b"null",
        b'{"colour": 3}',
        b"[1]",
        None,
        "pipe",
        "link",
    ],
    ids=lambda content: str(content)[:12],
)
def test_a_damaged_memo_is_reported_once_and_made_again(content, capsys):
    file = memo.folder("colours") / "sky.json"
    file.parent.mkdir(parents=True)
    if content is None:
        (file / "something").mkdir(parents=True)
    elif content == "pipe":
        os.mkfifo(file)
    elif content == "link":
        file.symlink_to("nowhere")
    else:
        file.write_bytes(content)
    for _ in range(2):
        assert memo.read(file, dict[str, str]) is None
    assert capsys.readouterr().err.count(f"{file}: ") == (content != b"null")
    memo.keep(file, {"colour": "blau"})
    assert memo.read(file, dict[str, str]) == {"colour": "blau"}


def test_a_folder_of_memos_that_is_a_file_is_made_again(home):
    home.mkdir()
    (home / "memo").write_text("not a folder")
    memo.keep(memo.folder("colours") / "sky.json", 1)
    assert memo.read(memo.folder("colours") / "sky.json", int) == 1


def test_a_link_to_a_disk_that_is_not_connected_is_kept(home):
    home.mkdir()
    (home / "store").symlink_to("/nonexistent/disk")
    with pytest.raises(FileExistsError):
        own_files.make_folder(home / "store" / "results", below=home)
    assert (home / "store").is_symlink()


def test_an_unwritable_home_causes_no_failure(home):
    home.write_text("not a folder")
    memo.keep(memo.folder("colours") / "sky.json", 1)
    assert memo.read(memo.folder("colours") / "sky.json", int) is None
