"""Ray's machines: how to reach them, which places for workers they have, and whether one was lost."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LOCAL = "local"
_SETTLE_S = 20.0
"""Seconds in which Ray notices that a machine is gone, whose worker it reported dead before."""
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a worker can be: a GPU of a machine, or a machine without GPUs. `name` is for people."""

    name: str
    node: str
    cpus: float
    gpus: float = 0.0

    @property
    def resources(self) -> Mapping[str, float]:
        """What the worker gets of the machine."""
        return {"cpus": self.cpus, "gpus": self.gpus}


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A connection to Ray: its address, how many machines it has, and the folder of a Ray started here."""

    address: str
    machines: int
    folder: str = ""

    def leave(self) -> None:
        """Leave the cluster, which ends this driver's actors; end the Ray that was started here."""
        import ray

        ray.shutdown()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def connect(address: str) -> Connection:
    """Connect to the cluster, or start Ray here for `local`: bound to the loopback, without a dashboard."""
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": False}
    folder = ""
    if address == LOCAL:
        folder = tempfile.mkdtemp(prefix="ray-")  # a short name: that of a socket has at most 107 bytes
        found = ray.init(
            address="local", include_dashboard=False, _node_ip_address="127.0.0.1", _temp_dir=folder,
            object_store_memory=100 * _MEGABYTE, **quiet,
        )  # fmt: skip
    else:
        found = ray.init(address=address, **quiet)
    count = sum(1 for node in ray.nodes() if node["Alive"])
    return Connection(address=str(found.address_info["address"]), machines=count, folder=folder)


def places() -> list[Place]:
    """Where workers can be now: on each GPU, or on each machine without one that has a CPU to give."""
    import ray

    return [place for node in ray.nodes() if node["Alive"] for place in places_of(node)]


def places_of(node: Mapping[str, Any]) -> list[Place]:
    """The places of one of Ray's nodes."""
    cpus = float(node["Resources"].get("CPU", 0))
    gpus = int(node["Resources"].get("GPU", 0))
    name = f"{node['NodeManagerHostname']}:{node['NodeID'][:4]}"
    if gpus:
        return [
            Place(name=f"{name} GPU {index}", node=node["NodeID"], cpus=cpus // gpus, gpus=1.0)
            for index in range(gpus)
        ]
    return [Place(name=name, node=node["NodeID"], cpus=cpus)] if cpus >= 1 else []


def hire(worker: type[Any], place: Place) -> Any:
    """Ray's class of the actor for `place`: it gets the place's resources, and runs nowhere else."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return ray.remote(worker).options(
        num_cpus=place.cpus,
        num_gpus=place.gpus or None,
        scheduling_strategy=NodeAffinitySchedulingStrategy(place.node, soft=False),
        max_concurrency=4,
        max_restarts=0,
        max_task_retries=0,
    )


def lost(place: Place, error: Exception) -> bool:
    """Whether the worker's machine is gone, not only its process; waits until Ray knows."""
    import ray

    if "node died" in str(error) or "node has died" in str(error):
        return True
    until = time.monotonic() + _SETTLE_S
    while time.monotonic() < until:
        if not any(node["Alive"] and node["NodeID"] == place.node for node in ray.nodes()):
            return True
        time.sleep(1.0)
    return False


def hint(address: str, error: Exception) -> str:
    """What to do if Ray cannot be used."""
    if "Version mismatch" in str(error):
        return "use the environment cluster of the same checkout on every machine"
    if address == LOCAL:
        return "see the end of the log ray.log in the run's folder"
    return f"start it on its head machine (docs/cluster.md), and check the address {address}"
