"""A store whose files were damaged or replaced heals: every place, every kind of damage, reported once."""

from __future__ import annotations

import os
import shutil

import pytest

from orchestrator.storage.file_digests import file_digest
from orchestrator.storage.manifest import Manifest, OutputRecord
from orchestrator.storage.store import Store

KEY = "ab" + "0" * 62
PLACES = {
    "root": "", "lock": "lock", "attempts": "attempts", "results": "results", "group": f"results/{KEY[:2]}",
    "result": f"results/{KEY[:2]}/{KEY}", "manifest": f"results/{KEY[:2]}/{KEY}/manifest.json",
    "used": f"results/{KEY[:2]}/{KEY}/used", "output": f"results/{KEY[:2]}/{KEY}/out.txt", "last": "last",
    "film": "last/*", "stage": "last/*/asr",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    return tmp_path


def work(store, home):
    """What a run does with the store, whatever it finds there."""
    film = home / "film.mkv"
    with store.in_use():
        store.last(film, "asr")
        store.forgotten(film, "asr")
        store.why_gone(KEY)
        if store.find(KEY) is None:
            attempt = store.attempt("asr")
            out = attempt / "out.txt"
            out.write_text("words")
            record = OutputRecord(kind="file", path=out.name, digest=file_digest(out), size=5)
            made = Manifest(stage="asr", version=1, ingredients={}, outputs={"out": record}, seconds=1.0)
            store.commit(attempt, KEY, made)
        store.remember(film, "asr", KEY)
    store.gc()
    return store.last(film, "asr")[0], store.find(KEY).path("out").read_text()


def _pipe(place):
    os.mkfifo(place)


def _folder(place):
    (place / "in it").mkdir(parents=True)


DAMAGES = {
    "not UTF-8": lambda place: place.write_bytes(b"\xff\xfe\xe9"),
    "nested": lambda place: place.write_bytes(b"[" * 100_000),
    "other types": lambda place: place.write_bytes(b'{"stage": 3, "outputs": []}'),
    "empty": lambda place: place.write_bytes(b""),
    "folder": _folder,
    "pipe": _pipe,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("place", PLACES)
def test_a_damaged_store_heals(home, capsys, place, damage):
    store = Store(home / "store")
    assert work(store, home) == (KEY, "words")
    path = next(store.root.glob(PLACES[place])) if PLACES[place] else store.root
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    DAMAGES[damage](path)
    assert work(store, home) == (KEY, "words")
    assert work(store, home) == (KEY, "words")
    assert capsys.readouterr().err.count(f"{path}: ") <= 1


def test_what_a_film_s_stage_made_last_is_reported_once_if_it_cannot_be_read(home, capsys):
    store = Store(home / "store")
    work(store, home)
    place = next(store.root.glob("last/*/asr"))
    place.write_bytes(b"\xff\xfe\xe9")
    assert store.last(home / "film.mkv", "asr") is None
    work(store, home)
    work(store, home)
    said = (
        f"orchestrator: {place}: not the key of a result; it is ignored, and made again when it is needed\n"
    )
    assert capsys.readouterr().err == said
