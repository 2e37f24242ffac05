"""The stage untangling: a recording for recognition in which nobody speaks while another one does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stage_runners.untangling.pieces import Piece, Turn, pieces_of, speech_of
from stage_runners.untangling.stage import UNTANGLING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ipc.context import Context

STAGE = UNTANGLING

_BLOCK = 1 << 20
"""Samples that are written at once."""
_FADE_S = 0.01
"""Seconds over which a piece of one voice fades in and out, so that its edges do not click."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `audio`, its `speech`, and the `pieces` that it consists of."""
    del model
    from ipc.artifacts import open_audio, read
    from stage_runners.untangling.likeness import Likeness

    audio = open_audio(inputs["audio"])
    labels = [row["speaker"] for row in read(inputs["titles"], "speakers").rows()]
    voices = open_audio(inputs["voices"]).samples.reshape(max(1, len(labels)), -1)
    own = dict(zip(labels, voices, strict=False))
    turns = [Turn(row["start"], row["end"], row["speaker"]) for row in read(inputs["turns"], "turns").rows()]

    def check(done: float) -> None:
        context.check()
        context.progress(min(done, audio.seconds), audio.seconds, phase="compare")

    pieces = pieces_of(turns, audio.seconds, Likeness(own, audio.sample_rate), check)
    regions = [(row["start"], row["end"]) for row in read(inputs["speech"], "regions").rows()]
    speech = speech_of(pieces, regions)
    apart = [piece.turn for piece in pieces if piece.turn]
    context.method = "overlapping turns apart"
    context.fact("seconds", round(audio.seconds, 3))
    context.fact("turns_apart", len(apart))
    context.log(
        f"{len(apart)} of {len(turns)} turns overlap, and are recognised from their own tracks: "
        f"{pieces[-1].end if pieces else 0.0:.1f} s for {audio.seconds:.1f} s"
    )
    sound = _laid_out(pieces, audio.samples, own, audio.sample_rate, context) if apart else audio.samples
    context.save_audio("audio", sound, audio.sample_rate)
    context.save(
        "speech",
        {
            "start": [start for start, _ in speech],
            "end": [end for _, end in speech],
            "confidence": [None] * len(speech),
        },
    )
    context.save(
        "pieces",
        {
            "start": [piece.start for piece in pieces],
            "end": [piece.end for piece in pieces],
            "at": [piece.at for piece in pieces],
            "speaker": [piece.turn.speaker if piece.turn else None for piece in pieces],
        },
    )


def _laid_out(
    pieces: Sequence[Piece],
    mix: NDArray[np.int16],
    own: Mapping[str, NDArray[np.int16]],
    rate: int,
    context: Context,
) -> NDArray[np.int16]:
    """The pieces one after another, as a memory map of a file."""
    import numpy as np

    place, length = context.scratch() / "laid_out", round(pieces[-1].end * rate)
    with place.open("wb") as stream:
        for piece in pieces:
            context.check()
            stream.seek(2 * round(piece.start * rate))
            first = round(piece.at * rate)
            last = first + min(round(piece.seconds * rate), length - round(piece.start * rate))
            source = own[piece.turn.speaker] if piece.turn else mix
            if piece.turn:
                stream.write(_faded(source[first:last], round(_FADE_S * rate)).tobytes())
                continue
            for block in range(first, last, _BLOCK):
                stream.write(source[block : min(last, block + _BLOCK)].tobytes())
        stream.truncate(2 * length)
    return np.memmap(place, dtype=np.int16, mode="r", shape=(length,))


def _faded(samples: NDArray[np.int16], fade: int) -> NDArray[np.int16]:
    import numpy as np

    result = samples.astype(np.float32)
    fade = min(fade, len(result) // 2)
    if fade:
        rise = np.linspace(0, 1, fade, dtype=np.float32)
        result[:fade] *= rise
        result[-fade:] *= rise[::-1]
    return np.rint(result).astype(np.int16)
