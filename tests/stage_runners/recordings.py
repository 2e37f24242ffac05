"""The half minute of telephone talk that ships in pyannote.audio, and artifacts made of it."""

from __future__ import annotations

import wave

import numpy as np

from ipc.artifacts import write, write_audio
from tests.stage_runners.spec import python_of

RATE = 16000


def packaged(env="whisperx"):
    """Samples, int16 of shape (480000,)."""
    site = next(python_of(env).parent.parent.glob("lib/python*/site-packages"))
    with wave.open(str(site / "pyannote/audio/sample/sample.wav")) as recording:
        assert (recording.getframerate(), recording.getnchannels()) == (RATE, 1)
        return np.frombuffer(recording.readframes(recording.getnframes()), np.int16)


def model_folder(name):
    """The folder of an embedded Whisper model of one part."""
    return next(python_of("models").parent.parent.glob(f"lib/python*/site-packages/{name}"))


def inputs(folder, samples, regions):
    """Audio and speech regions as the stages before would hand them over."""
    folder.mkdir(parents=True, exist_ok=True)
    write_audio(folder / "audio.arrow", samples)
    columns = {"start": [r[0] for r in regions], "end": [r[1] for r in regions]}
    write(folder / "speech.parquet", "regions", columns)
    return {"audio": folder / "audio.arrow", "speech": folder / "speech.parquet"}
