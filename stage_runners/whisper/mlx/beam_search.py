"""Beam search over Whisper's decoder on MLX by CTranslate2's rules, for equal texts on both backends.

The rules (in `src/decoding.cc`): there are twice as many candidates as beams. A candidate among the first
`beams` that ends is a finished text, and the best unfinished one of the second half replaces it. A window is
done with as many finished texts as beams, or at the length limit, where all beams count as finished. The text
with the best mean log-probability wins. Forbidden tokens are removed before the probabilities are normalised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from stage_runners.whisper.mlx.network import Decoder

_BLOCK = 128
"""Tokens looked at together when the best are searched: MLX sorts a whole axis to find ten, and a
vocabulary has 51,866."""


class Hypothesis(NamedTuple):
    """Tokens without the end, their mean log-probability (the end included), the probability of no speech."""

    tokens: list[int]
    score: float
    no_speech_prob: float


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Ids of `sot`, `eot` and no speech, tokens never written or never first, and the maximum length."""

    sot: int
    eot: int
    no_speech: int
    suppress: Sequence[int] = ()
    suppress_first: Sequence[int] = ()
    no_repeat: int = 0
    max_length: int = 448


@dataclass
class _Window:
    """A window that is not done: its index in the batch, its texts, and its finished texts."""

    place: int
    texts: list[list[int]]
    scores: list[float]
    ended: list[tuple[list[int], float]] = field(default_factory=list)


def search(network: Any, states: Any, prompt: Sequence[int], beams: int, rules: Rules) -> list[Hypothesis]:
    """The best text after `prompt` for each window of `states`, of shape (windows, frames, width).

    `prompt` ends with the token that asks for text without times.
    """
    import mlx.core as mx

    decoder = Decoder(network, states)
    count = states.shape[0]
    silent = _read_prompt(decoder, count, prompt, rules)
    steps = min(rules.max_length // 2, rules.max_length - (len(prompt) - 1))
    banned = _banned(network.dims.n_vocab, rules.suppress)
    first = banned + _banned(network.dims.n_vocab, rules.suppress_first)
    windows = [_Window(place, [[]], [0.0]) for place in range(count)]
    best_texts: list[Hypothesis | None] = [None] * count
    last = mx.full((count, 1), prompt[-1], dtype=mx.int32)
    for step in range(steps):
        logits = decoder.logits(decoder.hidden(last)[:, -1])
        mask = first if step == 0 else banned
        if rules.no_repeat:
            mask = mask + _repeats(windows, network.dims.n_vocab, rules.no_repeat)
        best = _best(logits + mask, windows, 2 * beams)
        rows: list[int] = []
        going_on: list[int] = []
        base = 0
        for index, window in enumerate(windows):
            base, before = base + len(window.texts), base
            origins = _advance(window, best[index], beams, rules.eot, at_limit=step + 1 == steps)
            if len(window.ended) >= beams or step + 1 == steps:
                best_texts[window.place] = _winner(window, silent[window.place])
            else:
                going_on.append(index)
                rows.extend(before + origin for origin in origins)
        if not going_on:
            break
        decoder.keep(mx.array(rows), mx.array(going_on) if len(going_on) < len(windows) else None)
        windows = [windows[index] for index in going_on]
        last = mx.array([[text[-1]] for window in windows for text in window.texts], dtype=mx.int32)
    return [one for one in best_texts if one is not None]


def _read_prompt(decoder: Decoder, count: int, prompt: Sequence[int], rules: Rules) -> list[float]:
    """Read the prompt except its last token; returns the probability of no speech, from the start token."""
    import mlx.core as mx

    hidden = decoder.hidden(mx.broadcast_to(mx.array(prompt[:-1]), (count, len(prompt) - 1)))
    logits = decoder.logits(hidden[:, list(prompt).index(rules.sot)])
    silent: list[float] = mx.softmax(logits, axis=-1)[:, rules.no_speech].tolist()
    return silent


def _banned(vocabulary: int, ids: Sequence[int]) -> Any:
    import mlx.core as mx
    import numpy as np

    mask = np.zeros(vocabulary, np.float32)
    mask[list(ids)] = -np.inf
    return mx.array(mask)


def _repeats(windows: Sequence[_Window], vocabulary: int, size: int) -> Any:
    """For each row, the tokens that would repeat a group of `size` tokens."""
    import mlx.core as mx
    import numpy as np

    texts = [text for window in windows for text in window.texts]
    mask = np.zeros((len(texts), vocabulary), np.float32)
    for row, text in enumerate(texts):
        tail = text[len(text) - size + 1 :] if len(text) >= size else None
        for at in range(len(text) - size + 1):
            if tail is not None and text[at : at + size - 1] == tail:
                mask[row, text[at + size - 1]] = -np.inf
    return mx.array(mask)


class _Candidates(NamedTuple):
    """Continuations of a window's texts, the most likely first: text, token, and total log-probability."""

    origins: list[int]
    tokens: list[int]
    scores: list[float]


def _best(logits: Any, windows: Sequence[_Window], count: int) -> list[_Candidates]:
    """The `count` most likely continuations of each window; `logits` is (rows, vocabulary)."""
    import mlx.core as mx

    beams = len(windows[0].texts)
    vocabulary = logits.shape[-1]
    before = mx.array([score for window in windows for score in window.scores])[:, None]
    total = logits - mx.logsumexp(logits, axis=-1, keepdims=True) + before
    blocks = -(-vocabulary // _BLOCK)
    total = mx.pad(total, ((0, 0), (0, blocks * _BLOCK - vocabulary)), constant_values=-mx.inf)
    total = total.reshape(len(windows), beams * blocks, _BLOCK)
    # the best are in the blocks whose best are best
    chosen = mx.argsort(-total.max(axis=-1), axis=-1)[:, :count]
    inside = mx.take_along_axis(total, chosen[..., None], axis=1).reshape(len(windows), -1)
    order = mx.argsort(-inside, axis=-1)[:, :count]
    scores = mx.take_along_axis(inside, order, axis=-1)
    block = mx.take_along_axis(chosen, order // _BLOCK, axis=-1)
    origins, tokens = block // blocks, block % blocks * _BLOCK + order % _BLOCK
    mx.eval(origins, tokens, scores)
    return [_Candidates(*one) for one in zip(origins.tolist(), tokens.tolist(), scores.tolist(), strict=True)]


def _advance(window: _Window, best: _Candidates, beams: int, eot: int, *, at_limit: bool) -> list[int]:
    """Set the window's texts to the `beams` that continue; returns the old text of each."""
    spare = beams
    chosen: list[int] = []
    for rank in range(beams):
        go_on = rank
        if best.tokens[rank] == eot or at_limit:
            text = list(window.texts[best.origins[rank]])
            window.ended.append((
                text if best.tokens[rank] == eot else [*text, best.tokens[rank]],
                best.scores[rank],
            ))  # fmt: skip
            for other in range(spare, len(best.tokens)):
                if best.tokens[other] != eot:
                    go_on, spare = other, other + 1
                    break
        chosen.append(go_on)
    texts = [[*window.texts[best.origins[rank]], best.tokens[rank]] for rank in chosen]
    window.texts, window.scores = texts, [best.scores[rank] for rank in chosen]
    return [best.origins[rank] for rank in chosen]


def _winner(window: _Window, silent: float) -> Hypothesis:
    scored = [(text, score / len(text) if text else float("-inf")) for text, score in window.ended]
    text, score = max(scored, key=lambda one: one[1])
    return Hypothesis(text, score, silent)
