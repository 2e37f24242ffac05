"""Published error rates of speech recognition models by language, and how fast the models are.

In percent of words, and of characters in Japanese, Korean, Chinese and Thai. All are of the test set Fleurs,
but for English: there they are the mean of the eight sets of the Open ASR Leaderboard, where all of these
models were scored by one program. Sources:

- large-v3: `language-breakdown.svg` in OpenAI's repository of Whisper (its README shows it); languages above
  50 % are not in it. English: the leaderboard. OpenAI's discussion 2363 says that large-v3-turbo is about as
  good as large-v2, so it has the same figures here. Smaller ones are worse in every language (the paper's
  appendix D.2.4) and have none.
- parakeet-tdt-0.6b-v3 and -v2: NVIDIA's model cards.
- qwen3-asr-1.7b and -0.6b: technical report, arXiv 2601.21337, table A.2(b). It has English on Fleurs alone,
  3.4 and 4.4 (large-v3 there 4.1), and Cantonese, for which OpenAI has no figure (there large-v3 has 9.2).
- Speed: onnx-asr's `docs/benchmarks.md`, English, in int8 on a Ryzen 7 9800X3D: 31 x real time for Parakeet,
  5.4 for large-v3-turbo (which has 4 of the 32 layers of large-v3's decoder), 62 for base.

Each source removes punctuation in its own way, so a difference below a tenth says nothing (`TIE`).
"""

from __future__ import annotations

from collections.abc import Mapping

TIE = 1.1
"""Models whose error rates differ by less than this factor are equally good: then the faster one is taken."""

_WHISPER_LARGE_V3 = {
    "en": 7.44, "es": 2.8, "it": 3.0, "ko": 3.1, "pt": 4.1, "pl": 4.6, "ca": 4.8, "ja": 4.9, "de": 4.9,
    "ru": 5.0, "nl": 5.2, "fr": 5.3, "id": 6.1, "uk": 6.4, "tr": 6.7, "ms": 7.3, "sv": 7.6, "zh": 7.7,
    "fi": 7.7, "no": 7.8, "ro": 8.2, "th": 8.4, "vi": 8.6, "sk": 9.2, "ar": 9.6, "cs": 10.1, "hr": 10.8,
    "el": 10.9, "sr": 11.6, "da": 12.0, "bg": 12.5, "hu": 12.9, "tl": 13.0, "bs": 13.0, "gl": 13.1,
    "mk": 14.7, "hi": 17.0, "et": 18.1, "sl": 18.3, "ta": 18.3, "lv": 19.4, "az": 19.7, "ur": 20.6,
    "lt": 23.7, "he": 26.1, "cy": 28.6, "fa": 29.4, "is": 30.4, "kk": 32.4, "af": 32.4, "kn": 33.0,
    "mr": 34.1, "sw": 34.1, "te": 39.3, "mi": 39.8, "ne": 40.2, "hy": 42.2, "be": 42.5, "gu": 47.4,
    "pa": 48.5, "bn": 50.0,
}  # fmt: skip
_PARAKEET_V3 = {
    "en": 6.34, "bg": 12.64, "cs": 11.01, "da": 18.41, "de": 5.04, "el": 20.70, "es": 3.45, "et": 17.73,
    "fi": 13.21, "fr": 5.15, "hr": 12.46, "hu": 15.72, "it": 3.00, "lt": 20.35, "lv": 22.84, "mt": 20.46,
    "nl": 7.48, "pl": 7.31, "pt": 4.76, "ro": 12.44, "ru": 5.51, "sk": 8.82, "sl": 24.03, "sv": 15.08,
    "uk": 6.79,
}  # fmt: skip
_QWEN_LARGE = {
    "zh": 2.41, "it": 2.41, "ko": 2.57, "es": 3.36, "de": 3.92, "pt": 3.92, "yue": 3.98, "fr": 4.75,
    "id": 5.16, "ja": 5.20, "vi": 5.55, "ru": 5.99, "th": 6.32, "nl": 7.04, "tr": 9.47, "ms": 10.39,
    "pl": 12.54, "ar": 16.98, "hi": 17.15, "mk": 19.05, "sv": 19.36, "ro": 20.70, "da": 21.00, "cs": 22.42,
    "tl": 24.29, "fi": 25.23, "el": 28.08, "fa": 29.90, "hu": 34.22,
}  # fmt: skip
_QWEN_SMALL = {
    "zh": 2.88, "ko": 3.72, "es": 4.94, "it": 4.99, "yue": 5.79, "pt": 6.21, "de": 6.48, "fr": 7.72,
    "id": 7.92, "ja": 8.33, "th": 8.34, "vi": 8.52, "ru": 9.91, "nl": 14.02, "tr": 16.18, "ms": 17.66,
    "hi": 19.12, "pl": 24.71, "ar": 25.51, "sv": 35.87, "tl": 36.10, "da": 36.36, "mk": 37.26, "ro": 44.26,
    "fi": 46.59, "cs": 47.67, "el": 49.67, "fa": 53.76, "hu": 59.47,
}  # fmt: skip

ERRORS: Mapping[str, Mapping[str, float]] = {
    "large-v3": _WHISPER_LARGE_V3,
    "large-v3-turbo": _WHISPER_LARGE_V3,
    "parakeet-tdt-0.6b-v3": _PARAKEET_V3,
    "qwen3-asr-1.7b": _QWEN_LARGE,
    "qwen3-asr-0.6b": _QWEN_SMALL,
}
"""Error rates in percent by model and language."""
SPEEDS: Mapping[str, float] = {"parakeet-tdt-0.6b-v3": 31, "large-v3-turbo": 5.4}
"""Times real time, to compare models of equal error rates; one without a figure counts as slower."""
CHARACTERS = frozenset({"ja", "ko", "th", "yue", "zh"})
"""Languages whose figures count characters."""


def error(model: str, language: str) -> float | None:
    """The published error rate of `model` in `language`, in percent; None if none is known."""
    return ERRORS.get(model, {}).get(language)


def sentence(model: str, language: str) -> str:
    """The figure as a part of a sentence; empty if none is known."""
    rate = error(model, language)
    if rate is None:
        return ""
    of, on = "characters" if language in CHARACTERS else "words", "Fleurs"
    if language == "en":
        on = "the Open ASR Leaderboard"
    return f"{rate:.1f} % of {of} wrong on {on}"
