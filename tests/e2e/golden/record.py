"""Runs the scenarios with a program, and stores what can be compared: texts, and films and reports as JSON.

    python tests/e2e/golden/record.py OUT [--program CHECKOUT] [--shared DATA] [--only NAME,...]

`OUT/<scenario>/` then has the texts, `film.json` (a hash of each stream's packets, tags and flags) and
`report.json` (the report's data
without times and places). `compare.py` compares two such folders.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = (".karaoke.", ".labels.", ".bilingual.", ".forced.", ".podcast.", ".transcript.")
"""In names of files whose formats have tests of their own."""
TEXTS = (".srt", ".vtt", ".ass", ".txt", ".tsv", ".json", ".rttm")
SAME_EVERYWHERE = {
    # One result on every x86-64 machine: no library may choose its kernels by what the processor knows.
    "CT2_FORCE_CPU_ISA": "AVX2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_CBWR": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
}

_RUN_SPECIFIC = {"id", "started", "machine", "version"}
_STAGE_SPECIFIC = {"status", "seconds", "speed", "load_seconds", "peak_memory", "reason"}

_FILM = """
import av, hashlib, json, sys
with av.open("file:" + sys.argv[1]) as film:
    streams = [
        {"type": s.type, "codec": s.codec_context.name if s.codec_context else "",
        "flags": int(s.disposition),
         "tags": {k: v for k, v in s.metadata.items() if not k.startswith("_STATISTICS")}}
        for s in film.streams
    ]
    hashes = [hashlib.sha256() for _ in film.streams]
    counts = [0 for _ in film.streams]
    for packet in film.demux():
        if packet.size:
            counts[packet.stream.index] += 1
            hashes[packet.stream.index].update(bytes(packet))
            hashes[packet.stream.index].update(repr((packet.pts, packet.dts, packet.duration)).encode())
    for stream, digest, count in zip(streams, hashes, counts):
        stream.update(packets=count, sha256=digest.hexdigest())
    chapters = [[float(c["start"] * c["time_base"]), c["metadata"]] for c in film.chapters()]
    print(
        json.dumps(
            {
                "format": film.format.name, "tags": dict(film.metadata), "streams": streams,
                "chapters": chapters,
            }
        )
    )
"""


def run(
    program: Path, home: Path, *words: object, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a checkout's `orchestrator` with a home of its own; ends this script where it fails."""
    environment = {
        **os.environ,
        **SAME_EVERYWHERE,
        "ORCHESTRATOR_HOME": str(home),
        "PYTHONPATH": str(program),
    }
    command = [str(program / ".venv/bin/python"), "-m", "orchestrator", *map(str, words)]
    done = subprocess.run(
        command, env=environment, cwd=cwd or program, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


def media_python(checkout: Path) -> Path:
    """The Python that has PyAV."""
    return checkout / "envs/media/.venv/bin/python"


def film_data(path: Path, checkout: Path) -> dict:
    """Streams of a film: kind, codec, tags, flags, and a hash over each stream's packets and their times."""
    done = subprocess.run(
        [media_python(checkout), "-c", _FILM, path], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def report_data(path: Path) -> dict:
    """The data of a report, without what differs from run to run."""
    page = path.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None, f"{path} holds no data"
    data = json.loads(found[1])
    data["run"] = {name: value for name, value in data["run"].items() if name not in _RUN_SPECIFIC}
    data.pop("flags", None)  # the words of every flag: the same in each report
    del data["film"]["digest"]  # ffmpeg gives each Matroska file a number of its own
    data.pop("proposals", None)
    data["outputs"] = [one for one in data["outputs"] if is_kept(Path(one["file"]))]
    data["media"] = {"name": data["media"]["name"]} if data.get("media") else None
    data["stages"] = [stage for stage in data["stages"] if stage["env"]]  # those that are not off
    for stage in data["stages"]:
        for name in _STAGE_SPECIFIC & stage.keys():
            del stage[name]
    return data


def is_kept(path: Path) -> bool:
    """Whether a file is among those that are compared."""
    compared = (*TEXTS, ".html", ".mkv", ".mp4")
    return path.suffix in compared and not any(part in path.name for part in ELSEWHERE)


def keep(made: Path, kept: Path, checkout: Path) -> None:
    """Copy what can be compared of the outputs in `made` into `kept`."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for path in sorted(made.iterdir()):
        if path.suffix in TEXTS and is_kept(path):
            shutil.copyfile(path, kept / path.name)
        elif path.name.endswith(".report.html"):
            write(kept / "report.json", report_data(path))
        elif ".subtitled" in path.name or ".burned" in path.name or path.suffix in {".mkv", ".mp4"}:
            write(kept / f"{path.name}.film.json", film_data(path, checkout))


def write(path: Path, data: dict) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def cast_of(film: Path, folder: Path) -> Path:
    """A film's cast: capitalised words inside its reference's sentences; speakers of the packaged one."""
    names = ["Diane", "Sheila"]
    if (reference := film.with_name("truth.txt")).is_file():
        names = sorted(set(re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}", reference.read_text(encoding="utf-8"))))
    path = folder / "cast.csv"
    path.write_text("character,actor\n" + "".join(f"{name},\n" for name in names), encoding="utf-8")
    return path


def record(scenario, film: Path, out: Path, home: Path, program: Path) -> None:
    """Run one scenario and keep its results in `out/<name>`."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        options = [*scenario.options]
        if scenario.cast:
            options += ["--cast", str(cast_of(film, Path(folder)))]
        run(program, home, "run", film, "-o", made, "--threads", "1", *options)
        keep(made, out / scenario.name, program)


def demo_film(folder: Path, program: Path) -> Path:
    """Make the film of `orchestrator demo` in `folder`, as that command does."""
    film = folder / "demo.mkv"
    if not film.exists():
        home = folder / "home"
        run(program, home, "demo", "--until", "demux", cwd=folder)
        shutil.copyfile(folder / "orchestrator-demo/demo.mkv", film)
    return film


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from tests.e2e.golden.scenarios import PACKAGED, SHARED

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--program", type=Path, default=ROOT, help="the checkout whose program runs")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--only", default="", help="names of scenarios, with commas")
    arguments = parser.parse_args()
    out, program = arguments.out.resolve(), arguments.program.resolve()
    only = set(filter(None, arguments.only.split(",")))
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        for scenario in (*PACKAGED, *SHARED):
            if only and scenario.name not in only:
                continue
            if scenario.film == "demo":
                film = demo_film(Path(scratch), program)
            else:
                film = next((arguments.shared / scenario.film).glob("movie.*"))
            print(scenario.name, flush=True)
            record(scenario, film, out, home, program)


if __name__ == "__main__":
    main()
