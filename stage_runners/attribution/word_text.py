"""Words as running text."""

from __future__ import annotations

from collections.abc import Sequence

from ipc.rows import WordRow


def text_of(words: Sequence[WordRow]) -> str:
    """The words as running text."""
    return "".join((" " if word["space"] else "") + word["text"] for word in words).strip()
