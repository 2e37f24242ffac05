"""Layers for the voice networks that MLX lacks: an LSTM, instance norm, and weights converted from torch.

MLX has channels last: (batch, steps, channels). Everything is float32; TF32, which newer GPUs use in matrix
products, is switched off, because it has 10 bits of precision and scores must equal torch's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

os.environ.setdefault("MLX_ENABLE_TF32", "0")

import mlx.core as mx
import numpy as np
from mlx import nn

from ipc.errors import StageError

Weights = dict[str, mx.array]
Network = TypeVar("Network", bound=nn.Module)


def converted(state: Mapping[str, Any]) -> Weights:
    """Torch's parameters in MLX's layout, in which a convolution's input channels are the last axis."""
    arrays = {name: tensor.numpy() for name, tensor in state.items() if name[-19:] != "num_batches_tracked"}
    return {
        name: mx.array(np.moveaxis(value, 1, -1) if value.ndim > 2 else value)
        for name, value in arrays.items()
    }


def filled(network: Network, weights: Weights) -> Network:
    """`network` with exactly these weights, for inference; `StageError("config")` if any differ."""
    try:
        network.load_weights(list(weights.items()), strict=True)
    except ValueError as error:
        raise StageError("config", f"the weights do not match the network: {error}") from error
    network.eval()
    mx.eval(network.parameters())
    return network


def in_parts(layer: Callable[[mx.array], mx.array], values: mx.array, size: int = 8) -> mx.array:
    """The output of `layer` for `values`, `size` at once: convolutions unfold their input in memory."""
    parts = []
    for first in range(0, len(values), size):
        parts.append(layer(values[first : first + size]))
        mx.eval(parts[-1])
    return mx.concatenate(parts)


class InstanceNorm(nn.Module):
    """Each channel of each example to mean 0 and deviation 1, then scaled (Ulyanov et al. 2016)."""

    def __init__(self, channels: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight, self.bias = mx.ones(channels), mx.zeros(channels)
        self._eps = eps

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, steps, channels) to the same shape.

        The mean goes first: squares of an offset would lose digits.
        """
        x = x - x.mean(axis=1, keepdims=True)
        return x * mx.rsqrt(x.square().mean(axis=1, keepdims=True) + self._eps) * self.weight + self.bias


class Lstm(nn.Module):
    """One layer in one or both directions; its gates in torch's order: input, forget, cell, output.

    Only h @ W has to go step by step. The input's part of all gates is one matrix product for all steps; both
    directions go together in each step, and what follows the product is fused into one kernel on a GPU. (On
    the CPU fusing would call a C++ compiler at run time and gained nothing.)
    """

    def __init__(self, inputs: int, hidden: int, ways: int) -> None:
        super().__init__()
        self.input = mx.zeros((inputs, ways * 4 * hidden))
        self.recurrent = mx.zeros((ways, hidden, 4 * hidden))
        self.bias = mx.zeros(ways * 4 * hidden)
        self._gates = mx.compile(_gates) if mx.default_device() == mx.gpu else _gates

    def __call__(self, x: mx.array, state: Any = None) -> tuple[mx.array, Any]:
        """(batch, steps, inputs) to (batch, steps, ways * hidden), and the last states of both kinds."""
        ways, hidden = self.recurrent.shape[:2]
        batch, steps = x.shape[:2]
        gates = mx.addmm(self.bias, x, self.input).reshape(batch, steps, ways, 4 * hidden)
        gates = _turned(gates.transpose(1, 2, 0, 3))
        h, c = state if state is not None else (mx.zeros((ways, batch, hidden)),) * 2
        outputs = []
        for step in range(steps):
            h, c = self._gates(mx.addmm(gates[step], h, self.recurrent), c)
            outputs.append(h)
        found = _turned(mx.stack(outputs)).transpose(2, 0, 1, 3)
        return found.reshape(batch, steps, ways * hidden), (h, c)


def lstm_weights(weights: Weights, prefix: str, layer: int, ours: str) -> Weights:
    """Take layer `layer` of torch's LSTM `prefix` out of `weights`.

    Returns it under the name `ours`, its two biases added.
    """
    names = [end for end in (f"l{layer}", f"l{layer}_reverse") if f"{prefix}.weight_ih_{end}" in weights]

    def taken(part: str) -> list[mx.array]:
        return [weights.pop(f"{prefix}.{part}_{end}") for end in names]

    biases = [a + b for a, b in zip(taken("bias_ih"), taken("bias_hh"), strict=True)]
    return {
        f"{ours}.input": mx.concatenate([w.T for w in taken("weight_ih")], axis=1),
        f"{ours}.recurrent": mx.stack([w.T for w in taken("weight_hh")]),
        f"{ours}.bias": mx.concatenate(biases),
    }


def _turned(x: mx.array) -> mx.array:
    """(steps, ways, ...) with the steps of the second way in the opposite order."""
    return x if x.shape[1] == 1 else mx.concatenate([x[:, :1], x[::-1, 1:]], axis=1)


def _gates(gates: mx.array, c: mx.array) -> tuple[mx.array, mx.array]:
    take, forget, cell, give = mx.split(gates, 4, axis=-1)
    c = mx.sigmoid(forget) * c + mx.sigmoid(take) * mx.tanh(cell)
    return mx.sigmoid(give) * mx.tanh(c), c
