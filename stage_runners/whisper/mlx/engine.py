"""Whisper on MLX, with the used methods of `ctranslate2.models.Whisper`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ipc.errors import StageError
from stage_runners.whisper.mlx import align as asr_mlx_align
from stage_runners.whisper.mlx import beam_search, weights
from stage_runners.whisper.mlx.alignment_heads import alignment_heads
from stage_runners.whisper.mlx.network import Decoder, encode

_TYPES = ("float16", "bfloat16", "float32")


class Generation(NamedTuple):
    """The used part of CTranslate2's result for a window."""

    sequences_ids: list[list[int]]
    scores: list[float]
    no_speech_prob: float


class Network:
    """A Whisper network on MLX. Ids are those of `tokenizer`, a tokenizers.Tokenizer."""

    def __init__(
        self, network: Any, tokenizer: Any, compute_type: str, dtype: Any, decoding: Mapping[str, Any]
    ) -> None:
        import mlx.core as mx

        self.network = network
        self.compute_type = compute_type
        self.device = str(mx.default_device().type).rpartition(".")[2]
        self.is_multilingual = bool(network.is_multilingual)
        self._dtype = dtype
        self._id = tokenizer.token_to_id
        self._heads = [tuple(pair) for pair in decoding["alignment_heads"]]
        self._first = decoding.get("begin_suppress_tokens") or [
            *tokenizer.encode(" ", add_special_tokens=False).ids,
            self._id("<|endoftext|>"),
        ]

    def encode(self, features: Any) -> Any:
        """Encoder states of float32 log-mel features of shape (windows, bands, frames)."""
        import mlx.core as mx

        states = encode(self.network, mx.array(features).transpose(0, 2, 1).astype(self._dtype))
        mx.eval(states)
        return states

    def generate(
        self,
        states: Any,
        prompts: Sequence[Sequence[int]],
        *,
        beam_size: int = 5,
        max_length: int = 448,
        suppress_tokens: Sequence[int] = (),
        no_repeat_ngram_size: int = 0,
        return_scores: bool = True,  # noqa: ARG002 - CTranslate2's signature
        return_no_speech_prob: bool = True,  # noqa: ARG002
    ) -> list[Generation]:
        """The most likely text of each window, all after the same prompt."""
        import mlx.core as mx

        silent = self._id("<|nospeech|>")
        rules = beam_search.Rules(
            sot=self._id("<|startoftranscript|>"),
            eot=self._id("<|endoftext|>"),
            no_speech=self._id("<|nocaptions|>") if silent is None else silent,
            suppress=suppress_tokens,
            suppress_first=self._first,
            no_repeat=no_repeat_ngram_size,
            max_length=max_length,
        )
        found = beam_search.search(self.network, states, prompts[0], beam_size, rules)
        mx.clear_cache()  # every step's cache has another size, and MLX keeps them all for reuse
        return [Generation([one.tokens], [one.score], one.no_speech_prob) for one in found]

    def align(
        self,
        states: Any,
        start: Sequence[int],
        texts: Sequence[Sequence[int]],
        frames: Sequence[int],
        median_filter_width: int = 7,  # noqa: ARG002 - CTranslate2's signature
    ) -> list[asr_mlx_align.Alignment]:
        """The encoder frame of each token of `texts`, and its probability."""
        import mlx.core as mx

        special = self._id("<|notimestamps|>"), self._id("<|endoftext|>")
        found = asr_mlx_align.align(self.network, states, start, texts, frames, self._heads, special)
        mx.clear_cache()
        return found

    def detect_language(self, states: Any) -> list[list[tuple[str, float]]]:
        """The language tokens of each window with probabilities, the most likely first."""
        import mlx.core as mx
        from faster_whisper.tokenizer import _LANGUAGE_CODES

        tokens = [f"<|{code}|>" for code in _LANGUAGE_CODES]
        ids = {token: self._id(token) for token in tokens if self._id(token) is not None}
        decoder = Decoder(self.network, states)
        start = mx.full((states.shape[0], 1), self._id("<|startoftranscript|>"), dtype=mx.int32)
        logits = decoder.logits(decoder.hidden(start)[:, -1])
        probabilities = mx.softmax(mx.take(logits, mx.array(list(ids.values())), axis=-1), axis=-1)
        return [sorted(zip(ids, row, strict=True), key=lambda one: -one[1]) for row in probabilities.tolist()]


def load(params: Mapping[str, Any], device: str) -> Any:  # noqa: ARG001 - MLX knows its device itself
    """Load a `faster_whisper.WhisperModel` around the network of `params["_model"]["path"]`.

    A model in another layout is converted once, and stored at `params["_model"]["converted"]`. Raises
    `StageError` for a folder that is not a model, a compute type that MLX does not support, and a conversion
    that differs from its original.
    """
    import mlx.core as mx

    facts = params["_model"]
    source = Path(facts["path"])
    converted = Path(facts["converted"]) if facts.get("converted") else None
    name, dtype, quantize = _compute_type(
        params.get("compute_type"), mx.default_device() == mx.Device(mx.gpu)
    )
    folder = weights.prepared(source, converted)
    try:
        network, bits = weights.read_network(folder, getattr(mx, dtype), quantize)
        tokenizer = _tokenizer(folder, network)
        decoding = dict(weights.decoding(folder))
        decoding["alignment_heads"] = alignment_heads(network, decoding, str(facts.get("id") or source.name))
        if bits:
            name = f"int{bits}_{dtype}"
        wrapped = Network(network, tokenizer, name, getattr(mx, dtype), decoding)
        return _model_class()(wrapped, tokenizer, folder)
    finally:
        if folder not in (source, converted):
            shutil.rmtree(folder, ignore_errors=True)


def _compute_type(asked: str | None, gpu: bool) -> tuple[str, str, int]:
    """The compute type: its name in CTranslate2, the type of numbers, the bits of matrices."""
    usual = "float16" if gpu else "float32"
    asked = asked or "default"
    if asked in ("default", "auto"):
        return usual, usual, 0
    if asked in _TYPES:
        return asked, asked, 0
    first, _, rest = asked.partition("_")
    if first == "int8" and rest in ("", *_TYPES):
        return f"int8_{rest or usual}", rest or usual, 8
    raise StageError(
        "config",
        f"--compute-type {asked}: not supported by MLX",
        f"choose one of {', '.join((*_TYPES, 'int8'))}",
    )


def _tokenizer(folder: Path, network: Any) -> Any:
    import tokenizers

    if (folder / "tokenizer.json").is_file():
        return tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    from stage_runners.whisper.mlx.tokenizer import packaged

    return packaged(network.is_multilingual, network.num_languages)


def _model_class() -> type:
    """faster-whisper's model class for another network; its own code does not use CTranslate2."""
    import numpy as np
    from faster_whisper import WhisperModel
    from faster_whisper.feature_extractor import FeatureExtractor

    class MlxModel(WhisperModel):
        """As `WhisperModel.__init__` leaves it."""

        def __init__(self, network: Network, tokenizer: Any, folder: Path) -> None:
            self.model = network
            self.hf_tokenizer = tokenizer
            options = {"feature_size": network.network.dims.n_mels, **self._get_feature_kwargs(str(folder))}
            self.feature_extractor = FeatureExtractor(**options)
            self.tokens_per_second = 50
            self.max_length = network.network.dims.n_text_ctx

        def encode(self, features: Any) -> Any:
            return self.model.encode(features[None] if features.ndim == 2 else np.asarray(features))

    return MlxModel
