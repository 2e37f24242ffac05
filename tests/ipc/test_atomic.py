"""Files are written completely or not at all, even if a process is killed, and replace only what they may."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ipc import atomic

ROOT = Path(__file__).resolve().parents[2]


def test_text_and_bytes_are_written_and_replace_an_existing_file(tmp_path):
    file = tmp_path / "a.json"
    atomic.write(file, "Müller\n")
    assert file.read_bytes() == "Müller\n".encode()
    atomic.write(file, b"\xff", durable=True)
    assert file.read_bytes() == b"\xff"
    assert list(tmp_path.iterdir()) == [file]


def test_a_requested_mode_overrides_the_umask_and_the_default_follows_it(tmp_path):
    before = os.umask(0o077)
    try:
        atomic.write(tmp_path / "any", "x")
        atomic.write(tmp_path / "program", "x", mode=0o755)
        os.umask(0)
        atomic.write(tmp_path / "secret", "x", mode=0o600)
        atomic.write(tmp_path / "all", "x")
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"any": 0o600, "program": 0o755, "secret": 0o600, "all": 0o666}


def test_a_failed_write_keeps_the_old_file_and_leaves_no_draft(tmp_path):
    file = tmp_path / "a"
    file.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        atomic.write(file, "\udcff")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        atomic.write(tmp_path / "folder", "x")
    with pytest.raises(FileNotFoundError):
        atomic.write(tmp_path / "nowhere" / "a", "x")
    assert {path.name for path in tmp_path.iterdir()} == {"a", "folder"}
    assert file.read_text() == "before"


def test_a_full_disk_keeps_the_old_file_and_leaves_no_draft(tmp_path):
    """A limit on the size of files stands in for the disk."""
    script = """
import resource, signal, sys
from pathlib import Path
from ipc import atomic
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
print(atomic.try_write_json(Path(sys.argv[1]), "x" * 5000))
try:
    atomic.write(Path(sys.argv[1]), "x" * 5000)
except OSError as error:
    print(error.errno)
"""
    file = tmp_path / "a"
    file.write_text("before")
    done = subprocess.run(
        [sys.executable, "-c", script, file], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == ["False", str(errno.EFBIG)]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert file.read_text() == "before"


def test_a_reader_sees_only_whole_files_even_if_a_writer_is_killed(tmp_path):
    file = tmp_path / "a.json"
    script = """
import itertools, sys
from pathlib import Path
from ipc import atomic
for number in itertools.count():
    atomic.write(Path(sys.argv[1]), str(number % 10) * 200_000)
"""
    atomic.write(file, "0" * 200_000)
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", script, file], cwd=ROOT) as writer:
            deadline = time.monotonic() + 0.4
            while time.monotonic() < deadline:
                text = file.read_text()
                assert text == text[0] * 200_000
            writer.send_signal(signal.SIGKILL)
    text = file.read_text()
    assert text == text[0] * 200_000


def test_threads_can_write_the_same_file_at_once(tmp_path):
    file = tmp_path / "a.json"
    failed = []

    def writing(number):
        try:
            for _ in range(100):
                atomic.write(file, str(number) * 5000)
        except OSError as error:
            failed.append(error)

    threads = [threading.Thread(target=writing, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert file.read_text() in {str(number) * 5000 for number in range(4)}
    assert list(tmp_path.iterdir()) == [file]


def test_try_write_json_creates_missing_folders(tmp_path):
    file = tmp_path / "deep" / "er" / "a.json"
    assert atomic.try_write_json(file, {"name": "Müller"}, mode=0o600, folder_mode=0o700)
    assert json.loads(file.read_text()) == {"name": "Müller"}
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)


def test_try_write_json_tolerates_an_unwritable_path_but_not_invalid_data(tmp_path):
    (tmp_path / "file").write_text("")
    assert not atomic.try_write_json(tmp_path / "file" / "a.json", {})
    with pytest.raises(TypeError):  # a value that is no JSON is a fault of the program, not of the disk
        atomic.try_write_json(tmp_path / "a.json", {1, 2})


@pytest.mark.parametrize(
    "name", ["movie.en.srt", "क" * 80 + ".en.srt", ".hidden", "new\nline.srt", "a.5-ab.part"]
)
def test_a_draft_is_a_hidden_file_that_names_its_writer(tmp_path, name):
    file = tmp_path / name
    draft = atomic.draft_of(file)
    assert (draft.parent, draft.name[0]) == (tmp_path, ".")
    draft.touch()  # the name is not too long for the file system
    assert not atomic.is_abandoned(draft, file)
    left = draft.with_name(draft.name.replace(f".{os.getpid()}-", ".4194999-"))
    assert atomic.is_abandoned(left, file)
    assert not atomic.is_abandoned(left, tmp_path / "another")
    assert not atomic.is_abandoned(tmp_path / f".{name}.backup", file)
    assert atomic.draft_of(file) != draft


def test_put_refuses_an_existing_file_unless_it_may_replace_it(tmp_path):
    draft, place = tmp_path / "draft", tmp_path / "place"
    draft.write_text("new")
    assert atomic.put(draft, place, replace=False)
    assert (place.read_text(), draft.exists()) == ("new", False)
    draft.write_text("newer")
    assert not atomic.put(draft, place, replace=False)
    assert (place.read_text(), draft.read_text()) == ("new", "newer")
    assert atomic.put(draft, place, replace=True)
    assert (place.read_text(), draft.exists()) == ("newer", False)


def test_put_works_on_a_file_system_without_hard_links(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refused)
    draft, place = tmp_path / "draft", tmp_path / "place"
    draft.write_text("new")
    assert atomic.put(draft, place, replace=False)
    assert (place.read_text(), draft.exists()) == ("new", False)
