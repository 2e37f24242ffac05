"""Compare the voice networks in MLX with the same in torch, on a real recording; in the environment mlx.

usage: mlx_networks_check.py WAV SEGMENTATION CAMPPLUS; prints JSON.
"""

from __future__ import annotations

import json
import sys
import wave
from pathlib import Path

import mlx.core as mx
import numpy as np
import torch

from stage_runners.diarization import campplus, campplus_mlx
from stage_runners.diarization.kaldi_fbank import fbank
from stage_runners.frameworks import mlx_layers
from stage_runners.vad import pyannet, pyannet_mlx, silero, silero_mlx


def difference(ours, theirs):
    """Largest and mean difference of two arrays."""
    apart = np.abs(ours - theirs)
    return {"max": float(apart.max()), "mean": float(apart.mean())}


def of_silero(sound):
    """Scores of 10 s, in two blocks by MLX and in one by torch."""
    frames = 10 * 16000 // 512
    sound = np.concatenate([np.zeros(64, np.float32), sound[: frames * 512]])
    theirs, _ = silero.read_network().scores(sound)
    network, cut = silero_mlx.read_network(), 200 * 512
    first, state = network.scores(sound[: cut + 64])
    rest, _ = network.scores(sound[cut:], state)
    found = np.concatenate([first, rest])
    return {**difference(found, theirs), "same": bool(np.array_equal(found >= 0.5, theirs >= 0.5))}


def of_segmentation(sound, path):
    """Probabilities of the classes in three windows, and how far batches are apart.

    One more than go through SincNet at once here.
    """
    windows = np.lib.stride_tricks.sliding_window_view(sound, 160000)[::80000][:3, None].copy()
    network = pyannet_mlx.read_network(path)
    found, theirs = network.scores(windows), pyannet.read_network(path).scores(windows)
    return {
        **difference(np.exp(found), np.exp(theirs)),
        "same": bool(np.array_equal(found.argmax(-1), theirs.argmax(-1))),
        "batches": difference(np.exp(network.scores(windows[1:2])), np.exp(found[1:2]))["max"],
    }


def of_voices(sound, path):
    """Embeddings of pieces as the stage cuts them, and of one of more than 100 steps with a shorter rest."""
    ours, theirs = campplus_mlx.read_network(path), campplus.read_network(path)
    features = fbank(torch.from_numpy(sound)[None])[0]
    features = (features - features.mean(0)).numpy()
    results = []
    for pieces in (np.stack([features[at : at + 148] for at in range(700, 1000, 100)]), features[None, :251]):
        a, b = ours.embeddings(pieces), theirs.embeddings(pieces)
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        results.append({**difference(a, b), "cosine": float(((a * b).sum(1) / lengths).min())})
    return {"pieces": results[0], "longer": results[1]}


def of_fused_gates():
    """How far the gates are apart when they are fused, as on a GPU.

    None where there is no C++ compiler for the CPU.
    """
    gates, cell = mx.random.normal((2, 3, 512)), mx.random.normal((2, 3, 128))
    plain = mlx_layers._gates(gates, cell)
    try:
        fused = mx.compile(mlx_layers._gates)(gates, cell)
        return max(difference(np.array(a), np.array(b))["max"] for a, b in zip(plain, fused, strict=True))
    except RuntimeError:
        return None


def main(recording: str, segmentation: str, voices: str) -> None:
    """Print what was found."""
    torch.set_num_threads(2)
    mlx_layers.in_parts.__defaults__ = (2,)  # eight would need four times the sound, for the same code
    with wave.open(recording) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    sound = pcm.astype(np.float32) / 32768
    found = {
        "silero": of_silero(sound),
        "segmentation": of_segmentation(sound, Path(segmentation)),
        "voices": of_voices(sound, Path(voices)),
        "fused": of_fused_gates(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
