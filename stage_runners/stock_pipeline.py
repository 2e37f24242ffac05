"""pyannote's pipeline on a film, as its own users run it, for `orchestrator bench`.

`python -P -m stage_runners.stock_pipeline FOLDER FILM RTTM DEVICE THREADS` decodes the film by
the `ffmpeg` on the PATH, diarizes all of it at once, and writes the turns.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RATE = 16_000


def main(folder: str, film: str, rttm: str, device: str, threads: str) -> int:
    """Diarize; returns the exit status."""
    import numpy as np
    import torch

    from stage_runners.diarization import pyannote_files
    from stage_runners.media import opening

    torch.set_num_threads(int(threads))
    words = [
        "ffmpeg",
        "-v",
        "error",
        "-nostdin",
        *opening.arguments(Path(film)),
        "-ac",
        "1",
        "-ar",
        str(RATE),
    ]
    decoded = subprocess.run([*words, "-f", "s16le", "-"], check=True, stdout=subprocess.PIPE).stdout
    waveform = torch.from_numpy(np.frombuffer(decoded, np.int16).astype(np.float32) / 32768)[None]
    pipeline = pyannote_files.load(Path(folder)).to(torch.device(device))
    found = pipeline({"waveform": waveform, "sample_rate": RATE})
    turns = getattr(found, "speaker_diarization", found)
    with Path(rttm).open("w", encoding="utf-8") as stream:
        turns.write_rttm(stream)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
