"""CAM++, a network that tells voices apart.

Wang et al. 2023, "CAM++: A fast and efficient network for speaker verification using context-aware masking".

Written from the paper; names of parameters follow the published 192-dimensional checkpoint of 3D-Speaker
(Apache-2.0, zh-en, 16 kHz), so that its weights load strictly. Inference alone.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ipc.errors import StageError
from stage_runners.frameworks import checkpoints

MELS = 80
SIZE = 192
GROWTH, BOTTLENECK = 32, 128
BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of the three dense blocks."""


def _norm_relu(channels: int, affine: bool = True, relu: bool = True) -> nn.Sequential:
    layers: list[tuple[str, nn.Module]] = [("batchnorm", nn.BatchNorm1d(channels, affine=affine))]
    if relu:
        layers.append(("relu", nn.ReLU(inplace=True)))
    return nn.Sequential(OrderedDict(layers))


class Residual(nn.Module):
    """Two 3 x 3 convolutions with a shortcut; `stride` halves the frequency axis."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, (stride, 1), 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride > 1:
            self.shortcut.append(nn.Conv2d(channels, channels, 1, (stride, 1), bias=False))
            self.shortcut.append(nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, bands, frames); the bands are divided by the stride."""
        y = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class Head(nn.Module):
    """The two-dimensional front end: 80 mels become 32 channels x 10 bands."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.layer1 = nn.Sequential(Residual(channels, 2), Residual(channels, 1))
        self.layer2 = nn.Sequential(Residual(channels, 2), Residual(channels, 1))
        self.conv2 = nn.Conv2d(channels, channels, 3, (2, 1), 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, 80, frames) to (batch, 320, frames)."""
        x = functional.relu(self.bn1(self.conv1(x.unsqueeze(1))))
        x = self.layer2(self.layer1(x))
        return functional.relu(self.bn2(self.conv2(x))).flatten(1, 2)


class ContextMask(nn.Module):
    """A convolution whose channels are gated by the mean over the utterance and over pieces of 100 frames."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(BOTTLENECK, GROWTH, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(BOTTLENECK, BOTTLENECK // 2, 1)
        self.linear2 = nn.Conv1d(BOTTLENECK // 2, GROWTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, 128, frames) to (batch, 32, frames)."""
        pieces = functional.avg_pool1d(x, 100, 100, ceil_mode=True)
        local = pieces.repeat_interleave(100, dim=-1)[..., : x.shape[-1]]
        context = functional.relu(self.linear1(x.mean(-1, keepdim=True) + local))
        return self.linear_local(x) * torch.sigmoid(self.linear2(context))


class DenseLayer(nn.Module):
    """One layer of a dense block: bottleneck, then the masked convolution."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = _norm_relu(channels)
        self.linear1 = nn.Conv1d(channels, BOTTLENECK, 1, bias=False)
        self.nonlinear2 = _norm_relu(BOTTLENECK)
        self.cam_layer = ContextMask(dilation)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, frames) to (batch, 32, frames)."""
        return self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))


class DenseBlock(nn.Module):
    """Layers that each see what all before them gave."""

    def __init__(self, channels: int, layers: int, dilation: int) -> None:
        super().__init__()
        for k in range(layers):
            self.add_module(f"tdnnd{k + 1}", DenseLayer(channels + k * GROWTH, dilation))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, frames), longer by 32 channels a layer."""
        for layer in self.children():
            x = torch.cat([x, layer(x)], dim=1)
        return x


class Convolved(nn.Module):
    """A convolution and what follows it, under the names of the checkpoint."""

    def __init__(self, conv: nn.Conv1d, nonlinear: nn.Sequential) -> None:
        super().__init__()
        self.linear = conv
        self.nonlinear = nonlinear

    def forward(self, x: Tensor) -> Tensor:
        """The convolution, then the normalisation."""
        return self.nonlinear(self.linear(x))


class Transit(Convolved):
    """Between two dense blocks: normalisation first, then half the channels."""

    def forward(self, x: Tensor) -> Tensor:
        """The normalisation, then the convolution."""
        return self.linear(self.nonlinear(x))


class MeanAndDeviation(nn.Module):
    """Mean and standard deviation over time."""

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, frames) to (batch, 2 * channels, 1)."""
        return torch.cat([x.mean(-1), x.std(-1)], dim=-1).unsqueeze(-1)


class CamPlusPlus(nn.Module):
    """Log mel features to a speaker embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Head()
        layers: list[tuple[str, nn.Module]] = [
            ("tdnn", Convolved(nn.Conv1d(320, 128, 5, 2, 2, bias=False), _norm_relu(128)))
        ]
        channels = 128
        for number, (count, dilation) in enumerate(BLOCKS, 1):
            layers.append((f"block{number}", DenseBlock(channels, count, dilation)))
            channels += count * GROWTH
            half = nn.Conv1d(channels, channels // 2, 1, bias=False)
            layers.append((f"transit{number}", Transit(half, _norm_relu(channels))))
            channels //= 2
        layers.append(("out_nonlinear", _norm_relu(channels)))
        layers.append(("stats", MeanAndDeviation()))
        dense = nn.Conv1d(2 * channels, SIZE, 1, bias=False)
        layers.append(("dense", Convolved(dense, _norm_relu(SIZE, affine=False, relu=False))))
        self.xvector = nn.Sequential(OrderedDict(layers))

    def forward(self, features: Tensor) -> Tensor:
        """(batch, frames, 80), each utterance's mean removed, to embeddings (batch, 192), not normalised."""
        return self.xvector(self.head(features.transpose(1, 2))).squeeze(-1)

    @torch.inference_mode()
    def embeddings(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same for arrays, on the device of the weights."""
        device = next(self.parameters()).device
        found: NDArray[np.float32] = self(torch.from_numpy(features).to(device)).float().cpu().numpy()
        return found


def read_network(path: Path, device: str = "cpu") -> CamPlusPlus:
    """CAM++ with the weights of `path`; `StageError("config")` where they are not of its shape."""
    network = CamPlusPlus()
    try:
        network.load_state_dict(checkpoints.read(path), strict=True)
    except (checkpoints.NoWeightsError, RuntimeError, TypeError, AttributeError) as error:
        raise StageError(
            "config",
            f"{path}: no CAM++ weights: {str(error).splitlines()[0]}",
            "run `orchestrator envs sync models`",
        ) from error
    network.eval().to(device)
    return network
