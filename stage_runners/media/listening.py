"""Measures the channels of a track while ffmpeg decodes it, through a pipe: the film is read once."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Self

from stage_runners.media import speechlike
from stage_runners.media.channels import BLOCK, Block, measure
from stage_runners.media.probe import Track
from stage_runners.media.thresholds import SPEECH

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CHANNELS = 16


class Listener:
    """A second output of ffmpeg, with all channels at 8 kHz, and a thread that measures them.

    Use it as a context; `blocks` are complete at its end. Of a long film, as many blocks are measured as
    `SPEECH.most_blocks`, evenly spread.
    """

    def __init__(self, track: Track, number: int, seconds: float) -> None:
        self.blocks: list[Block] = []
        self._track, self._number = track, number
        self._every = max(1, round(seconds / SPEECH.block_s / SPEECH.most_blocks))
        self._failed: BaseException | None = None

    def __enter__(self) -> Self:
        self._read, self.descriptor = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="channels", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._thread.join()
        if self._failed is not None:
            raise self._failed

    def close(self) -> None:
        """Close this process's copy of the descriptor that ffmpeg writes to."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def arguments(self) -> list[str]:
        """Ffmpeg's arguments for the output."""
        layout = f"aformat=channel_layouts={self._track.layout}," if self._track.layout else ""
        return [
            "-map", f"0:{self._number}", "-af", f"{layout}aresample={speechlike.RATE}:out_sample_fmt=s16",
            "-vn", "-sn", "-dn", "-f", "s16le", f"pipe:{self.descriptor}",
        ]  # fmt: skip

    def _listen(self) -> None:
        import numpy as np

        width = 2 * len(self._track.speakers)
        with os.fdopen(self._read, "rb") as stream:
            number = 0
            while piece := stream.read(BLOCK * width):
                if self._failed is None and number % self._every == 0:
                    whole = piece[: len(piece) // width * width]
                    self._measure(np.frombuffer(whole, np.int16).reshape(-1, width // 2))
                number += 1

    def _measure(self, samples: NDArray[np.int16]) -> None:
        try:
            if len(samples) >= BLOCK // 4:
                self.blocks.append(measure(samples, self._track.speakers))
        except Exception as error:
            self._failed = error


def can_listen(track: Track) -> bool:
    """Whether the channels of a track can be told apart: two or more, of which the decoder knows."""
    return 2 <= len(track.speakers) <= MOST_CHANNELS and track.channels == len(track.speakers)


def speech_share(samples: NDArray[np.int16]) -> float:
    """The share of blocks that are like speech, in mono PCM of shape (n,) at 16 kHz."""
    import numpy as np

    size = 2 * BLOCK
    starts = range(0, max(1, len(samples) - size // 4), size)
    chosen = list(starts)[:: max(1, len(starts) // SPEECH.most_blocks)]
    found = 0
    for start in chosen:
        block = samples[start : start + size].astype(np.float32) / 32768
        halved = block[: len(block) // 2 * 2].reshape(-1, 2).mean(axis=1)
        if len(halved) >= BLOCK // 4:
            found += speechlike.likeness(speechlike.envelopes(speechlike.spectra(halved))).speech
    return found / len(chosen)
