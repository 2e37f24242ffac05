"""Whisper's encoder and decoder on MLX, with mlx-whisper's modules and weights, and efficient beams.

mlx-whisper's forward pass decodes one text per window, so it would store a window's shared data for every
beam, and every attention matrix. Here the beams of a window are its queries (as in CTranslate2), with MLX's
fused attention.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any


def whisper_module() -> Any:
    """`mlx_whisper.whisper` without its package, which imports numba and scipy (2.5 to 9 s) needlessly."""
    if "mlx_whisper" not in sys.modules:
        spec = importlib.util.find_spec("mlx_whisper")
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError("mlx_whisper is not installed", name="mlx_whisper")
        package = ModuleType("mlx_whisper")
        package.__path__ = list(spec.submodule_search_locations)
        package.__spec__ = spec
        sys.modules["mlx_whisper"] = package
    return importlib.import_module("mlx_whisper.whisper")


def encode(network: Any, features: Any) -> Any:
    """Encoder states of shape (windows, frames / 2, width) of log-mel `features` (windows, frames, bands)."""
    from mlx import nn

    encoder = network.encoder
    x = nn.gelu(encoder.conv2(nn.gelu(encoder.conv1(features))))
    x = x + encoder._positional_embedding[: x.shape[1]].astype(x.dtype)
    for block in encoder.blocks:
        y = block.attn_ln(x)
        keys, values = _split(block.attn.key(y), block.attn), _split(block.attn.value(y), block.attn)
        x = x + block.attn.out(_attend(_split(block.attn.query(y), block.attn), keys, values))
        x = x + block.mlp2(nn.gelu(block.mlp1(block.mlp_ln(x))))
    return encoder.ln_post(x)


class Decoder:
    """The decoder for the states of a batch of windows, with its cache.

    A row is a text in progress; there are `rows` per window, window by window. Tokens are int arrays of shape
    (windows * rows, length).
    """

    def __init__(self, network: Any, states: Any) -> None:
        import mlx.core as mx

        self._net = network.decoder
        self._windows = states.shape[0]
        # in one piece: Metal's attention would copy what is not, at every step
        self._cross = [
            tuple(
                mx.contiguous(_split(project(states), block.cross_attn))
                for project in (block.cross_attn.key, block.cross_attn.value)
            )
            for block in self._net.blocks
        ]
        mx.eval(self._cross)
        self._own: list[tuple[Any, Any]] = []

    def hidden(self, tokens: Any) -> Any:
        """Read more `tokens`; returns the last layer's states of shape (rows, length, width)."""
        return self._read(tokens, None)[0]

    def hidden_and_attention(self, tokens: Any, heads: Sequence[tuple[int, int]]) -> tuple[Any, Any]:
        """As `hidden`, one row a window, and the cross-attention before softmax of `heads` (layer, head).

        The second array is float32 of shape (windows, heads, length, frames / 2).
        """
        import mlx.core as mx

        x, scores = self._read(tokens, heads)
        return x, mx.concatenate(scores, axis=1)

    def logits(self, hidden: Any) -> Any:
        """Unnormalised log-probabilities in float32 of the tokens that may follow: (..., vocabulary)."""
        import mlx.core as mx

        return self._net.token_embedding.as_linear(hidden).astype(mx.float32)

    def keep(self, rows: Any, windows: Any | None = None) -> None:
        """Continue with the texts at `rows`, which may repeat, and with `windows` if some have ended."""
        import mlx.core as mx

        self._own = [(mx.take(k, rows, axis=0), mx.take(v, rows, axis=0)) for k, v in self._own]
        if windows is not None:
            self._windows = windows.shape[0]
            self._cross = [(mx.take(k, windows, axis=0), mx.take(v, windows, axis=0)) for k, v in self._cross]

    def _read(self, tokens: Any, heads: Sequence[tuple[int, int]] | None) -> tuple[Any, list[Any]]:
        import mlx.core as mx
        from mlx import nn

        rows, length = tokens.shape
        before = self._own[0][0].shape[2] if self._own else 0
        places = self._net.positional_embedding[before : before + length]
        x = self._net.token_embedding(tokens) + places
        read_now: list[tuple[Any, Any]] = []
        scores: list[Any] = []
        for layer, block in enumerate(self._net.blocks):
            y = block.attn_ln(x)
            keys, values = _split(block.attn.key(y), block.attn), _split(block.attn.value(y), block.attn)
            if self._own:
                keys = mx.concatenate([self._own[layer][0], keys], axis=2)
                values = mx.concatenate([self._own[layer][1], values], axis=2)
            read_now.append((keys, values))
            queries = _split(block.attn.query(y), block.attn)
            x = x + block.attn.out(_attend(queries, keys, values, mask="causal" if length > 1 else None))
            y = block.cross_attn.query(block.cross_attn_ln(x)).reshape(self._windows, -1, x.shape[-1])
            queries = _split(y, block.cross_attn)
            keys, values = self._cross[layer]
            if heads is not None and (chosen := [head for at, head in heads if at == layer]):
                scores.append(_scores(queries[:, chosen], keys[:, chosen]))
            y = _attend(queries, keys, values).reshape(rows, length, -1)
            x = x + block.cross_attn.out(y)
            x = x + block.mlp2(nn.gelu(block.mlp1(block.mlp_ln(x))))
        self._own = read_now
        return self._net.ln(x), scores


def _split(x: Any, attention: Any) -> Any:
    """(rows, length, width) as (rows, heads, length, width of a head)."""
    return x.reshape(*x.shape[:2], attention.n_head, -1).transpose(0, 2, 1, 3)


def _attend(queries: Any, keys: Any, values: Any, mask: str | None = None) -> Any:
    import mlx.core as mx

    scale = queries.shape[-1] ** -0.5
    y = mx.fast.scaled_dot_product_attention(queries, keys, values, scale=scale, mask=mask)
    return y.transpose(0, 2, 1, 3).reshape(y.shape[0], y.shape[2], -1)


def _scores(queries: Any, keys: Any) -> Any:
    import mlx.core as mx

    queries = queries.astype(mx.float32) * queries.shape[-1] ** -0.5
    return queries @ keys.astype(mx.float32).transpose(0, 1, 3, 2)
