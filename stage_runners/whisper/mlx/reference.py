"""A reference implementation of Whisper in torch, for checking conversions of Transformers checkpoints.

It follows the paper (Radford et al. 2022, section 2.2) as simply as possible: no cache, no batch, float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def token_probabilities(
    state: Mapping[str, Any], sound: Any, tokens: Sequence[int], heads: tuple[int, int]
) -> tuple[Any, Any]:
    """Encoder states, and the probabilities of all tokens after each of `tokens` except the last.

    `state` holds arrays by Transformers' names, `sound` is log-mel of shape (1, bands, frames), `heads` are
    those of an encoder and a decoder layer. Returns arrays of shape (1, frames / 2, width) and (len(tokens) -
    1, vocabulary).
    """
    import torch

    network = _Network({
        name.removeprefix("model."): torch.tensor(value).float() for name, value in state.items()
    })  # fmt: skip
    with torch.inference_mode():
        states = network.encode(torch.from_numpy(sound), heads[0])
        x = network.decode(torch.tensor(tokens[:-1])[None], states, heads[1])
        said = (x @ network.state["decoder.embed_tokens.weight"].T).softmax(dim=-1)
    return states.numpy(), said[0].numpy()


class _Network:
    def __init__(self, state: Mapping[str, Any]) -> None:
        self.state = state

    def encode(self, x: Any, heads: int) -> Any:
        from torch.nn import functional

        for name, stride in (("conv1", 1), ("conv2", 2)):
            weight, bias = self._pair(f"encoder.{name}")
            x = functional.gelu(functional.conv1d(x, weight, bias, stride=stride, padding=1))
        x = x.transpose(1, 2)
        x = x + self.state["encoder.embed_positions.weight"][: x.shape[1]]
        for scope in self._layers("encoder"):
            y = self._norm(x, f"{scope}.self_attn_layer_norm")
            x = x + self._attention(y, y, f"{scope}.self_attn", heads)
            x = x + self._feed_forward(x, scope)
        return self._norm(x, "encoder.layer_norm")

    def decode(self, tokens: Any, states: Any, heads: int) -> Any:
        x = self.state["decoder.embed_tokens.weight"][tokens]
        x = x + self.state["decoder.embed_positions.weight"][: tokens.shape[1]]
        for scope in self._layers("decoder"):
            y = self._norm(x, f"{scope}.self_attn_layer_norm")
            x = x + self._attention(y, y, f"{scope}.self_attn", heads, causal=True)
            y = self._norm(x, f"{scope}.encoder_attn_layer_norm")
            x = x + self._attention(y, states, f"{scope}.encoder_attn", heads)
            x = x + self._feed_forward(x, scope)
        return self._norm(x, "decoder.layer_norm")

    def _layers(self, side: str) -> list[str]:
        count = len({name.split(".")[2] for name in self.state if name.startswith(f"{side}.layers.")})
        return [f"{side}.layers.{layer}" for layer in range(count)]

    def _pair(self, name: str) -> tuple[Any, Any]:
        return self.state[f"{name}.weight"], self.state.get(f"{name}.bias")

    def _linear(self, x: Any, name: str) -> Any:
        from torch.nn import functional

        return functional.linear(x, *self._pair(name))

    def _norm(self, x: Any, name: str) -> Any:
        from torch.nn import functional

        return functional.layer_norm(x, x.shape[-1:], *self._pair(name))

    def _feed_forward(self, x: Any, scope: str) -> Any:
        from torch.nn import functional

        y = functional.gelu(self._linear(self._norm(x, f"{scope}.final_layer_norm"), f"{scope}.fc1"))
        return self._linear(y, f"{scope}.fc2")

    def _attention(self, x: Any, other: Any, name: str, heads: int, *, causal: bool = False) -> Any:
        import torch

        q, k, v = (
            self._linear(y, f"{name}.{part}").unflatten(-1, (heads, -1)).transpose(1, 2)
            for y, part in ((x, "q_proj"), (other, "k_proj"), (other, "v_proj"))
        )
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        if causal:
            scores = scores + torch.full(scores.shape[-2:], float("-inf")).triu(1)
        y = (scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(-2)
        return self._linear(y, f"{name}.out_proj")
