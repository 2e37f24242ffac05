"""The languages of Parakeet TDT 0.6B, by NVIDIA's model cards: v3 has 25, v2 English."""

from __future__ import annotations

EUROPEAN = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "mt", "nl",
    "pl", "pt", "ro", "ru", "sk", "sl", "sv", "uk",
)  # fmt: skip
ENGLISH = ("en",)
