"""Compares encoder states and token probabilities of a converted model with those of a reference.

The reference of a CTranslate2 model is CTranslate2. For a Transformers model it is our implementation in
torch, with the original's weights, because Transformers is not installed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

STATES = 0.02
"""Largest difference of encoder states (of size up to 25) that is rounding: measured 5e-4 to 5e-3 on
speech, 5e-6 in the mean."""
LOGARITHMS = 0.01
"""The same for the logarithms of the tokens' probabilities (-1 to -20)."""
_TOKENS = (314, 290, 262, 2068, 7586, 21831, 18045, 625, 257, 16931, 3290)
"""Any text, decoded as if it were spoken."""


class Difference(NamedTuple):
    """Largest absolute differences of encoder states and of tokens' log-probabilities, and what from."""

    reference: str
    encoder: float
    decoder: float

    @property
    def agrees(self) -> bool:
        """Whether they are rounding."""
        return self.encoder <= STATES and self.decoder <= LOGARITHMS


def features(bands: int) -> Any:
    """Log-mel features of 30 s of speech-like sound (gliding syllables), float32, (1, bands, 3000)."""
    import numpy as np
    from faster_whisper.feature_extractor import FeatureExtractor

    time = np.arange(30 * 16000 - 160) / 16000
    pitch = np.cumsum(120 + 40 * np.sin(2 * np.pi * 0.4 * time)) / 16000
    voice = sum(np.sin(2 * np.pi * k * pitch) / k for k in range(1, 30))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * time), 0, 1) * (time % 7 < 5)
    noise = np.random.default_rng(0).normal(0, 0.003, len(time))
    return FeatureExtractor(feature_size=bands)((0.1 * voice * syllables + noise).astype(np.float32))[
        None, :, :3000
    ]


def against_ctranslate2(network: Any, source: Path, heads: Sequence[Sequence[int]] | None) -> Difference:
    """Compare a network in float32 with the CTranslate2 model that it was made from, also in float32."""
    import ctranslate2
    import numpy as np

    sound = np.ascontiguousarray(features(network.dims.n_mels))
    original = ctranslate2.models.Whisper(str(source), device="cpu", compute_type="float32")
    states = original.encode(ctranslate2.StorageView.from_array(sound))
    start = _start(network)
    theirs = np.array(states)
    reference = None
    if heads:
        (found,) = original.align(states, start, [list(_TOKENS)], [3000])
        reference = np.array(found.text_token_probs)
    del original, states
    ours, probabilities = _ours(network, sound, start)
    return _difference(
        "CTranslate2", (ours, theirs), (probabilities, probabilities if reference is None else reference)
    )


def against_transformers(network: Any, state: Mapping[str, Any]) -> Difference:
    """Compare a network in float32 with `state`, a Transformers checkpoint, computed by torch."""
    import numpy as np

    from stage_runners.whisper.mlx.reference import token_probabilities

    sound = np.ascontiguousarray(features(network.dims.n_mels))
    start = _start(network)
    heads = network.dims.n_audio_head, network.dims.n_text_head
    theirs, reference = token_probabilities(state, sound, [*start, _no_times(network), *_TOKENS], heads)
    ours, probabilities = _ours(network, sound, start)
    reference = reference[len(start) :, : _eot(network)]
    reference /= reference.sum(axis=-1, keepdims=True)
    wanted = reference[np.arange(len(_TOKENS)), list(_TOKENS)]
    return _difference("torch", (ours, theirs), (probabilities, wanted))


def _difference(reference: str, states: tuple[Any, Any], probabilities: tuple[Any, Any]) -> Difference:
    import numpy as np

    one, other = (np.log(np.maximum(values, 1e-30)) for values in probabilities)
    return Difference(reference, float(np.abs(states[0] - states[1]).max()), float(np.abs(one - other).max()))


def _ours(network: Any, sound: Any, start: Sequence[int]) -> tuple[Any, Any]:
    import mlx.core as mx
    import numpy as np

    from stage_runners.whisper.mlx.align import align
    from stage_runners.whisper.mlx.network import encode

    states = encode(network, mx.array(sound).transpose(0, 2, 1))
    special = _no_times(network), _eot(network)
    heads = [(network.dims.n_text_layer - 1, 0)]
    found = align(network, states, start, [list(_TOKENS)], [3000], heads, special)
    return np.array(states), np.array(found[0].text_token_probs)


def _no_times(network: Any) -> int:
    """Whisper's vocabularies end with 1501 times, and that token before them."""
    return int(network.dims.n_vocab) - 1502


def _eot(network: Any) -> int:
    """The end of text: before the start, the languages, and six more."""
    return _start(network)[0] - 1


def _start(network: Any) -> list[int]:
    """The start token, and English and "transcribe" where the model has languages."""
    vocabulary = int(network.dims.n_vocab)
    if vocabulary < 51865:
        return [50257]
    return [50258, 50259, vocabulary - 1502 - 4]
