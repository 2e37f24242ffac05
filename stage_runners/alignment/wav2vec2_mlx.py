"""A wav2vec2 network with a CTC head in MLX, with the weights of Transformers' layout. Inference alone.

Both forms (Baevski et al. 2020): `base`, whose first convolution is normalised over time and whose layers
are normalised after each step, and `large`, `XLSR`, `XLS-R` and `MMS`, with every convolution normalised
over channels and layers normalised before each step (`do_stable_layer_norm`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from stage_runners.frameworks.mlx_layers import InstanceNorm, Weights, filled  # first: it turns TF32 off

import mlx.core as mx  # isort: skip
import numpy as np
from mlx import nn
from numpy.typing import NDArray

from ipc.errors import StageError
from ipc.parsing import json_of
from stage_runners.alignment import transformers_weights
from stage_runners.alignment.letters import not_a_model
from stage_runners.alignment.sound_scale import normalised, normalises

_ACTIVATIONS: Mapping[str, Callable[[mx.array], mx.array]] = {
    "gelu": nn.gelu,
    "relu": nn.relu,
    "silu": nn.silu,
}


@dataclass(frozen=True, kw_only=True)
class Config:
    """What `config.json` says of the network, with the defaults of Transformers."""

    vocab_size: int = 32
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-5
    feat_extract_norm: str = "group"
    feat_extract_activation: str = "gelu"
    conv_dim: tuple[int, ...] = (512,) * 7
    conv_stride: tuple[int, ...] = (5, 2, 2, 2, 2, 2, 2)
    conv_kernel: tuple[int, ...] = (10, 3, 3, 3, 3, 2, 2)
    conv_bias: bool = False
    num_conv_pos_embeddings: int = 128
    num_conv_pos_embedding_groups: int = 16
    do_stable_layer_norm: bool = False


class Convolution(nn.Module):
    """One layer of the feature encoder; `norm` is over time (`group`), over channels (`layer`), or none."""

    def __init__(self, config: Config, layer: int, norm: str) -> None:
        super().__init__()
        inputs, size = (1, *config.conv_dim)[layer], config.conv_dim[layer]
        self.conv = nn.Conv1d(
            inputs, size, config.conv_kernel[layer], stride=config.conv_stride[layer], bias=config.conv_bias
        )
        if norm:
            self.layer_norm = InstanceNorm(size) if norm == "group" else nn.LayerNorm(size)
        self._activation = _ACTIVATIONS[config.feat_extract_activation]

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, steps, inputs) to (batch, fewer steps, channels)."""
        x = self.conv(x)
        return self._activation(self.layer_norm(x) if "layer_norm" in self else x)


class FeatureEncoder(nn.Module):
    """Samples to features: with the usual strides, one in 320."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        first, others = config.feat_extract_norm, config.feat_extract_norm.replace("group", "")
        self.conv_layers = [
            Convolution(config, layer, others if layer else first) for layer in range(len(config.conv_dim))
        ]

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, samples, 1) to (batch, frames, features); layer by layer, to free memory."""
        for layer in self.conv_layers:
            x = layer(x)
            mx.eval(x)
        return x


class FeatureProjection(nn.Module):
    """Features to the size of the transformer."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.layer_norm = nn.LayerNorm(config.conv_dim[-1], eps=config.layer_norm_eps)
        self.projection = nn.Linear(config.conv_dim[-1], config.hidden_size)

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, features) to (batch, frames, hidden)."""
        return self.projection(self.layer_norm(x))


class Positions(nn.Module):
    """Positions of frames, by a convolution over neighbours; its weight norm is in the weights already."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        kernel = config.num_conv_pos_embeddings
        self.conv = nn.Conv1d(
            config.hidden_size,
            config.hidden_size,
            kernel,
            padding=kernel // 2,
            groups=config.num_conv_pos_embedding_groups,
        )
        self._activation = _ACTIVATIONS[config.feat_extract_activation]

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, hidden) to the same shape; an even kernel makes one frame too many."""
        return self._activation(self.conv(x)[:, : x.shape[1]])


class Attention(nn.Module):
    """Self-attention with several heads over all frames."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        size = config.hidden_size
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(size, size) for _ in range(4))
        self._heads = config.num_attention_heads

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, hidden) to the same shape."""
        batch, frames, hidden = x.shape
        q, k, v = (
            part(x).reshape(batch, frames, self._heads, -1).transpose(0, 2, 1, 3)
            for part in (self.q_proj, self.k_proj, self.v_proj)
        )
        y = mx.fast.scaled_dot_product_attention(q, k, v, scale=(hidden // self._heads) ** -0.5)
        return self.out_proj(y.transpose(0, 2, 1, 3).reshape(batch, frames, hidden))


class FeedForward(nn.Module):
    """Two linear layers for each frame alone."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.intermediate_dense = nn.Linear(config.hidden_size, config.intermediate_size)
        self.output_dense = nn.Linear(config.intermediate_size, config.hidden_size)
        self._activation = _ACTIVATIONS[config.hidden_act]

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, hidden) to the same shape."""
        return self.output_dense(self._activation(self.intermediate_dense(x)))


class Layer(nn.Module):
    """One layer of the transformer, normalised before (`stable`) or after each of its two steps."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.attention = Attention(config)
        self.layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.feed_forward = FeedForward(config)
        self.final_layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self._stable = config.do_stable_layer_norm

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, hidden) to the same shape."""
        if self._stable:
            x = x + self.attention(self.layer_norm(x))
            return x + self.feed_forward(self.final_layer_norm(x))
        x = self.layer_norm(x + self.attention(x))
        return self.final_layer_norm(x + self.feed_forward(x))


class Encoder(nn.Module):
    """The transformer."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.pos_conv_embed = Positions(config)
        self.layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.layers = [Layer(config) for _ in range(config.num_hidden_layers)]
        self._stable = config.do_stable_layer_norm

    def __call__(self, x: mx.array) -> mx.array:
        """(batch, frames, hidden) to the same shape."""
        x = x + self.pos_conv_embed(x)
        x = x if self._stable else self.layer_norm(x)
        for layer in self.layers:
            x = layer(x)
        return self.layer_norm(x) if self._stable else x


class Wav2Vec2(nn.Module):
    """See `stage_runners.alignment.wav2vec2_aligner.Network`."""

    def __init__(self, config: Config, *, normalise: bool = False) -> None:
        super().__init__()
        self.feature_extractor = FeatureEncoder(config)
        self.feature_projection = FeatureProjection(config)
        self.encoder = Encoder(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size)
        self._normalise = normalise

    def __call__(self, waves: mx.array) -> mx.array:
        """(batch, samples) to logits (batch, frames, characters)."""
        features = self.feature_projection(self.feature_extractor(waves[..., None]))
        return self.lm_head(self.encoder(features))

    def log_probs(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        """Samples (n,) to log-probabilities (frames, characters)."""
        wave = mx.array(normalised(pcm) if self._normalise else pcm)[None]
        return np.array(nn.log_softmax(self(wave), axis=-1)[0])


def read_network(folder: Path) -> Wav2Vec2:
    """The network of a folder; `StageError("config")` if it holds none, or one of another form."""
    config = _config(folder)
    network = Wav2Vec2(config, normalise=normalises(folder))
    return filled(network, _weights(transformers_weights.read(folder)))


def _config(folder: Path) -> Config:
    try:
        stated: Any = json_of((folder / "config.json").read_bytes())
        known: dict[str, Any] = {
            one.name: tuple(stated[one.name]) if isinstance(stated[one.name], list) else stated[one.name]
            for one in fields(Config)
            if one.name in stated
        }
        config = Config(**known)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise not_a_model(folder) from error
    if not len(config.conv_dim) == len(config.conv_kernel) == len(config.conv_stride):
        raise not_a_model(folder)
    used = {config.hidden_act, config.feat_extract_activation}
    if stated.get("adapter_attn_dim") or stated.get("add_adapter") or not used <= _ACTIVATIONS.keys():
        raise StageError(
            "config",
            f"{folder.name}: a wav2vec2 network of a form that MLX has no layers for here",
            "run it on the CPU: --device alignment=cpu",
        )
    return config


def _weights(state: Weights) -> Weights:
    """Transformers' parameters by this module's names, in MLX's layout (a convolution's inputs are last)."""
    named = {name.removeprefix("wav2vec2."): value for name, value in state.items()}
    named.pop("masked_spec_embed", None)
    place = "encoder.pos_conv_embed.conv."
    for scale, direction in (
        ("weight_g", "weight_v"),
        ("parametrizations.weight.original0", "parametrizations.weight.original1"),
    ):
        if place + scale in named and place + direction in named:
            g, v = named.pop(place + scale), named.pop(place + direction)
            named[f"{place}weight"] = v * (g / mx.sqrt(v.square().sum(axis=(0, 1), keepdims=True)))
    return {name: mx.moveaxis(value, 1, -1) if value.ndim > 2 else value for name, value in named.items()}
