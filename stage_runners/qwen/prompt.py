"""The context of Qwen3-ASR: the user's prompt, and hotwords; and how much of it the network may get."""

from __future__ import annotations

from collections.abc import Iterable

from ipc.errors import StageError
from stage_runners.qwen.network import Network
from stage_runners.qwen.thresholds import DECODING
from stage_runners.recognition.recognizer import Settings


def context_of(settings: Settings) -> str:
    """The system's message: names as a list, after the text of the user."""
    return "\n".join(text.strip() for text in (settings.initial_prompt, settings.hotwords) if text)


class QwenPrompt:
    """See `stage_runners.recognition.recognizer.Prompt`."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def check(self, settings: Settings) -> None:
        """Raise `StageError("config")` if the texts are too long."""
        used = self._used(settings)
        if used > DECODING.prompt_tokens:
            raise StageError(
                "config",
                f"--initial-prompt and --hotwords have {used} tokens together; "
                f"this engine allows {DECODING.prompt_tokens}",
                "keep only the most important names",
            )

    def fitting(self, names: Iterable[str], settings: Settings) -> int:
        """How many of the first names fit."""
        used, count = self._used(settings), 0
        for name in names:
            used += len(self._network.tokens(f", {name}"))
            if used > DECODING.prompt_tokens:
                break
            count += 1
        return count

    def _used(self, settings: Settings) -> int:
        return len(self._network.tokens(context_of(settings)))
