"""Makes a film for `orchestrator bench`, by `python -P -m stage_runners.media.bench_film`.

Its arguments are WAV, PATTERN, SECONDS and FILM.
Its sound is the recording WAV, over and over, higher or lower, faster or slower, louder or quieter each time,
after a pause: up to eight voices that come back, and speech for about 60% of the time. Films of two lengths
have no passage in common, so that no result of one is one of the other; of the same length they are equal. A
film that is no longer than the recording has its beginning, unchanged.

Its picture is PATTERN, which is encoded once (in a few seconds) and then repeated without encoding it again.
It costs a decoder what a film of its size, frame rate and bit rate costs, and it has cuts; but its motion and
its grain are made up, so it says nothing about which cuts are found in films.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from stage_runners.media import opening

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
PITCHES = (1.0, 0.87, 1.12, 0.94)
"""Speeds at which the recording is played: each makes other voices of the two in it."""
PAUSE_S = (5.0, 25.0)
"""Shortest and longest pause between two passages."""
HISS = 8
"""Amplitude of the noise in pauses, of 32767: a microphone's, about -75 dBFS."""
PICTURE = "1920x1080"
FRAMES_A_SECOND = 25
BIT_RATE = "5M"
"""That of a streamed film in 1080p."""
SHOTS = (("testsrc2", 2.4, 0), ("gradients", 3.2, 0), ("testsrc2", 1.6, 120), ("smptehdbars", 2.0, 0),
         ("testsrc2", 2.8, 240))  # fmt: skip
"""The shots of the pattern: ffmpeg's source, seconds, and degrees by which its hue is turned."""


def main(recording: str, pattern: str, seconds: str, film: str) -> int:
    """Make the film, and the pattern if it is missing; returns ffmpeg's exit status."""
    if not Path(pattern).exists() and (status := _encode(Path(pattern))):
        return status
    with tempfile.TemporaryDirectory(dir=Path(film).parent) as folder:
        sound = Path(folder) / "sound.wav"
        write(sound, passages(read(Path(recording)), float(seconds)))
        return _ffmpeg(
            "-stream_loop", "-1", *opening.arguments(Path(pattern)), *opening.arguments(sound), "-t", seconds,
            "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "128k",
            "-metadata:s:a:0", "language=eng", f"file:{film}",
        )  # fmt: skip


def passages(recording: NDArray[np.int16], seconds: float) -> NDArray[np.int16]:
    """`seconds` of sound (16 kHz) made of the recording; see the module."""
    import numpy as np

    length = round(seconds * RATE)
    if length <= len(recording):
        return recording[:length]
    chance = random.Random(length)  # noqa: S311 (not for secrets: equal films, anywhere)
    noise = np.random.default_rng(length)
    parts, filled = [], 0
    while filled < length:
        speed, gain = chance.choice(PITCHES) * chance.uniform(0.99, 1.01), chance.uniform(0.5, 1.0)
        at = np.arange(0, len(recording) - 1, speed)
        speech = np.interp(at, np.arange(len(recording)), recording) * gain
        pause = noise.normal(0, HISS, round(chance.uniform(*PAUSE_S) * RATE))
        parts += [speech.astype(np.int16), pause.astype(np.int16)]
        filled += len(speech) + len(pause)
    return np.concatenate(parts)[:length]


def read(file: Path) -> NDArray[np.int16]:
    """The samples of a WAV file of one channel, 16 bits, 16 kHz."""
    import numpy as np

    with wave.open(str(file), "rb") as stream:
        if (stream.getnchannels(), stream.getsampwidth(), stream.getframerate()) != (1, 2, RATE):
            raise SystemExit(f"{file}: not one channel of 16 bits at 16 kHz")
        return np.frombuffer(stream.readframes(stream.getnframes()), np.int16)


def write(file: Path, samples: NDArray[np.int16]) -> None:
    """Write samples as a WAV file."""
    with wave.open(str(file), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(RATE)
        stream.writeframes(samples.tobytes())


def _encode(pattern: Path) -> int:
    sources = "".join(
        f"{source}=size={PICTURE}:rate={FRAMES_A_SECOND}:duration={seconds},hue=h={degrees},"
        f"noise=alls=14:allf=t,format=yuv420p[shot{number}];"
        for number, (source, seconds, degrees) in enumerate(SHOTS)
    )
    shots = "".join(f"[shot{number}]" for number in range(len(SHOTS)))
    return _ffmpeg(
        "-filter_complex", f"{sources}{shots}concat=n={len(SHOTS)}[v]", "-map", "[v]",
        "-c:v", "libx264", "-preset", "veryfast", "-b:v", BIT_RATE, "-maxrate", BIT_RATE, "-bufsize", "10M",
        f"file:{pattern}",
    )  # fmt: skip


def _ffmpeg(*words: str) -> int:
    from stage_runners.media.ffmpeg import executable

    quiet = ("-hide_banner", "-loglevel", "error", "-nostdin", "-y")
    return subprocess.run([executable(), *quiet, *words], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
