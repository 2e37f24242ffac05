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


def cluster_of(arguments: argparse.Namespace) -> Cluster | None:
    """What the options ask for; None for a run on this machine only."""
    if not arguments.ray:
        if arguments.ray is not None:
            raise FatalError("--ray: the address is empty", "such as --ray local", USAGE)
        if arguments.ray_install:
            raise FatalError(
                "--ray-install: this run has no other machines", "add --ray ADDRESS, or omit it", USAGE
            )
        return None
    from orchestrator.cluster.run import Cluster

    return Cluster(address=arguments.ray, install=arguments.ray_install)
