"""Silero VAD 6 at 16 kHz in MLX, with the weights that `stage_runners.vad.silero` reads. Inference alone."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np
from mlx import nn
from numpy.typing import NDArray

from stage_runners.frameworks.mlx_layers import Lstm, converted, filled, lstm_weights
from stage_runners.vad import silero
from stage_runners.vad.silero import CONTEXT, FRAME


class Silero(nn.Module):
    """Spectrum, four convolutions, an LSTM over the frames, a score a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 258, 256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(129, 128, 3, 1, 1)
        self.conv2 = nn.Conv1d(128, 64, 3, 2, 1)
        self.conv3 = nn.Conv1d(64, 64, 3, 2, 1)
        self.conv4 = nn.Conv1d(64, 128, 3, 1, 1)
        self.lstm = Lstm(128, 128, ways=1)
        self.final_conv = nn.Conv1d(128, 1, 1)

    def __call__(self, frames: mx.array, state: Any = None) -> tuple[mx.array, Any]:
        """Scores in 0..1 of `frames` (frames, CONTEXT + FRAME + 64), and the state to go on with."""
        real, imaginary = mx.split(self.stft_conv(frames[..., None]), 2, axis=-1)
        x = mx.sqrt(real.square() + imaginary.square())
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = nn.relu(conv(x))
        hidden, state = self.lstm(x.transpose(1, 0, 2), state)
        return mx.sigmoid(self.final_conv(nn.relu(hidden))).flatten(), state

    def scores(self, samples: NDArray[np.float32], state: Any = None) -> tuple[NDArray[np.float32], Any]:
        """As `stage_runners.vad.silero.Silero.scores`."""
        frames = np.lib.stride_tricks.sliding_window_view(samples, CONTEXT + FRAME)[::FRAME]
        found, state = self(mx.array(np.pad(frames, ((0, 0), (0, 64)), mode="reflect")), state)
        mx.eval(found, state)
        return np.array(found), state


def read_network() -> Silero:
    """The network with the weights of the installed package; `StageError("env")` where they are not there."""
    weights = converted(silero.read_network().state_dict())
    return filled(Silero(), lstm_weights(weights, "lstm", 0, "lstm") | weights)
