"""Compares the speed of the voice networks in MLX and in torch on the CPU, on the same audio, as ratios.

    .venv/bin/python benchmarks/mlx_networks.py [--minutes 2] [--threads 2] [--pairs 3] [--batches 16,64]

MLX runs on its default device: the GPU on a Mac, the CPU on Linux, where it only shows that the code works.
The audio is noise, because the time does not depend on its content.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
RATE = 16000


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def works(
    minutes: float, batches: list[int], segmentation: Path, voices: Path
) -> Iterator[tuple[str, Any, Any]]:
    """(what, the torch work, the MLX work), each over all of the audio as the stages go through it."""
    import numpy as np

    from stage_runners.diarization import campplus, campplus_mlx
    from stage_runners.vad import pyannet, pyannet_mlx, silero, silero_mlx

    noise = np.random.default_rng(1)

    def sound(*shape: int) -> Any:
        return noise.normal(0, 0.05, shape).astype(np.float32)

    def through(network: Any, sized: Any, batch: int) -> Callable[[], Any]:
        return lambda: [network(sized[at : at + batch]) for at in range(0, len(sized), batch)]

    samples = sound(64 + int(minutes * 60 * RATE) // 512 * 512)
    ours, theirs = silero_mlx.read_network(), silero.read_network()
    yield "silero", lambda: theirs.scores(samples), lambda: ours.scores(samples)
    windows = sound(max(1, round(minutes * 60 / 2.4975)), 1, 10 * RATE)
    nets = pyannet.read_network(segmentation), pyannet_mlx.read_network(segmentation)
    for batch in batches:
        yield f"segmentation, batches of {batch}", *(through(net.scores, windows, batch) for net in nets)
    features = sound(round(minutes * 60 / 0.75), 148, 80)
    cams = campplus.read_network(voices), campplus_mlx.read_network(voices)
    yield "CAM++, batches of 32", *(through(net.embeddings, features, 32) for net in cams)


def measure(arguments: argparse.Namespace) -> None:
    """Print a line for each network; in the environment mlx."""
    import mlx.core as mx
    import torch

    torch.set_num_threads(arguments.threads)
    batches = [int(size) for size in arguments.batches.split(",")]
    print(f"{arguments.minutes:g} minutes, MLX {mx.__version__} on {mx.default_device()}", flush=True)
    for what, theirs, ours in works(arguments.minutes, batches, *map(Path, arguments.models)):
        pairs = [(seconds(theirs), seconds(ours)) for _ in range(arguments.pairs + 1)][1:]
        torch_s, mlx_s = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(ours_s / theirs_s for theirs_s, ours_s in pairs)
        print(f"{what}: torch {torch_s:.2f} s, MLX {mlx_s:.2f} s, ratio {ratio:.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--batches", default="16", help="windows at once, such as 16,64")
    parser.add_argument("--models", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.models:
        return measure(arguments)
    from orchestrator.models.resolve import resolve

    roles = (("segmentation", "segmentation-3.0"), ("diarization", "embedded"))
    models = [str(resolve(*role, offline=True).path) for role in roles]
    python = ROOT / "envs" / "mlx" / ".venv" / "bin" / "python"
    threads = str(arguments.threads)
    environment = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": threads, **os.environ}
    command = [python, "-P", __file__, *sys.argv[1:], "--models", *models]
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
