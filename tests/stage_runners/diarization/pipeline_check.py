"""Build a small pyannote pipeline on disk and compare the stock one with ours.

usage: pipeline_check.py SEGMENTATION FOLDER
"""

from __future__ import annotations

import json
import sys
import wave
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import yaml

from stage_runners.diarization.pyannote_pipeline import read_pipeline


def save_network(path: Path) -> None:
    """A WeSpeaker ResNet34 with random weights, as a pyannote checkpoint."""
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import WeSpeakerResNet34

    torch.manual_seed(0)
    network = WeSpeakerResNet34()
    network.specifications = Specifications(Problem.REPRESENTATION, Resolution.CHUNK, 5.0)
    checkpoint = {
        "pytorch-lightning_version": "2.0.0",
        "state_dict": network.state_dict(),
        "hyper_parameters": dict(network.hparams),
    }
    network.on_save_checkpoint(checkpoint)
    checkpoint["pyannote.audio"]["versions"]["pyannote.audio"] = "4.0.0"
    torch.save(checkpoint, path)


def main(segmentation: str, folder: Path) -> None:
    """Print how far the two are apart: embeddings, and turns."""
    save_network(folder / "embedding.bin")
    params = {
        "clustering": "AgglomerativeClustering",
        "embedding": str(folder / "embedding.bin"),
        "segmentation": segmentation,
        "embedding_batch_size": 4,
        "segmentation_batch_size": 4,
        "segmentation_step": 0.25,
        "embedding_exclude_overlap": True,
    }
    config = {
        "pipeline": {"name": "pyannote.audio.pipelines.SpeakerDiarization", "params": params},
        "params": {
            "clustering": {"method": "centroid", "min_cluster_size": 2, "threshold": 0.7},
            "segmentation": {"min_duration_off": 0.0},
        },
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    pipeline = read_pipeline(folder, "cpu")
    # `pyannote.audio.sample` itself would need torchcodec, and that the system's ffmpeg, to be imported.
    recording = Path(str(find_spec("pyannote.audio").submodule_search_locations[0])) / "sample" / "sample.wav"

    kept = []
    ours = pipeline.get_embeddings

    def run(method):
        def keep(*args, **kwargs):
            kept.append(method(*args, **kwargs))
            return kept[-1]

        pipeline.get_embeddings = keep
        with wave.open(str(recording)) as sound:
            pcm = np.frombuffer(sound.readframes(15 * 16000), np.int16)
        film = {"waveform": torch.from_numpy(pcm.astype(np.float32) / 32768)[None], "sample_rate": 16000}
        found = pipeline(film)
        return [
            (s.start, s.end, label) for s, _, label in found.speaker_diarization.itertracks(yield_label=True)
        ]

    fast = run(ours)
    stock = run(lambda *a, **k: type(pipeline).get_embeddings(pipeline, *a, **k))
    difference = np.abs(kept[0] - kept[1])
    found = {
        "difference": float(np.nanmax(difference)),
        "nan": int(np.isnan(difference).sum()),
        "turns": len(fast),
        "same": fast == stock,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
