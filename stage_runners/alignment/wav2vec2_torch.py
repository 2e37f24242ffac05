"""A wav2vec2 network in torch, as Transformers defines it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ipc import memory
from stage_runners.alignment.letters import not_a_model
from stage_runners.alignment.sound_scale import normalised, normalises


class TorchNetwork:
    """See `stage_runners.alignment.wav2vec2_aligner.Network`."""

    def __init__(self, model: Any, device: str, *, normalise: bool) -> None:
        self._model = model
        self._device = device
        self._normalise = normalise

    def log_probs(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        """Samples (n,) to log-probabilities (frames, characters)."""
        import torch

        wave = torch.from_numpy(normalised(pcm) if self._normalise else pcm)[None].to(self._device)
        with torch.inference_mode():
            logits = self._model(wave).logits
            result: NDArray[np.float32] = torch.log_softmax(logits.float(), dim=-1)[0].cpu().numpy()
        return result


def read_network(folder: Path, device: str, threads: int) -> TorchNetwork:
    """The network of a folder; `StageError("config")` if it holds no wav2vec2 network with a CTC head."""
    import torch
    from safetensors import SafetensorError
    from transformers import Wav2Vec2ForCTC

    try:
        model, loading = Wav2Vec2ForCTC.from_pretrained(
            folder, local_files_only=True, torch_dtype=torch.float32, output_loading_info=True
        )
    except (ValueError, OSError, KeyError, RuntimeError, SafetensorError) as error:
        if memory.category_of(str(error)) is not None:
            raise
        raise not_a_model(folder) from error
    if any("masked_spec_embed" not in name for name in loading["missing_keys"]):
        raise not_a_model(folder)  # a network without a CTC head would get a random one
    torch.set_num_threads(max(1, threads))
    return TorchNetwork(model.eval().to(device), device, normalise=normalises(folder))
