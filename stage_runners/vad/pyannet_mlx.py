"""PyanNet in MLX, with the weights that `stage_runners.vad.pyannet` reads. Inference alone.

The sinc filters are computed once, by torch, when the weights are read.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx import nn
from numpy.typing import NDArray

from stage_runners.frameworks.mlx_layers import InstanceNorm, Lstm, converted, filled, in_parts, lstm_weights
from stage_runners.vad import pyannet


class SincNet(nn.Module):
    """Waveform to 60 features every 270 samples."""

    def __init__(self) -> None:
        super().__init__()
        self.wav_norm1d = InstanceNorm(1)
        self.conv1d = [
            nn.Conv1d(1, 80, 251, stride=10, bias=False), nn.Conv1d(80, 60, 5), nn.Conv1d(60, 60, 5),
        ]  # fmt: skip
        self.norm1d = [InstanceNorm(size) for size in (80, 60, 60)]

    def __call__(self, waves: mx.array) -> mx.array:
        """(batch, samples, 1) to (batch, frames, 60)."""
        x = self.wav_norm1d(waves)
        for layer, (conv, norm) in enumerate(zip(self.conv1d, self.norm1d, strict=True)):
            x = conv(x)
            if layer == 0:
                x = mx.abs(x)
            x = nn.leaky_relu(norm(_pooled(x)))
        return x


class PyanNet(nn.Module):
    """SincNet, a bidirectional LSTM, two linear layers, and log-probabilities of the powerset classes."""

    def __init__(self, lstm: list[tuple[int, int, int]], linear: list[int], classes: int) -> None:
        super().__init__()
        self.sincnet = SincNet()
        self.lstm = [Lstm(*sizes) for sizes in lstm]
        self.linear = [nn.Linear(a, b) for a, b in pairwise(linear)]
        self.classifier = nn.Linear(linear[-1], classes)

    def __call__(self, x: mx.array) -> mx.array:
        """SincNet's features (batch, frames, 60) to log-probabilities (batch, frames, classes)."""
        for lstm in self.lstm:
            x, _ = lstm(x)
        for linear in self.linear:
            x = nn.leaky_relu(linear(x))
        return nn.log_softmax(self.classifier(x), axis=-1)

    def scores(self, waves: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `stage_runners.vad.pyannet.PyanNet.scores`.

        SincNet takes few windows at a time, the LSTM all: the one needs 47 MB a window, the other is the
        faster the more windows share its 4 x 589 steps.
        """
        return np.array(self(in_parts(self.sincnet, mx.array(waves[:, 0, :, None]))))


def read_network(path: Path) -> PyanNet:
    """The network of a pyannote checkpoint.

    What `stage_runners.vad.pyannet.read_network` refuses is refused here.
    """
    original = pyannet.read_network(path)
    state = {name: value for name, value in original.state_dict().items() if "filterbank" not in name}
    state["sincnet.conv1d.0.weight"] = original.sincnet.conv1d[0].filterbank().detach()
    weights = converted(state)
    recurrent, ways = original.lstm, 2 if original.lstm.bidirectional else 1
    layers = [recurrent.input_size] + [ways * recurrent.hidden_size] * (recurrent.num_layers - 1)
    for layer in range(len(layers)):
        weights |= lstm_weights(weights, "lstm", layer, f"lstm.{layer}")
    network = PyanNet(
        [(size, recurrent.hidden_size, ways) for size in layers],
        [original.linear[0].in_features, *(linear.out_features for linear in original.linear)],
        original.classifier.out_features,
    )
    return filled(network, weights)


def _pooled(x: mx.array) -> mx.array:
    """The largest of every 3 steps of (batch, steps, channels); what is over at the end is left out."""
    batch, steps, channels = x.shape
    return x[:, : steps // 3 * 3].reshape(batch, steps // 3, 3, channels).max(axis=2)
