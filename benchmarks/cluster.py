"""Runs films on a Ray cluster of several nodes on this machine, kills nodes, and compares with a plain run.

    python benchmarks/cluster.py [--films 40] [--nodes 4] [--kill 2] [--poison 1] [--workspace DIR]
    python benchmarks/cluster.py --scaling 1,2 --films 12
    python benchmarks/cluster.py --restart 3 --films 8
    python benchmarks/cluster.py --exchange ray --films 4    # or file:///folder, s3://bucket/prefix

The films are passages of the recording that ships with pyannote.audio, of 2 to 5 seconds. Each node is one of
Ray's (`ray.cluster_utils.Cluster`), with a home of its own and one CPU. Nodes are killed with SIGKILL, at
random times after the first film is done. A poisoned film is a film at which ffmpeg kills the program that
started it, as a crash of the system's would: `ORCHESTRATOR_FFMPEG` names a script that does so.

`--exchange` runs the films up to `demux` on nodes, then the whole on new nodes with empty homes, which
must find these results in the depot.

Every other film must be done, and its files must equal those of a run without Ray, byte by byte. Prints the
figures for docs/cluster.md. Needs the environments of `install.sh` and `cluster`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
NODES = """
import json, os, sys, time
from ray.cluster_utils import Cluster

def surely(start):
    # On a busy machine Ray gives up after 15 seconds, in which it has not imported its own modules.
    for _ in range(9):
        try:
            return start()
        except Exception as error:
            print(error, file=sys.stderr)
    return start()

count, homes = int(sys.argv[1]), sys.argv[2]
head = {"num_cpus": 0, "include_dashboard": False}
cluster = surely(lambda: Cluster(initialize_head=True, head_node_args=head))
nodes = []
for number in range(count):
    os.environ["ORCHESTRATOR_HOME"] = f"{homes}/node{number}"
    nodes.append(surely(lambda: cluster.add_node(num_cpus=1, object_store_memory=80 << 20)))
print(json.dumps({"address": cluster.address, "nodes": [node.node_id for node in nodes]}), flush=True)
for line in sys.stdin:
    cluster.remove_node(nodes[int(line)], allow_graceful=False)
    print("killed", flush=True)
cluster.shutdown()
"""
FFMPEG = """\
#!/bin/sh
case "$*" in *poison*)
    pid=$PPID
    while [ "$pid" -gt 1 ]; do
        words=$(tr '\\0' ' ' < /proc/$pid/cmdline)
        case "$words" in *"-m orchestrator run"*) kill -9 "$pid"; exit 1 ;; esac
        pid=$(awk '/^PPid/ {print $2}' /proc/$pid/status)
    done ;;
esac
exec FFMPEG "$@"
"""


def main() -> int:
    """Do what the options say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--films", type=int, default=40)
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--kill", type=int, default=2, help="nodes that are killed (default: 2)")
    parser.add_argument("--poison", type=int, default=1, help="films that kill their worker (default: 1)")
    parser.add_argument("--scaling", help="numbers of nodes to compare, such as 1,2; kills nothing")
    parser.add_argument("--restart", type=int, help="kill the command after so many films, and give it again")
    parser.add_argument("--exchange", help="what --ray-results gets; kills nothing")
    parser.add_argument("--options", default="--model tiny.en --no-diarize --no-mux", help="of the runs")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cl") as scratch:
        folder = options.workspace or Path(scratch)
        os.environ["RAY_TMPDIR"] = scratch
        if options.scaling:
            return scaling(folder, options)
        if options.restart:
            return restarting(folder, options)
        return exchanging(folder, options) if options.exchange else killing(folder, options)


def killing(folder: Path, options: argparse.Namespace) -> int:
    """A run with nodes killed and a film poisoned, against a plain one."""
    rng = random.Random(options.seed)
    films = make_films(folder / "ray", options.films, rng)
    plain = folder / "plain"
    if not plain.exists():
        shutil.copytree(folder / "ray", plain)
    poisoned = films[len(films) // 2 : len(films) // 2 + options.poison]
    for number, film in enumerate(poisoned):
        poisoned[number] = film.rename(film.with_name(f"poison{number}.mkv"))
        (plain / film.name).unlink(missing_ok=True)
    films = sorted((folder / "ray").glob("*.mkv"))
    words = options.options.split()
    began = time.monotonic()
    print(f"plain: exit {run([*words, *sorted(plain.glob('*.mkv'))], folder / 'home', {})}")
    alone = time.monotonic() - began
    script = folder / "ffmpeg"
    script.write_text(FFMPEG.replace("FFMPEG", ffmpeg()))
    script.chmod(0o755)
    with Nodes(options.nodes, folder / "homes", {"ORCHESTRATOR_FFMPEG": str(script)}) as nodes:
        began = time.monotonic()
        events = Events(
            ["--ray", nodes.address, *words, *films], folder / "driver", {"ORCHESTRATOR_FFMPEG": str(script)}
        )
        victims = rng.sample(range(options.nodes), options.kill)
        due = sorted(rng.uniform(2, len(films) - 6) for _ in victims)
        for event in events:
            if event["event"] in {"machine_joined", "machine_left", "machine_refused", "film_moved"}:
                print(f"{time.monotonic() - began:7.1f} s  {told(event)}", flush=True)
            if event["event"] == "film_ended" and due and events.ended >= due[0]:
                del due[0]
                print(f"{time.monotonic() - began:7.1f} s  node {victims[0]} is killed", flush=True)
                nodes.kill(victims.pop(0))
        took = time.monotonic() - began
    print(f"on {options.nodes} nodes: exit {events.status}; {events.outcomes}")
    wrong = [film.name for film in films if not film.name.startswith("poison") and not equal(film, plain)]
    print(f"plain {alone:.1f} s, on nodes {took:.1f} s; files that differ or are missing: {wrong or 'none'}")
    print(f"reports written twice: {len(list((folder / 'ray').glob('*.report.1.html')))}")
    return 1 if wrong else 0


def scaling(folder: Path, options: argparse.Namespace) -> int:
    """The same films on 1, 2, ... nodes: the time from the first film to the last."""
    rng = random.Random(options.seed)
    words = options.options.split()
    for count in [0, *map(int, options.scaling.split(","))]:
        place = folder / f"n{count}"
        films = make_films(place, options.films, rng)
        if not count:
            began = time.monotonic()
            events = Events([*words, *films], place / "home", {})
            times = [event["time"] for event in events if event["event"] in {"step_running", "step_done"}]
            whole = time.monotonic() - began
            print(f"plain: {times[-1] - times[0]:.1f} s of work, {whole:.1f} s in all", flush=True)
            continue
        with Nodes(count, place / "homes", {}) as nodes:
            began = time.monotonic()
            events = Events(["--ray", nodes.address, *words, *films], place / "driver", {})
            times = [event["time"] for event in events if event["event"] in {"step_running", "step_done"}]
            work, whole = times[-1] - times[0], time.monotonic() - began
            print(f"{count} nodes: {work:.1f} s of work, {whole:.1f} s in all, exit {events.status}")
    return 0


def restarting(folder: Path, options: argparse.Namespace) -> int:
    """The command is killed, and given again: what was done is not handed out again."""
    films = make_films(folder / "films", options.films, random.Random(options.seed))
    words = [*options.options.split(), *films]
    with Nodes(2, folder / "homes", {}) as nodes:
        first = Events(["--ray", nodes.address, *words], folder / "driver", {})
        for _ in first:
            if first.ended == options.restart:
                first.kill()
        left = until_idle()
        print(f"killed after {first.ended} films; its programs ended within {left:.1f} s", flush=True)
        second = Events(["--ray", nodes.address, *words], folder / "driver", {})
        placed = {event["film"] for event in second if event["event"] == "step_starting"}
    print(f"given again: exit {second.status}, {second.ended} films, {len(placed)} of them handed out")
    return 0 if second.ended == options.films and len(placed) <= options.films - first.ended else 1


def until_idle() -> float:
    """Seconds until no program of a worker is left."""
    began = time.monotonic()
    ours = f"{ROOT}/.venv/bin/python .*--films-from -"
    while subprocess.run(["pgrep", "-f", ours], capture_output=True, check=False).stdout:
        time.sleep(0.5)
    return time.monotonic() - began


def exchanging(folder: Path, options: argparse.Namespace) -> int:
    """Results that nodes with other homes made are found in the depot; returns 1 if any is made again."""
    films = make_films(folder / "films", options.films, random.Random(options.seed))
    made: list[set[str]] = []
    for turn in (1, 2):
        until = ["--until", "demux"] if turn == 1 else []
        words = ["--ray-results", options.exchange, *options.options.split(), *until]
        with Nodes(2, folder / f"homes{turn}", {}) as nodes:
            events = Events(["--ray", nodes.address, *words, *films], folder / "driver", {})
            ran = [event for event in events if event["event"] == "step_done" and not event["cached"]]
        made.append({event["key"] for event in ran})
        print(f"{turn}: exit {events.status}, {len(ran)} results made", flush=True)
    print(f"made twice: {len(made[0] & made[1])}")
    return 1 if made[0] & made[1] else 0


class Nodes:
    """Ray's nodes on this machine, in a process of the environment `cluster`."""

    def __init__(self, count: int, homes: Path, more: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [ROOT / "envs/cluster/.venv/bin/python", "-c", textwrap.dedent(NODES), str(count), str(homes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables(more), cwd=ROOT,
        )  # fmt: skip
        assert self._process.stdout is not None
        line = next(line for line in self._process.stdout if line.startswith("{"))
        self.address = json.loads(line)["address"]

    def __enter__(self) -> Self:
        return self

    def kill(self, number: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()


class Events:
    """The events of a run, as they come."""

    def __init__(self, words: list[Any], home: Path, more: dict[str, str]) -> None:
        self.status, self.ended, self.outcomes = None, 0, {}
        self._process = subprocess.Popen(
            command([*words, "--json"]), stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env=variables({"ORCHESTRATOR_HOME": str(home), **more}),
        )  # fmt: skip

    def kill(self) -> None:
        self._process.kill()

    def __iter__(self) -> Any:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.endswith("\n"):
                break  # it was killed
            event = json.loads(line)
            if event["event"] == "film_ended":
                self.ended += 1
                self.outcomes[event["outcome"]] = self.outcomes.get(event["outcome"], 0) + 1
            yield event
        self.status = self._process.wait()


def run(words: list[Any], home: Path, more: dict[str, str]) -> int:
    environ = variables({"ORCHESTRATOR_HOME": str(home), **more})
    return subprocess.run(command([*words, "--quiet"]), cwd=ROOT, env=environ, check=False).returncode


def command(words: list[Any]) -> list[str]:
    return [str(ROOT / ".venv/bin/python"), "-I", "-m", "orchestrator", "run", *map(str, words)]


def variables(more: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    quiet = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_memory_monitor_refresh_ms": "0", "RAY_AUTH_MODE": "token",
             "RAY_AUTH_TOKEN": "0" * 64}  # fmt: skip
    return {**kept, **quiet, **more}


def make_films(folder: Path, count: int, rng: random.Random) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    sound = next((ROOT / "envs/pyannote/.venv").glob("lib/*/site-packages/pyannote/audio/sample/sample.wav"))
    for number in range(count):
        film = folder / f"film{number:02}.mkv"
        if not film.exists():
            start, length = f"{rng.uniform(0, 24):.2f}", f"{rng.uniform(2, 5):.2f}"
            subprocess.run(
                [ffmpeg(), "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=10", "-ss", start,
                 "-t", length, "-i", str(sound), "-shortest", "-c:v", "libx264", "-preset", "ultrafast",
                 "-c:a", "aac", str(film)], check=True,
            )  # fmt: skip
    return sorted(folder.glob("film*.mkv"))


def equal(film: Path, plain: Path) -> bool:
    """Whether all files beside `film` equal those beside its copy in `plain`; there has to be one.

    Reports hold paths and times. There may be two, if a machine died before it told that it wrote the first.
    """
    mine = {path.name: path for path in film.parent.glob(f"{film.stem}.*") if path != film}
    theirs = {path.name: path for path in plain.glob(f"{film.stem}.*") if path.name != film.name}
    mine, theirs = (
        {name: path for name, path in files.items() if ".report." not in name} for files in (mine, theirs)
    )
    return bool(mine) and mine.keys() == theirs.keys() and all(
        path.read_bytes() == theirs[name].read_bytes() for name, path in mine.items()
    )  # fmt: skip


def told(event: dict[str, Any]) -> str:
    return " ".join(str(event.get(key, "")) for key in ("event", "machine", "reason", "message", "films"))


def ffmpeg() -> str:
    found = (ROOT / "envs/media/.venv").glob("lib/*/site-packages/imageio_ffmpeg/binaries/ffmpeg*")
    return str(next(found))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
