"""Silero VAD 6 at 16 kHz in torch, for a span of audio per call instead of a frame.

The weights are those of the TorchScript model in the package silero-vad, which takes one frame of 32 ms per
call. Only the recurrence must run frame by frame: everything before it runs over the whole span at once,
about 15 times faster. (The package's `silero_vad_16k.safetensors` are older weights.) A test checks that the
scores equal the packaged model's.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ipc.errors import StageError

FRAME = 512
"""Samples of a frame at 16 kHz: 32 ms."""
CONTEXT = 64
"""Samples before a frame that the network sees too."""

State = tuple[Tensor, Tensor]


class Silero(nn.Module):
    """Spectrum, four convolutions, an LSTM over the frames, a score a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 258, 256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(129, 128, 3, 1, 1)
        self.conv2 = nn.Conv1d(128, 64, 3, 2, 1)
        self.conv3 = nn.Conv1d(64, 64, 3, 2, 1)
        self.conv4 = nn.Conv1d(64, 128, 3, 1, 1)
        self.lstm = nn.LSTM(128, 128, batch_first=True)
        self.final_conv = nn.Conv1d(128, 1, 1)

    def forward(self, samples: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Scores in 0..1 of the frames in `samples`, and the state to go on with.

        `samples` is float in [-1, 1] of shape (CONTEXT + frames * FRAME,): it begins with the last samples of
        what came before.
        """
        frames = samples.unfold(0, CONTEXT + FRAME, FRAME)
        x = functional.pad(frames, (0, 64), mode="reflect").unsqueeze(1)
        real, imaginary = self.stft_conv(x).chunk(2, dim=1)
        x = torch.sqrt(real.square() + imaginary.square())
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = torch.relu(conv(x))
        hidden, state = self.lstm(x.squeeze(-1).unsqueeze(0), state)
        logits = self.final_conv(torch.relu(hidden).transpose(1, 2))
        return torch.sigmoid(logits).flatten(), state

    @torch.inference_mode()
    def scores(self, samples: NDArray[np.float32], state: Any = None) -> tuple[NDArray[np.float32], Any]:
        """The same for arrays; the state is valid for the next call only."""
        found, state = self(torch.from_numpy(samples), state)
        return found.numpy(), state


def read_network() -> Silero:
    """The network with the weights of the installed package; `StageError("env")` where they are not there."""
    network = Silero()
    try:
        packaged = torch.jit.load(_weights(), map_location="cpu").state_dict()
        network.load_state_dict(
            {ours: packaged[f"_model.{theirs}"] for ours, theirs in _names()}, strict=True
        )
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise StageError(
            "env",
            f"the weights of Silero VAD cannot be read: {error}",
            "run `orchestrator envs sync pyannote`",
        ) from error
    network.eval()
    return network


def _names() -> Iterator[tuple[str, str]]:
    """Our name of each parameter, and its name in the package."""
    yield "stft_conv.weight", "stft.forward_basis_buffer"
    for part in ("weight", "bias"):
        yield f"final_conv.{part}", f"decoder.decoder.2.{part}"
        for layer in range(4):
            yield f"conv{layer + 1}.{part}", f"encoder.{layer}.reparam_conv.{part}"
        for gate in ("ih", "hh"):
            yield f"lstm.{part}_{gate}_l0", f"decoder.rnn.{part}_{gate}"


def _weights() -> Path:
    package = find_spec("silero_vad")
    if package is None or package.origin is None:
        raise StageError(
            "env", "the package silero-vad is not installed", "run `orchestrator envs sync pyannote`"
        )
    return Path(package.origin).parent / "data" / "silero_vad.jit"
