"""Makes the demo film from a recording: `python -P -m stage_runners.media.demo_film WAV FILM`.

Its video is the waveform of the audio, drawn by ffmpeg.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PICTURE = "[0:a]showwaves=s=640x360:mode=cline:rate=25:colors=0x7aa2f7,format=yuv420p[v]"


def main(recording: str, film: str) -> int:
    """Encode the film, and return the exit status."""
    from stage_runners.media.ffmpeg import executable
    from stage_runners.media.opening import arguments

    command = [
        executable(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
        *arguments(Path(recording), "wav"),
        "-filter_complex", PICTURE, "-map", "[v]", "-map", "0:a", "-c:v", "libx264", "-preset", "veryfast",
        "-c:a", "aac", "-b:a", "128k", "-metadata:s:a:0", "language=eng", f"file:{film}",
    ]  # fmt: skip
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
