"""Measures precision and recall of music detection (`stage_runners/sounds/runner.py`), by length of gaps.

    envs/media/.venv/bin/python benchmarks/sounds.py --music FILE ... --other FILE ... [--gaps 90 20 10 5]
    [--most 90]

FILE is any file that ffmpeg reads, of which the first `--most` seconds are used. Recordings under `--music`
count as music entirely, with their rests, those under `--other` never. Each gap is classified separately, so
a hum is detected only in gaps of at least 23 seconds.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stage_runners.media.ffmpeg import executable
from stage_runners.sounds import music, runner


def samples(path: Path, most: float) -> Any:
    """Mono at 16 kHz, float32."""
    import numpy as np

    command = [executable(), "-v", "error", "-nostdin", "-t", str(most), "-i", str(path), "-vn"]
    done = subprocess.run(
        [*command, "-ac", "1", "-ar", str(music.RATE), "-f", "s16le", "-"], capture_output=True, check=True
    )
    return np.frombuffer(done.stdout, np.int16).astype(np.float32) / 32768


def found(recording: Any, seconds: float) -> tuple[float, float]:
    """Seconds of music, and of gaps that were looked into."""
    width = min(len(recording), round(seconds * music.RATE))
    got = total = 0.0
    for first in range(0, len(recording) - width + 1, width or 1):
        gap = recording[first : first + width]
        length = len(gap) / music.RATE
        scores = music.scores(music.without_hum(music.activations(gap)))
        got += sum(end - start for start, end, _ in runner.stretches(scores, 0.0, length))
        total += length
    return got, total


def main() -> int:
    """Print a line for each length of gap."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--music", nargs="+", type=Path, default=[])
    parser.add_argument("--other", nargs="+", type=Path, default=[])
    parser.add_argument("--gaps", nargs="+", type=float, default=[90, 20, 10, 5])
    parser.add_argument("--most", type=float, default=90)
    arguments = parser.parse_args()
    heard = [(path, True) for path in arguments.music] + [(path, False) for path in arguments.other]
    recordings = [(path.stem, truth, samples(path, arguments.most)) for path, truth in heard]
    for gap in arguments.gaps:
        sums = {True: [0.0, 0.0], False: [0.0, 0.0]}
        odd = []
        for name, truth, recording in recordings:
            got, total = found(recording, gap)
            sums[truth][0] += got
            sums[truth][1] += total
            share = got / total if total else 0.0
            if truth == (share < 0.9) and (truth or share > 0):
                odd.append(f"{name} {share:.2f}")
        (right, all_music), (wrong, other) = sums[True], sums[False]
        named = right + wrong
        print(
            f"gaps of {gap:g} s: recall {right / max(all_music, 1):.3f} of {all_music:.0f} s, precision "
            f"{right / named if named else 1:.3f}, {wrong:.1f} s wrong of {other:.0f} s; {', '.join(odd)}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
