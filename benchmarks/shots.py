"""Compares the shot changes of `stage_runners/shots/cuts.py`, ffmpeg's scene filters and PySceneDetect.

    envs/media/.venv/bin/python benchmarks/shots.py [FILM=FRAME,FRAME,...] ... [--scenedetect PYTHON]
    envs/media/.venv/bin/python benchmarks/shots.py --own --height 720

Without films, ffmpeg makes synthetic ones with known cuts, each with another difficulty. A film is given with
the first frames of its shots (from 0; nothing after `=` if it has no cuts). `--scenedetect` is an interpreter
with `scenedetect` and OpenCV. A cut counts as found within one frame; all others are false. Time is user and
system time, as a multiple of the film's length.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from stage_runners.media.ffmpeg import executable  # noqa: E402
from stage_runners.media.probe import probe  # noqa: E402
from stage_runners.shots.coded import UnsuitableError, groups, stream  # noqa: E402
from stage_runners.shots.cuts import cuts  # noqa: E402
from stage_runners.shots.decoder import EXACT, ROUGH, Decoder  # noqa: E402
from stage_runners.shots.few_frames import Search  # noqa: E402
from stage_runners.shots.frames import frames, track_of  # noqa: E402

RATE = 24
SOURCES = (
    "testsrc2=s=640x360:r=24", "mandelbrot=s=640x360:r=24:start_scale=0.3", "smptehdbars=s=640x360:r=24",
    "life=s=640x360:r=24:ratio=0.2:mold=9:death_color=#335577:life_color=#ddeeff:seed=3",
    "gradients=s=640x360:r=24:seed=5:nb_colors=6:speed=0.02", "cellauto=s=640x360:r=24:rule=110:seed=2",
)  # fmt: skip
WITH_PYSCENEDETECT = """
import json, sys
from scenedetect import AdaptiveDetector, ContentDetector, detect
found = detect(sys.argv[1], {"adaptive": AdaptiveDetector, "content": ContentDetector}[sys.argv[2]]())
print(json.dumps([start.frame_num for start, _ in found[1:]]))
"""


class Quiet:
    """What the stage asks of its run."""

    threads = 1

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def scratch(self) -> Path:
        """A folder for ffmpeg's complaints."""
        return self._folder


def ours(film: Path, folder: Path) -> list[float]:
    """Times by the stage's own code."""
    found = probe(film)
    track = track_of(found)
    assert track is not None
    return [time for time, _ in cuts(frames(film, found, track, None, Quiet(folder), []))]  # type: ignore[arg-type]


def few(film: Path, folder: Path) -> list[float]:
    """Times by the stage's own code on few frames; see `ours` of a film that it decodes in full."""
    found, errors = probe(film), list[str]()
    track = track_of(found)
    assert track is not None
    context: Any = Quiet(folder)
    try:
        with stream(film, found, track, None, context, errors) as (video, coded):
            rough, exact = (Decoder(video, care, 1, lambda _: None) for care in (ROUGH, EXACT))
            return [time for time, _ in Search(groups(coded), rough, exact, lambda _: None).cuts()]
    except UnsuitableError as why:
        print(f"{film.name}: in full: {why}", file=sys.stderr)
        return ours(film, folder)


def by_filter(chain: str) -> Callable[[Path, Path], list[float]]:
    """Times by one of ffmpeg's filters over a picture 320 wide."""

    def run(film: Path, folder: Path) -> list[float]:
        del folder
        command = [executable(), "-hide_banner", "-nostdin", "-threads", "1", "-i", str(film), "-an"]
        done = subprocess.run(
            [*command, "-vf", f"scale=320:-2,{chain}", "-f", "null", "-"],
            capture_output=True,
            text=True,
            check=True,
        )
        if "scdet" in chain:
            return [float(t) for t in re.findall(r"lavfi\.scd\.time: ([\d.]+)", done.stderr)]
        return [float(t) for t in re.findall(r"pts_time:([\d.]+)", done.stderr)]

    return run


def by_scenedetect(python: str, name: str) -> Callable[[Path, Path], list[float]]:
    """Times by PySceneDetect, with its own reader of films, at its own defaults."""

    def run(film: Path, folder: Path) -> list[float]:
        del folder
        done = subprocess.run(
            [python, "-c", WITH_PYSCENEDETECT, str(film), name], capture_output=True, text=True, check=True
        )
        rate = rate_of(film)
        return [frame / rate for frame in json.loads(done.stdout.splitlines()[-1])]

    return run


def rate_of(film: Path) -> float:
    """Frames a second of the picture."""
    import av

    with av.open(str(film)) as container:
        return float(container.streams.video[0].average_rate)


def synthetic(folder: Path, height: int) -> dict[str, tuple[Path, list[int]]]:
    """Films with known cuts: name to path and frames."""
    made: dict[str, tuple[Path, list[int]]] = {}

    def film(name: str, graph: str, truth: list[int], *more: str) -> None:
        path = folder / f"{name}.mkv"
        subprocess.run(
            [executable(), "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", f"{graph},scale=-2:{height}",
             "-c:v", "libx264", "-preset", "veryfast", "-crf", "26", *more, str(path)],
            check=True,
        )  # fmt: skip
        made[name] = path, truth

    def joined(parts: list[tuple[str, int]], after: str = "") -> str:
        graph = "".join(
            f"{source},trim=end_frame={n},setpts=PTS-STARTPTS,setsar=1[p{k}];"
            for k, (source, n) in enumerate(parts)
        )
        names = "".join(f"[p{k}]" for k in range(len(parts)))
        return f"{graph}{names}concat=n={len(parts)}{after}"

    def at(parts: list[tuple[str, int]]) -> list[int]:
        total, found = 0, []
        for _, n in parts[:-1]:
            total += n
            found.append(total)
        return found

    shots = [
        (SOURCES[k % len(SOURCES)], n) for k, n in enumerate((60, 37, 81, 24, 12, 48, 90, 33, 70, 15, 52))
    ]
    film("cuts", joined(shots), at(shots))
    film("cuts_dark", joined(shots, ",eq=brightness=-0.35:contrast=0.3"), at(shots))
    film("cuts_grain", joined(shots, ",noise=alls=40:allf=t"), at(shots))
    film(
        "cuts_60",
        joined(shots, ",framerate=fps=60:interp_start=255:interp_end=255"),
        [round(n * 2.5) for n in at(shots)],
    )
    film("cuts_fields", joined(shots, ",interlace"), [n // 2 for n in at(shots)])
    film("cuts_still", joined([(f"{s},loop=-1:1", n) for s, n in shots]), at(shots))
    film(
        "flashes",
        joined(
            [(SOURCES[1], 240)], ",lutyuv=y=val:enable=0,eq=brightness='if(lt(mod(n,50),2),0.9,0)':eval=frame"
        ),
        [],
    )
    film("strobe", joined([(SOURCES[3], 240)], ",eq=brightness='if(lt(mod(n,6),3),0.5,0)':eval=frame"), [])
    film(
        "pan",
        "mandelbrot=s=2560x1440:r=24:start_scale=1:end_scale=0.99:maxiter=400,trim=end_frame=1,loop=-1:1,trim=end_frame=200,"
        "crop=640:360:x='n*9':y='n*5'",
        [],
    )
    film(
        "whip_pan",
        "mandelbrot=s=2560x720:r=24:start_scale=1:end_scale=0.99:maxiter=400,trim=end_frame=1,loop=-1:1,trim=end_frame=120,"
        "crop=640:360:x='if(between(n,50,80),(n-50)*60,if(gt(n,80),1800,0))':y=100",
        [],
    )
    film(
        "shake",
        "mandelbrot=s=1280x720:r=24:start_scale=1:end_scale=0.99:maxiter=400,trim=end_frame=1,loop=-1:1,trim=end_frame=150,"
        "crop=640:360:x='300+40*sin(n*1.9)':y='150+30*cos(n*2.3)'",
        [],
    )
    film("fades", joined([(f"{s},trim=end_frame=70,fade=in:0:20,fade=out:50:20", 70) for s in SOURCES]), [])
    film(
        "dissolves",
        f"{SOURCES[0]},trim=end_frame=100[a];{SOURCES[1]},trim=end_frame=100[b];{SOURCES[4]},trim=end_frame=100[c];"
        "[a][b]xfade=duration=1:offset=3[d];[d][c]xfade=duration=0.7:offset=6",
        [],
    )
    return made


def counted(found: list[float], truth: list[int], rate: float) -> tuple[int, int, int]:
    """Found, missed and wrong."""
    numbers, right = [round(time * rate) for time in found], 0
    for frame in truth:
        if any(abs(number - frame) <= 1 for number in numbers):
            right += 1
    wrong = sum(not any(abs(number - frame) <= 1 for frame in truth) for number in numbers)
    return right, len(truth) - right, wrong


def main() -> int:
    """Run every detector on every film."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("films", nargs="*", metavar="FILM=FRAMES")
    parser.add_argument("--scenedetect", metavar="PYTHON")
    parser.add_argument("--height", type=int, default=360, help="of the synthetic films")
    parser.add_argument("--own", action="store_true", help="only the stage, on all frames and on few")
    arguments = parser.parse_args()
    detectors: dict[str, Callable[[Path, Path], list[float]]] = {
        "shots": ours,
        "few frames": few,
        "scene>0.4": by_filter("select='gt(scene,0.4)',showinfo"),
        "scene>0.3": by_filter("select='gt(scene,0.3)',showinfo"),
        "scdet 10": by_filter("scdet=threshold=10"),
    }
    if arguments.own:
        detectors = {name: detectors[name] for name in ("shots", "few frames")}
    if arguments.scenedetect:
        detectors |= {name: by_scenedetect(arguments.scenedetect, name) for name in ("adaptive", "content")}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        films = {} if arguments.films else synthetic(folder, arguments.height)
        for word in arguments.films:
            name, _, numbers = word.rpartition("=")
            films[name] = Path(name), [int(n) for n in numbers.split(",") if n]
        totals = dict.fromkeys(detectors, (0, 0, 0))
        print(f"{'found/missed/wrong':24}" + "".join(f"{name:>18}" for name in detectors))
        for name, (path, truth) in films.items():
            row, seconds = [], probe(path).seconds or 1.0
            for detector, run in detectors.items():
                before = spent()
                result = counted(run(path, folder), truth, rate_of(path))
                row.append(f"{'/'.join(map(str, result))} {seconds / max(0.01, spent() - before):.1f}x")
                totals[detector] = tuple(a + b for a, b in zip(totals[detector], result, strict=True))  # type: ignore[assignment]
            print(
                f"{Path(name).parent.name + '/' if '/' in name else ''}{Path(name).name:<20}"[:24].ljust(24)
                + "".join(f"{cell:>18}" for cell in row)
            )
        print(f"{'all':24}" + "".join(f"{'/'.join(map(str, totals[d])):>18}" for d in detectors))
    return 0


def spent() -> float:
    """Seconds of processor that this process and its children have used."""
    return sum(
        use.ru_utime + use.ru_stime
        for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


if __name__ == "__main__":
    sys.exit(main())
