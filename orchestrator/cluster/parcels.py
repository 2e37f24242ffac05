"""Takes results that another machine made into the store of this one.

`python -m orchestrator.cluster.parcels digest FILM` prints the film's digest; `... unpack FOLDER` takes each
`<key>.tar` in the folder, and prints the keys that it took. A parcel comes over a network: it is taken if its
files are those of its manifest, unchanged, and its key is that of the manifest's ingredients.
"""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

from orchestrator.paths import home
from orchestrator.planning.cache_key import key_of
from orchestrator.storage import file_digests, intact
from orchestrator.storage.manifest import Manifest
from orchestrator.storage.store import Store
from orchestrator.util import terminal

_MANIFEST = "manifest.json"
_LONGEST_MANIFEST = 16 << 20


class BadParcelError(ValueError):
    """A parcel that is not what it says."""


def take(store: Store, parcel: Path) -> bool:
    """Take a parcel into the store; False if its result is there already. `BadParcelError` if it is wrong."""
    key = parcel.stem
    if store.find(key) is not None:
        return False
    try:
        with tarfile.open(parcel) as tar:
            manifest = _manifest(tar, key)
            attempt = store.attempt(manifest.stage)
            try:
                _unpack(tar, manifest, attempt)
                store.commit(attempt, key, manifest)
            except BaseException:
                store.discard(attempt)
                raise
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise BadParcelError(f"{parcel.name}: {error}") from error
    return True


def _unpack(tar: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    """Write the files of the manifest, and check that they are what it says."""
    for record in manifest.outputs.values():
        _extract(tar, record.path, folder, record.size)
    if why := intact.why_broken(folder, manifest):
        raise BadParcelError(why)


def _manifest(tar: tarfile.TarFile, key: str) -> Manifest:
    member = tar.getmember(_MANIFEST)
    stream = tar.extractfile(member) if member.isreg() and member.size <= _LONGEST_MANIFEST else None
    if stream is None:
        raise BadParcelError(f"{key}: its manifest is no file")
    manifest = Manifest.from_json(stream.read())
    if key_of(manifest.ingredients) != key:
        raise BadParcelError(f"{key}: this is another key's result")
    names = [record.path for record in manifest.outputs.values()]
    if any("/" in name or name in {"", ".", "..", _MANIFEST, "used"} for name in names):
        raise BadParcelError(f"{key}: a file of it lies outside its folder")
    return manifest


def _extract(tar: tarfile.TarFile, name: str, folder: Path, size: int) -> None:
    """Write one file, and nothing but a file."""
    member = tar.getmember(name)
    source = tar.extractfile(member) if member.isreg() and member.size == size else None
    if source is None:
        raise BadParcelError(f"{name}: not the file of the manifest")
    with (folder / name).open("xb") as target:
        while block := source.read(1 << 20):
            target.write(block)


def main(words: list[str]) -> int:
    """Do what the words say."""
    if words[0] == "digest":
        terminal.show(file_digests.file_digest(Path(words[1])))
        return 0
    store = Store(home() / "store")
    with store.in_use():
        for parcel in sorted(Path(words[1]).glob("*.tar")):
            try:
                if take(store, parcel):
                    terminal.show(parcel.stem)
            except (BadParcelError, ValueError) as error:
                terminal.tell(f"orchestrator: a result from another machine was not taken: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
