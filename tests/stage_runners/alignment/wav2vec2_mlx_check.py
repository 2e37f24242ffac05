"""What MLX computes with the models of a folder: `wav2vec2_mlx_check.py FOLDER PCM.npy`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from stage_runners.alignment import wav2vec2_mlx

if __name__ == "__main__":
    place, pcm = Path(sys.argv[1]), np.load(sys.argv[2])
    for folder in sorted(path for path in place.iterdir() if path.is_dir()):
        np.save(place / f"{folder.name}-mlx.npy", wav2vec2_mlx.read_network(folder).log_probs(pcm))
