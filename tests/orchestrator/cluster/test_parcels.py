"""Results that come from another machine: what is taken into the store, and what is not."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile

import pytest

from orchestrator.cluster import parcels
from orchestrator.cluster.on_ray.results import Results
from orchestrator.planning.cache_key import key_of
from orchestrator.storage.manifest import Manifest, OutputRecord
from orchestrator.storage.store import Store

INGREDIENTS = {"stage": "demux", "input film": "d" * 64}
KEY = key_of(INGREDIENTS)


def stored(home, content=b"sound", path="audio.bin"):
    """A result in the store of a machine."""
    store = Store(home / "store")
    attempt = store.attempt("demux")
    (attempt / "audio.bin").write_bytes(content)
    record = OutputRecord(
        kind="file", path=path, digest=hashlib.sha256(content).hexdigest(), size=len(content)
    )
    manifest = Manifest(
        stage="demux", version=1, ingredients=INGREDIENTS, outputs={"audio": record}, seconds=1.0
    )
    store.commit(attempt, KEY, manifest)
    return store


class Folder:
    """A depot that is a dictionary."""

    def __init__(self):
        self.objects = {}

    def put(self, name, file):
        return self.objects.setdefault(name, file.read_bytes()) is not None

    def get(self, name, file):
        file.write_bytes(self.objects[name])
        return True

    def names(self, folder):
        return sorted(name.rpartition("/")[2] for name in self.objects if name.startswith(folder + "/"))


def events(**more):
    added = {"event": "film_added", "film": 0, "id": "7", "state": {"digest": "f" * 64}}
    done = {"event": "step_done", "film": 0, "step": "demux", "cached": False, "key": KEY, **more}
    return json.dumps(added), json.dumps(done)


def parcel(tmp_path, depot, name=KEY):
    file = tmp_path / f"{name}.tar"
    file.write_bytes(depot.objects[f"results/{KEY[:2]}/{KEY}.tar"])
    return file


@pytest.fixture
def depot(tmp_path, monkeypatch):
    """The depot after one machine has made a result."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "one"))
    stored(tmp_path / "one")
    depot = Folder()
    results = Results(depot, {})
    for line in events():
        results.note(line)
    return depot


def test_a_new_result_goes_to_the_depot_with_a_mark_of_its_film_and_is_taken_by_another_machine(
    tmp_path, depot
):
    assert sorted(depot.objects) == [f"films/{'f' * 64}/{KEY}", f"results/{KEY[:2]}/{KEY}.tar"]
    other = Store(tmp_path / "two" / "store")
    assert parcels.take(other, parcel(tmp_path, depot))
    found = other.find(KEY)
    assert found is not None
    assert found.path("audio").read_bytes() == b"sound"
    assert not parcels.take(other, parcel(tmp_path, depot))


def test_a_new_machine_takes_what_the_depot_has_of_a_film_though_it_has_no_home_yet(tmp_path, monkeypatch):
    film = tmp_path / "film.mkv"
    film.write_bytes(b"a film")
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "one"))
    stored(tmp_path / "one")
    depot, digest = Folder(), hashlib.sha256(b"a film").hexdigest()
    results = Results(depot, {})
    for line in events():
        results.note(line.replace("f" * 64, digest))
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "new"))
    new = Results(depot, dict(os.environ))
    assert new.fetch(str(film)) == 1
    assert Store(tmp_path / "new" / "store").find(KEY) is not None
    assert new.fetch(str(film)) == 0


def test_a_cached_result_is_not_handed_over_again_and_one_outside_the_store_never(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    stored(tmp_path, path=str(tmp_path / "film.subtitled.mkv"))
    depot = Folder()
    results = Results(depot, {})
    for line in (*events(cached=True), *events(), "", "[]", '{"event": "step_done"}'[:-1]):
        results.note(line)
    assert depot.objects == {}


def changed(tmp_path, depot, change):
    """The parcel with its files changed by `change`, a function of a dictionary."""
    file = parcel(tmp_path, depot)
    with tarfile.open(file) as tar:
        content = {member.name: tar.extractfile(member).read() for member in tar}
    members = change(content) or content
    with tarfile.open(file, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
                tar.addfile(info)
            else:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return file


def outside(content):
    manifest = json.loads(content["manifest.json"])
    manifest["outputs"]["audio"]["path"] = "../../../evil"
    content["manifest.json"] = json.dumps(manifest).encode()
    content["../../../evil"] = content.pop("audio.bin")


def other_ingredients(content):
    manifest = json.loads(content["manifest.json"])
    manifest["ingredients"]["input film"] = "e" * 64
    content["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda content: content.update({"audio.bin": b"noise"}), "audio changed"),
        (lambda content: content.update({"audio.bin": b"longer sound"}), "not the file of the manifest"),
        (lambda content: content.update({"audio.bin": "/etc/passwd"}), "not the file of the manifest"),
        (lambda content: content.pop("audio.bin") and None, "audio.bin"),
        (lambda content: content.pop("manifest.json") and None, "manifest.json"),
        (outside, "lies outside its folder"),
        (other_ingredients, "another key's result"),
    ],
)
def test_a_parcel_that_is_not_what_it_says_is_not_taken(tmp_path, depot, change, why):
    other = Store(tmp_path / "two" / "store")
    with pytest.raises(parcels.BadParcelError, match=why):
        parcels.take(other, changed(tmp_path, depot, change))
    assert other.find(KEY) is None
    assert not list(tmp_path.rglob("evil"))
    assert not [path for path in (tmp_path / "two").rglob("demux-*") if path.is_dir()]


def test_a_damaged_parcel_is_not_taken(tmp_path):
    file = tmp_path / f"{KEY}.tar"
    file.write_bytes(b"no tar at all" * 99)
    with pytest.raises(parcels.BadParcelError):
        parcels.take(Store(tmp_path / "store"), file)
