"""A depot without any storage but the machine of the run: bytes go there through Ray's object store.

The keeper is an actor on that machine, which has the depot in a folder. The workers' side puts and gets
pieces, because an object of Ray's is in memory as a whole.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestrator.cluster.on_ray.depot import open_depot, pieces

SCHEME = "ray"


class Keeper:
    """The actor: a depot in `folder`, on the machine where the run was started."""

    def __init__(self, folder: str) -> None:
        self._depot = open_depot(Path(folder).as_uri())
        self._incoming = Path(tempfile.mkdtemp(prefix="orchestrator-keeper-"))

    def add(self, token: str, piece: bytes) -> None:
        """Add a piece to what is being put."""
        with (self._incoming / token).open("ab") as stream:
            stream.write(piece)

    def put(self, token: str, name: str) -> bool:
        """Put what was added under the name."""
        file = self._incoming / token
        file.touch()
        try:
            return self._depot.put(name, file)
        finally:
            file.unlink()

    def pieces(self, name: str) -> Iterator[bytes]:
        """The object in pieces; nothing if there is none."""
        file = self._incoming / secrets.token_hex(8)
        if self._depot.get(name, file):
            try:
                yield from pieces(file)
            finally:
                file.unlink()

    def names(self, folder: str) -> list[str]:
        """The names in a folder."""
        return self._depot.names(folder)


class KeptByRay:
    """The depot that a keeper has, as a worker on any machine sees it."""

    def __init__(self, keeper: Any) -> None:
        self._keeper = keeper

    def put(self, name: str, file: Path) -> bool:
        """Put the content of `file` there, unless the name is taken."""
        import ray

        if name.rpartition("/")[2] in self.names(name.rpartition("/")[0]):
            return False
        token = secrets.token_hex(8)
        for piece in pieces(file):
            ray.get(self._keeper.add.remote(token, piece))
        return bool(ray.get(self._keeper.put.remote(token, name)))

    def get(self, name: str, file: Path) -> bool:
        """Write the object to `file`."""
        import ray

        some = False
        with file.open("wb") as stream:
            for piece in self._keeper.pieces.options(num_returns="streaming").remote(name):
                stream.write(ray.get(piece))
                some = True
        return some

    def names(self, folder: str) -> list[str]:
        """The names in a folder."""
        import ray

        found: list[str] = ray.get(self._keeper.names.remote(folder))
        return found


def hire(folder: str) -> Any:
    """Start the keeper on this machine."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = ray.get_runtime_context().get_node_id()
    options = ray.remote(Keeper).options(
        num_cpus=0, scheduling_strategy=NodeAffinitySchedulingStrategy(here, soft=False)
    )
    return options.remote(folder)
