"""Make the demo's film out of a recording: `python -P -m stage_runners.media.demo_film WAV FILM`.

The picture is the sound's own wave, drawn by ffmpeg, so that a player shows something that moves.
"""

from __future__ import annotations

import subprocess
import sys

PICTURE = "[0:a]showwaves=s=640x360:mode=cline:rate=25:colors=0x7aa2f7,format=yuv420p[v]"


def main(recording: str, film: str) -> int:
    """Encode the film; returns the exit status."""
    from stage_runners.media.ffmpeg import executable

    command = [
        executable(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i", f"file:{recording}",
        "-filter_complex", PICTURE, "-map", "[v]", "-map", "0:a", "-c:v", "libx264", "-preset", "veryfast",
        "-c:a", "aac", "-b:a", "128k", "-metadata:s:a:0", "language=eng", f"file:{film}",
    ]  # fmt: skip
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
