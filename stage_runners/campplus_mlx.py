"""CAM++ in MLX, with the weights that `stage_runners.campplus` reads, under the same names. Inference alone."""

from __future__ import annotations

from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx import nn
from numpy.typing import NDArray

from stage_runners import campplus
from stage_runners.campplus import BLOCKS, BOTTLENECK, GROWTH, SIZE
from stage_runners.mlx_layers import converted, filled


class NormRelu(nn.Module):
    """Batch normalisation, then what is above zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.batchnorm = nn.BatchNorm(channels)

    def __call__(self, x: mx.array) -> mx.array:
        """Of any shape with channels last."""
        return nn.relu(self.batchnorm(x))


class Norm(nn.Module):
    """Batch normalisation without a scale of its own."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.batchnorm = nn.BatchNorm(channels, affine=False)

    def __call__(self, x: mx.array) -> mx.array:
        """Of any shape with channels last."""
        return self.batchnorm(x)


class Residual(nn.Module):
    """Two 3 x 3 convolutions with a shortcut; `stride` halves the frequency axis."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, (stride, 1), 1, bias=False)
        self.bn1 = nn.BatchNorm(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm(channels)
        self.shortcut = []
        if stride > 1:
            half = nn.Conv2d(channels, channels, 1, (stride, 1), bias=False)
            self.shortcut = [half, nn.BatchNorm(channels)]

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, bands, frames, channels); the bands are divided by the stride."""
        y = nn.relu(self.bn1(self.conv1(x)))
        for layer in self.shortcut:
            x = layer(x)
        return nn.relu(self.bn2(self.conv2(y)) + x)


class Head(nn.Module):
    """The two-dimensional front end: 80 mels become 32 channels x 10 bands."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm(channels)
        self.layer1 = [Residual(channels, 2), Residual(channels, 1)]
        self.layer2 = [Residual(channels, 2), Residual(channels, 1)]
        self.conv2 = nn.Conv2d(channels, channels, 3, (2, 1), 1, bias=False)
        self.bn2 = nn.BatchNorm(channels)

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, 80) to (batch, frames, 320), channel by channel."""
        x = nn.relu(self.bn1(self.conv1(x.swapaxes(1, 2)[..., None])))
        for layer in (*self.layer1, *self.layer2):
            x = layer(x)
        return nn.relu(self.bn2(self.conv2(x))).transpose(0, 2, 3, 1).flatten(2)


class ContextMask(nn.Module):
    """A convolution whose channels are gated by the mean over the utterance and over pieces of 100 frames."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(BOTTLENECK, GROWTH, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(BOTTLENECK, BOTTLENECK // 2, 1)
        self.linear2 = nn.Conv1d(BOTTLENECK // 2, GROWTH, 1)

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, 128) to (batch, frames, 32)."""
        context = nn.relu(self.linear1(x.mean(axis=1, keepdims=True) + _local_means(x)))
        return self.linear_local(x) * mx.sigmoid(self.linear2(context))


class DenseLayer(nn.Module):
    """One layer of a dense block: bottleneck, then the masked convolution."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = NormRelu(channels)
        self.linear1 = nn.Conv1d(channels, BOTTLENECK, 1, bias=False)
        self.nonlinear2 = NormRelu(BOTTLENECK)
        self.cam_layer = ContextMask(dilation)

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, channels) to (batch, frames, 32)."""
        return self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))


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


class Convolved(nn.Module):
    """A convolution and what follows it."""

    def __init__(self, conv: nn.Conv1d, nonlinear: nn.Module) -> None:
        super().__init__()
        self.linear, self.nonlinear = conv, nonlinear

    def __call__(self, x: mx.array) -> mx.array:
        """The convolution, then the normalisation."""
        return self.nonlinear(self.linear(x))


class Transit(Convolved):
    """Between two dense blocks: normalisation first, then half the channels."""

    def __call__(self, x: mx.array) -> mx.array:
        """The normalisation, then the convolution."""
        return self.linear(self.nonlinear(x))


class XVector(nn.Module):
    """Features of the head to an embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.tdnn = Convolved(nn.Conv1d(320, 128, 5, 2, 2, bias=False), NormRelu(128))
        channels = 128
        for number, (count, dilation) in enumerate(BLOCKS, 1):
            self[f"block{number}"] = DenseBlock(channels, count, dilation)
            channels += count * GROWTH
            half = nn.Conv1d(channels, channels // 2, 1, bias=False)
            self[f"transit{number}"] = Transit(half, NormRelu(channels))
            channels //= 2
        self.out_nonlinear = NormRelu(channels)
        self.dense = Convolved(nn.Conv1d(2 * channels, SIZE, 1, bias=False), Norm(SIZE))

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, 320) to (batch, 192)."""
        x = self.tdnn(x)
        for number in range(1, len(BLOCKS) + 1):
            x = self[f"transit{number}"](self[f"block{number}"](x))
        x = self.out_nonlinear(x)
        both = mx.concatenate([x.mean(axis=1), mx.std(x, axis=1, ddof=1)], axis=-1)
        return self.dense(both[:, None]).squeeze(1)


class CamPlusPlus(nn.Module):
    """Log mel features to a speaker embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.head, self.xvector = Head(), XVector()

    def __call__(self, features: mx.array) -> mx.array:
        """(batch, frames, 80), each utterance's mean removed, to embeddings (batch, 192), not normalised."""
        return self.xvector(self.head(features))

    def embeddings(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `stage_runners.campplus.CamPlusPlus.embeddings`."""
        return np.array(self(mx.array(features)))


def read_network(path: Path) -> CamPlusPlus:
    """CAM++ with the weights of `path`; what `stage_runners.campplus.read_network` refuses is refused here."""
    return filled(CamPlusPlus(), converted(campplus.read_network(path).state_dict()))


def _local_means(x: mx.array, size: int = 100) -> mx.array:
    """Each frame's mean over its piece of `size` frames; the last piece may be shorter."""
    steps = x.shape[1]
    pieces = [
        mx.broadcast_to(piece.mean(axis=1, keepdims=True), piece.shape)
        for piece in (x[:, first : first + size] for first in range(0, steps, size))
    ]
    return mx.concatenate(pieces, axis=1)
