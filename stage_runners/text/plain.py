"""Text without case, spaces and punctuation, for comparisons."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Letters and digits only, without case, for comparing texts."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())
