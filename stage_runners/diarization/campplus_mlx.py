"""CAM++ in MLX, with the weights that `stage_runners.diarization.campplus` reads. Inference alone.

Batch normalisation is a scale and a shift for each channel, and is part of the weights here: a GPU would
spend more time on starting those kernels than in them. Names are the checkpoint's but for that.
"""

from __future__ import annotations

import re
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx import nn
from numpy.typing import NDArray

from stage_runners.diarization import campplus
from stage_runners.diarization.campplus import BLOCKS, BOTTLENECK, GROWTH, SIZE
from stage_runners.frameworks.mlx_layers import Weights, converted, filled, in_parts

_NORM = re.compile(r"(.*)(bn\d|shortcut\.1|batchnorm)\.running_mean")
_EPS = 1e-5


class Norm(nn.Module):
    """A batch normalisation that no convolution precedes, and what is above zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = mx.ones(channels), mx.zeros(channels)

    def __call__(self, x: mx.array) -> mx.array:
        """Of any shape with channels last."""
        return nn.relu(x * self.weight + self.bias)


class Residual(nn.Module):
    """Two 3 x 3 convolutions with a shortcut; `stride` halves the frequency axis."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, (stride, 1), 1)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1)
        self.shortcut = [nn.Conv2d(channels, channels, 1, (stride, 1))] if stride > 1 else []

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, bands, frames, channels); the bands are divided by the stride."""
        y = self.conv2(nn.relu(self.conv1(x)))
        for half in self.shortcut:
            x = half(x)
        return nn.relu(y + x)


class Head(nn.Module):
    """The two-dimensional front end: 80 mels become 32 channels x 10 bands."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, 1, 1)
        self.layer1 = [Residual(channels, 2), Residual(channels, 1)]
        self.layer2 = [Residual(channels, 2), Residual(channels, 1)]
        self.conv2 = nn.Conv2d(channels, channels, 3, (2, 1), 1)

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, 80) to (batch, frames, 320), channel by channel."""
        x = nn.relu(self.conv1(x.swapaxes(1, 2)[..., None]))
        for layer in (*self.layer1, *self.layer2):
            x = layer(x)
        return nn.relu(self.conv2(x)).transpose(0, 2, 3, 1).flatten(2)


class ContextMask(nn.Module):
    """A convolution whose channels are gated by the mean over the utterance and over pieces of 100 frames."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(BOTTLENECK, GROWTH, 3, bias=False)
        self.linear1 = nn.Conv1d(BOTTLENECK, BOTTLENECK // 2, 1)
        self.linear2 = nn.Conv1d(BOTTLENECK // 2, GROWTH, 1)
        self._dilation = dilation

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, 128) to (batch, frames, 32)."""
        context = nn.relu(self.linear1(x.mean(axis=1, keepdims=True) + _local_means(x)))
        return self._local(x) * mx.sigmoid(self.linear2(context))

    def _local(self, x: mx.array) -> mx.array:
        """The convolution as one product over three shifted copies.

        MLX's own is 20 times slower on a CPU where it is dilated.
        """
        steps, reach = x.shape[1], self._dilation
        padded = mx.pad(x, ((0, 0), (reach, reach), (0, 0)))
        shifted = [padded[:, k * reach : k * reach + steps] for k in range(3)]
        return mx.concatenate(shifted, axis=-1) @ self.linear_local.weight.flatten(1).T


class DenseLayer(nn.Module):
    """One layer of a dense block: bottleneck, then the masked convolution."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = Norm(channels)
        self.linear1 = nn.Conv1d(channels, BOTTLENECK, 1)
        self.cam_layer = ContextMask(dilation)

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, channels) to (batch, frames, 32)."""
        return self.cam_layer(nn.relu(self.linear1(self.nonlinear1(x))))


class DenseBlock(nn.Module):
    """Layers that each see what all before them gave."""

    def __init__(self, channels: int, layers: int, dilation: int) -> None:
        super().__init__()
        self._names = [f"tdnnd{k + 1}" for k in range(layers)]
        for k, name in enumerate(self._names):
            self[name] = DenseLayer(channels + k * GROWTH, dilation)

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, channels), longer by 32 channels a layer."""
        for name in self._names:
            x = mx.concatenate([x, self[name](x)], axis=-1)
        return x


class Transit(nn.Module):
    """Between two dense blocks: normalisation first, then half the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.nonlinear = Norm(channels)
        self.linear = nn.Conv1d(channels, channels // 2, 1, bias=False)

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, channels) to half the channels."""
        return self.linear(self.nonlinear(x))


class XVector(nn.Module):
    """Features of the head to an embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.tdnn = {"linear": nn.Conv1d(320, 128, 5, 2, 2)}
        channels = 128
        for number, (count, dilation) in enumerate(BLOCKS, 1):
            self[f"block{number}"] = DenseBlock(channels, count, dilation)
            self[f"transit{number}"] = Transit(channels + count * GROWTH)
            channels = (channels + count * GROWTH) // 2
        self.out_nonlinear = Norm(channels)
        self.dense = {"linear": nn.Conv1d(2 * channels, SIZE, 1)}

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, 320) to (batch, 192)."""
        x = nn.relu(self.tdnn["linear"](x))
        for number in range(1, len(BLOCKS) + 1):
            x = self[f"transit{number}"](self[f"block{number}"](x))
        x = self.out_nonlinear(x)
        both = mx.concatenate([x.mean(axis=1), mx.std(x, axis=1, ddof=1)], axis=-1)
        return self.dense["linear"](both[:, None]).squeeze(1)


class CamPlusPlus(nn.Module):
    """Log mel features to a speaker embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.head, self.xvector = Head(), XVector()

    def __call__(self, features: mx.array) -> mx.array:
        """(batch, frames, 80), each utterance's mean removed, to embeddings (batch, 192), not normalised."""
        return self.xvector(in_parts(self.head, features))

    def embeddings(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `stage_runners.diarization.campplus.CamPlusPlus.embeddings`."""
        return np.array(self(mx.array(features)))


def read_network(path: Path) -> CamPlusPlus:
    """CAM++ with the weights of `path`.

    What `stage_runners.diarization.campplus.read_network` refuses is refused here.
    """
    return filled(CamPlusPlus(), _folded(converted(campplus.read_network(path).state_dict())))


def _folded(weights: Weights) -> Weights:
    """Every normalisation folded into the convolution before it, else left as a scale and a shift."""
    result = dict(weights)
    for prefix, norm in (match.groups() for match in map(_NORM.fullmatch, weights) if match):
        name = prefix + norm
        mean, variance = (result.pop(f"{name}.{part}") for part in ("running_mean", "running_var"))
        scale = result.pop(f"{name}.weight", mx.ones_like(mean)) * mx.rsqrt(variance + _EPS)
        shift = result.pop(f"{name}.bias", mx.zeros_like(mean)) - mean * scale
        before = _before(prefix, norm)
        if f"{before}.weight" in weights:
            kernel = result[f"{before}.weight"]
            result[f"{before}.weight"] = kernel * scale.reshape(-1, *[1] * (kernel.ndim - 1))
            result[f"{before}.bias"] = shift
        else:
            result |= {f"{prefix[:-1]}.weight": scale, f"{prefix[:-1]}.bias": shift}
    return result


def _before(prefix: str, norm: str) -> str:
    """The convolution that a normalisation follows, by the checkpoint's names.

    Of one that comes first there is none.
    """
    if norm != "batchnorm":
        return prefix + norm.replace("bn", "conv").replace("shortcut.1", "shortcut.0")
    if prefix.endswith("nonlinear2."):
        return prefix.replace("nonlinear2.", "linear1")
    return prefix.replace("nonlinear.", "linear") if "transit" not in prefix else ""


def _local_means(x: mx.array, size: int = 100) -> mx.array:
    """Each frame's mean over its piece of `size` frames; the last piece may be shorter."""
    steps = x.shape[1]
    pieces = [
        mx.broadcast_to(piece.mean(axis=1, keepdims=True), piece.shape)
        for piece in (x[:, first : first + size] for first in range(0, steps, size))
    ]
    return mx.concatenate(pieces, axis=1)
