"""Which language is spoken, from several windows of speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ipc.errors import StageError
from stage_runners.whisper import encoder_states
from stage_runners.whisper.decode import encode
from stage_runners.whisper.windows import Chunk

_WINDOWS = 5


def known(asked: str, whisper: Any, model: str) -> str:
    """The code of the language asked for; `StageError` where this model cannot write it."""
    code = asked.strip().lower().replace("_", "-").split("-")[0]
    if not whisper.model.is_multilingual:
        if code != "en":
            raise StageError(
                "config",
                f"The model {model} knows English only, and --language {asked} was asked for.",
                "Choose a model whose name does not end in .en, or leave --language out.",
            )
        return "en"
    if code not in whisper.supported_languages:
        raise StageError(
            "config",
            f"Whisper knows no language {asked!r}.",
            f"It knows {', '.join(sorted(whisper.supported_languages))}.",
        )
    return code


class Detected(NamedTuple):
    """The film's language, each one's probability, and the states (frames, states) of the windows that were looked at."""

    language: str
    probability: Mapping[str, float]
    states: Mapping[Chunk, Any]


def detect(whisper: Any, samples: Any, sample_rate: int, chunks: Sequence[Chunk]) -> Detected:
    """The language with the highest probability: the mean over windows spread over the film, by seconds of speech.

    The first 30 s, which Whisper itself looks at, are often a song or a studio's name.
    """
    if not whisper.model.is_multilingual:
        return Detected("en", {"en": 1.0}, {})
    total: dict[str, float] = {}
    looked = _spread(chunks)
    weights = sum(chunk.speech for chunk in looked)
    states: dict[Chunk, Any] = {}
    for chunk in looked:
        encoded = encode(whisper, samples, sample_rate, [chunk])
        (states[chunk],) = encoder_states.rows(encoded)
        for token, probability in whisper.model.detect_language(encoded)[0]:
            code = token[2:-2]
            total[code] = total.get(code, 0.0) + probability * chunk.speech / weights
    return Detected(max(total, key=lambda code: (total[code], code)), total, states)


def _spread(chunks: Sequence[Chunk]) -> list[Chunk]:
    """The chunk with most speech of each fifth of the film."""
    share = max(1, -(-len(chunks) // _WINDOWS))
    groups = [chunks[first : first + share] for first in range(0, len(chunks), share)]
    return [max(group, key=lambda chunk: chunk.speech) for group in groups]
