"""The languages of Qwen3-ASR and of its aligner, by the names that the networks were trained with."""

from __future__ import annotations

NAMES: dict[str, str] = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "mk": "Macedonian", "ms": "Malay",
    "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish",
    "th": "Thai", "tl": "Filipino", "tr": "Turkish", "vi": "Vietnamese", "yue": "Cantonese", "zh": "Chinese",
}  # fmt: skip
"""Thirty languages; Chinese includes 22 dialects. `tl` is the other engines' code for Filipino."""
CODES: dict[str, str] = {name: code for code, name in NAMES.items()}
ALIGNED: frozenset[str] = frozenset({"de", "en", "es", "fr", "it", "ja", "ko", "pt", "ru", "yue", "zh"})
"""The languages of Qwen3-ForcedAligner."""
