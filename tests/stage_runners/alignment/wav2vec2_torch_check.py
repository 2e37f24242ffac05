"""Makes a model of each form, and what torch computes with it: `wav2vec2_torch_check.py FOLDER PCM.npy`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from stage_runners.alignment import wav2vec2_torch
from tests.stage_runners.alignment import wav2vec2_folder

WEIGHTS = {"base": "safetensors", "large": "bin", "xlsr": "safetensors"}

if __name__ == "__main__":
    place, pcm = Path(sys.argv[1]), np.load(sys.argv[2])
    for form, weights in WEIGHTS.items():
        wav2vec2_folder.main(place / form, form, "small", weights)
        network = wav2vec2_torch.read_network(place / form, "cpu", 1)
        np.save(place / f"{form}-torch.npy", network.log_probs(pcm))
