"""The options of `orchestrator run` for many machines."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.errors import USAGE, FatalError

if TYPE_CHECKING:
    from orchestrator.cluster.run import Cluster


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("many machines")
    group.add_argument(
        "--ray",
        metavar="ADDRESS|local",
        help="share the films among the machines of a Ray cluster, such as 10.0.0.1:6379; auto is the one "
        "that runs on this machine, local starts one here (docs/cluster.md)",
    )
    group.add_argument(
        "--ray-install",
        action="store_true",
        help="run ./install.sh on a machine whose environments are not ready (default: refuse it)",
    )
    group.add_argument(
        "--ray-results",
        metavar="URL|ray",
        help="where machines that share no ORCHESTRATOR_HOME find each other's results: s3://BUCKET/PREFIX, "
        "gs://BUCKET/PREFIX, file:///FOLDER, another address of fsspec, or ray (this machine keeps them)",
    )


def cluster_of(arguments: argparse.Namespace) -> Cluster | None:
    """What the options ask for; None for a run on this machine only."""
    if not arguments.ray:
        if arguments.ray is not None:
            raise FatalError("--ray: the address is empty", "such as --ray local", USAGE)
        for option in ("install", "results"):
            if getattr(arguments, f"ray_{option}"):
                message = f"--ray-{option}: this run has no other machines"
                raise FatalError(message, "add --ray ADDRESS, or omit it", USAGE)
        return None
    from orchestrator.cluster.run import Cluster

    return Cluster(address=arguments.ray, install=arguments.ray_install, results=arguments.ray_results or "")
