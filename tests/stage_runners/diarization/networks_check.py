"""Compare our networks with those they stand for, on a real recording.

usage: networks_check.py SEGMENTATION; prints JSON.
"""

from __future__ import annotations

import json
import os
import sys
import wave
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from stage_runners.diarization.kaldi_fbank import fbank
from stage_runners.vad import pyannet, silero

os.environ["PYANNOTE_METRICS_ENABLED"] = "0"


def recording() -> torch.Tensor:
    """The first 15 s of the sample that pyannote.audio ships."""
    path = Path(str(find_spec("pyannote.audio").submodule_search_locations[0])) / "sample" / "sample.wav"
    with wave.open(str(path)) as sound:
        pcm = np.frombuffer(sound.readframes(15 * 16000), np.int16)
    return torch.from_numpy(pcm.astype(np.float32) / 32768)


def silero_difference(sound: torch.Tensor) -> float:
    """How far a stretch at a time is from the packaged model, frame by frame."""
    packaged = torch.jit.load(Path(find_spec("silero_vad").origin).parent / "data" / "silero_vad.jit")
    frames = sound[: len(sound) // 512 * 512].reshape(-1, 512)
    theirs = torch.stack([packaged(frame, 16000).flatten()[0] for frame in frames])
    network = silero.read_network()
    first, state = network(torch.cat([torch.zeros(64), frames[:200].flatten()]))
    rest, _ = network(torch.cat([frames[199, -64:], frames[200:].flatten()]), state)
    return float((torch.cat([first, rest]) - theirs).abs().max())


def main(segmentation: str) -> None:
    """Print the largest differences."""
    from pyannote.audio import Model
    from torchaudio.compliance import kaldi

    sound = recording()
    windows = sound.unfold(0, 160000, 40000)[:, None]
    ours, theirs = pyannet.read_network(Path(segmentation)), Model.from_pretrained(segmentation).eval()
    with torch.inference_mode():
        together = ours(windows)
        alone = torch.cat([ours(window[None]) for window in windows])
        reference = kaldi.fbank(sound[None, :48000], num_mel_bins=80, dither=0.0, sample_frequency=16000)
        found = {
            "silero": silero_difference(sound),
            "segmentation": float((together - theirs(windows)).abs().max()),
            "batches": float((together.exp() - alone.exp()).abs().max()),
            "fbank": float((fbank(sound[None, :48000])[0] - reference).abs().max()),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
