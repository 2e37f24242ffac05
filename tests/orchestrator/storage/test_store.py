"""The store: whole results or none, whoever is killed when."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestrator.errors import INPUT, STORAGE, FatalError
from orchestrator.storage.file_digests import file_digest
from orchestrator.storage.manifest import Manifest, OutputRecord, differences
from orchestrator.storage.store import Store

ROOT = Path(__file__).resolve().parents[3]
KEY = "ab" + "0" * 62


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def manifest(outputs, **changes):
    return Manifest(
        stage="asr", version=1, ingredients={"language": "en"}, outputs=outputs, seconds=1.0, **changes
    )


def record(path, digest="", external=False, kind="file"):
    return OutputRecord(
        kind=kind,
        path=str(path) if external else path.name,
        digest=digest or file_digest(path),
        size=path.stat().st_size,
    )


def keep(store, key=KEY, text="words"):
    attempt = store.attempt("asr")
    (attempt / "out.txt").write_text(text)
    return store.commit(attempt, key, manifest({"out": record(attempt / "out.txt")}))


def test_a_result_that_lacks_a_needed_output_is_replaced_by_a_complete_one(store):
    keep(store)
    assert store.find(KEY, ["out"]) is not None
    assert store.find(KEY, ["out", "more"]) is None
    assert store.why_gone(KEY, ["out", "more"]) == "more is new"
    attempt = store.attempt("asr")
    for name in ("out.txt", "more.txt"):
        (attempt / name).write_text("made again")
    outputs = {name: record(attempt / f"{name}.txt") for name in ("out", "more")}
    store.commit(attempt, KEY, manifest(outputs))
    assert store.find(KEY, ["out", "more"]).path("out").read_text() == "made again"


def test_a_result_is_not_replaced_by_an_equal_one_with_fewer_outputs(store):
    attempt = store.attempt("asr")
    for name in ("out.txt", "more.txt"):
        (attempt / name).write_text("first")
    store.commit(attempt, KEY, manifest({n: record(attempt / f"{n}.txt") for n in ("out", "more")}))
    keep(store, text="second")
    assert store.find(KEY, ["more"]).path("out").read_text() == "first"


def test_a_stored_result_is_found_with_its_manifest(store):
    keep(store)
    entry = store.find(KEY)
    assert entry.path("out").read_text() == "words"
    assert entry.manifest.ingredients == {"language": "en"}
    assert store.find("cd" + KEY[2:]) is None


def test_an_attempt_that_is_discarded_leaves_nothing(store):
    attempt = store.attempt("asr")
    (attempt / "half").write_text("x")
    store.discard(attempt)
    assert list((store.root / "attempts").iterdir()) == []


def test_the_first_of_two_equal_results_stays(store):
    first, second = keep(store, text="one"), keep(store, text="two")
    assert first.folder == second.folder
    assert store.find(KEY).path("out").read_text() == "one"
    assert list((store.root / "attempts").iterdir()) == []


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "out.txt").unlink(),
        lambda folder: (folder / "out.txt").write_text("cut"),
        lambda folder: (folder / "manifest.json").write_text('{"stage": "as'),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "manifest.json").unlink(),
    ],
)
def test_a_damaged_result_counts_as_absent_and_can_be_made_again(store, harm):
    harm(keep(store).folder)
    assert store.find(KEY) is None
    keep(store)
    assert store.find(KEY).path("out").read_text() == "words"


@pytest.mark.parametrize("kind", ["file", "words"])
def test_a_result_corrupted_by_a_failing_disk_is_not_used(store, kind):
    attempt = store.attempt("asr")
    (attempt / "out").write_bytes(b"PAR1 words PAR1")
    entry = store.commit(attempt, KEY, manifest({"out": record(attempt / "out", kind=kind)}))
    assert store.find(KEY)
    entry.path("out").write_bytes(bytes(15))
    assert store.find(KEY) is None
    assert store.why_gone(KEY) == "out changed"


def test_an_external_output_counts_only_while_its_file_is_unchanged(store, tmp_path):
    film = tmp_path / "film.subtitled.mkv"
    film.write_bytes(b"film")
    attempt = store.attempt("mux")
    store.commit(attempt, KEY, manifest({"film": record(film, file_digest(film), external=True)}))
    assert store.find(KEY).path("film") == film
    film.write_bytes(b"FILM")
    assert store.find(KEY) is None
    assert store.why_gone(KEY) == "film.subtitled.mkv changed"
    film.unlink()
    assert store.why_gone(KEY) == "film.subtitled.mkv deleted"


def test_gc_removes_abandoned_attempts_and_old_results_but_nothing_in_use(store):
    keep(store)
    mine = store.attempt("asr")
    code = (
        "import sys, pathlib, orchestrator.storage.store as s; "
        "print(s.Store(pathlib.Path(sys.argv[1])).attempt('asr'))"
    )
    abandoned = subprocess.run(
        [sys.executable, "-c", code, store.root], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.strip()
    other = Store(store.root)
    with other.in_use():
        other.users.pin("film", [KEY])
        assert store.gc(keep_bytes=0)[0] == 1
        assert not Path(abandoned).exists()
        assert store.find(KEY)
    assert mine.exists()
    assert store.find(KEY)
    used = next((store.root / "results").glob("*/*/used"))
    os.utime(used, (time.time() - 10 * 86400,) * 2)
    assert store.gc(older_than_days=30)[0] == 0
    assert store.gc(older_than_days=5)[0] == 1
    assert store.find(KEY) is None
    store.discard(mine)
    assert not mine.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"outputs": []},
        {"outputs": {"out": {"kind": "file"}}},
        {"ingredients": None},
        {"degraded": "x"},
        {"seconds": "1"},
    ],
    ids=str,
)
def test_an_invalid_manifest_is_no_result(store, change):
    file = keep(store).folder / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    assert store.find(KEY) is None
    assert store.gc()[0] == 1


def test_a_manifest_survives_a_round_trip_and_ignores_unknown_fields():
    facts = {"languages": {"en": 0.5}, "worst": float("inf"), "notes": ["a"]}
    written = manifest(
        {"out": OutputRecord(kind="file", path="out", digest="d", size=3)}, degraded=("b",), facts=facts
    )
    assert Manifest.from_json(written.to_json()) == written
    assert Manifest.from_json(json.dumps({**json.loads(written.to_json()), "later": 1})) == written


def test_gc_by_size_removes_the_longest_unused_first(store):
    keys = [f"{n:02x}" + "0" * 62 for n in range(3)]
    for age, key in enumerate(keys):
        keep(store, key, "x" * 5000)
        os.utime(store.find(key).folder / "used", (time.time() - age * 3600,) * 2)
    store.gc(keep_bytes=13_000)
    assert [store.find(key) is not None for key in keys] == [True, True, False]


def test_gc_removes_what_it_can_and_names_what_stays(store, monkeypatch):
    keys = [f"{n:02x}" + "0" * 62 for n in range(2)]
    stays, goes = (keep(store, key).folder for key in keys)
    (stays / "stays").touch()
    remove = shutil.rmtree
    monkeypatch.setattr(
        "shutil.rmtree", lambda path, **how: None if (path / "stays").exists() else remove(path, **how)
    )
    with pytest.raises(FatalError, match="cannot remove ") as caught:
        store.gc(keep_bytes=0)
    assert caught.value.status == STORAGE
    assert Path(caught.value.message.removeprefix("cannot remove "), "stays").exists()
    assert not goes.exists()


def test_an_unwritable_folder_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FatalError) as caught:
        Store(tmp_path / "file" / "store").attempt("asr")
    assert caught.value.status == STORAGE
    assert "cannot write results to" in caught.value.message


def test_a_film_s_last_result_is_remembered_by_path(store, tmp_path):
    keep(store)
    film = tmp_path / "a film.mkv"
    store.remember(film, "asr", KEY)
    assert store.last(film, "asr")[0] == KEY
    assert store.last(film, "mux") is None
    assert store.last(tmp_path / "other.mkv", "asr") is None


def test_differences_are_readable():
    old = {"language": "en", "input audio": "a", "x": 1}
    new = {"language": "de", "input audio": "b", "x": 1, "model revision": "f" * 40}
    assert differences(old, new) == [
        "language: en -> de",
        "audio changed",
        "model revision: none -> ffffffffffffffffffffffff...",
    ]
    old, new = ({"destination": f"/home/anna/films/holiday/{name}.mkv"} for name in "ab")
    assert differences(old, new) == ["destination: ...day/a.mkv -> ...day/b.mkv"]


def test_ignored_differences_are_not_reported():
    old, new = {"language": "en", "x": 1}, {"language": "de", "x": 1, "model revision": "f" * 40}
    assert differences(old, new, frozenset({"language", "model revision"})) == []


WRITER = """
import sys
from pathlib import Path
from tests.orchestrator.storage.test_store import keep
from orchestrator.storage.store import Store
store = Store(Path(sys.argv[1]))
print("go", flush=True)
for number in range(10000):
    keep(store, f"{number:064x}", "y" * 1000)
    print(number, flush=True)
"""


def test_a_kill_at_any_instant_leaves_only_whole_results(store):
    chance = random.Random(7)
    for turn in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, store.root], cwd=ROOT, stdout=subprocess.PIPE
        )
        for _ in range(1 + turn):
            process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.01))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        folders = list((store.root / "results").glob("*/*"))
        assert all(store.find(folder.name).path("out").read_text() == "y" * 1000 for folder in folders)
    assert len(folders) > 10  # as many were said to be kept before the last kill
    store.gc()
    assert list((store.root / "attempts").iterdir()) == []


def test_two_processes_can_store_the_same_results(store):
    code = WRITER.replace("10000", "60")
    both = [
        subprocess.Popen([sys.executable, "-c", code, store.root], cwd=ROOT, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(list(store.entries())) == 60


REPLACER = """
import sys
from pathlib import Path
from tests.orchestrator.storage.test_store import KEY, manifest, record
from orchestrator.storage.store import Store
store = Store(Path(sys.argv[1]))
for _ in range(200):
    attempt = store.attempt("asr")
    (attempt / "out.txt").write_text("words")
    store.commit(attempt, KEY, manifest({"out": record(attempt / "out.txt")}), replace=True)
"""


def test_a_result_that_two_processes_replace_and_a_third_lists_stays_whole(store):
    both = [subprocess.Popen([sys.executable, "-c", REPLACER, store.root], cwd=ROOT) for _ in range(2)]
    while any(process.poll() is None for process in both):
        assert len(list(store.entries())) <= 1
    assert [process.returncode for process in both] == [0, 0]
    assert store.find(KEY).path("out").read_text() == "words"


def test_gc_removes_a_result_that_cannot_be_read(store):
    entry = keep(store)
    (entry.folder / "manifest.json").write_text("{")
    assert store.gc()[0] == 1
    assert not entry.folder.exists()


def test_a_digest_is_remembered_until_the_file_changes(tmp_path):
    film = tmp_path / "film"
    film.write_bytes(b"one")
    first = file_digest(film)
    reads = []
    assert file_digest(film, lambda done, total: reads.append(done)) == first
    assert not reads
    film.write_bytes(b"two!")
    assert file_digest(film, lambda done, total: reads.append(done)) != first
    assert reads == [4]


def test_a_remembered_digest_is_not_used_for_another_file_of_the_same_size_and_time(tmp_path):
    one, two = tmp_path / "1.wav", tmp_path / "2.wav"
    for film, said in ((one, b"one"), (two, b"two")):
        film.write_bytes(said)
        os.utime(film, (1e9, 1e9))  # as an archive, or `cp -p`, sets it
    first = file_digest(one)
    with one.open("r+b") as stream:
        stream.write(two.read_bytes())
    os.utime(one, (1e9, 1e9))
    assert file_digest(one) != first
    inode = two.stat().st_ino
    second = file_digest(two)
    two.unlink()
    third = tmp_path / "3.wav"
    third.write_bytes(b"3rd")
    os.utime(third, (1e9, 1e9))
    assert file_digest(third) != second, f"inode {inode} -> {third.stat().st_ino}"


def test_a_film_on_a_failing_disk_is_reported(tmp_path):
    film = tmp_path / "film"
    film.write_bytes(b"one")

    def fail(done, total):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.raises(FatalError, match="film cannot be read: Input/output error") as caught:
        file_digest(film, fail)
    assert caught.value.status == INPUT


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_an_unreadable_output_film_is_made_again(store, tmp_path):
    film = tmp_path / "movie.mkv"
    film.write_text("muxed")
    store.commit(
        store.attempt("mux"), KEY, manifest({"film": record(film, file_digest(film), external=True)})
    )
    film.chmod(0)
    assert store.find(KEY) is None
    assert "Permission denied" in store.why_gone(KEY)
