"""Prompt and hotwords: their number of tokens, and Whisper's limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ipc.errors import StageError
from stage_runners.recognition.recognizer import Settings
from stage_runners.whisper.decode import Options
from stage_runners.whisper.model import WhisperModel


class WhisperPrompt:
    """See `stage_runners.recognition.recognizer.Prompt`."""

    def __init__(self, model: WhisperModel, options: Callable[[Settings], Options]) -> None:
        self._options = options
        self._room = model.max_length // 2 - 1
        """Half of the decoder's context."""

    def check(self, settings: Settings) -> None:
        """Raise `StageError("config")` if the texts are too long."""
        used = self._used(settings)
        if used > self._room:
            raise StageError(
                "config",
                f"--initial-prompt and --hotwords have {used} tokens together; "
                f"this model allows {self._room}",
                "keep only the most important names",
            )

    def fitting(self, names: Iterable[str], settings: Settings) -> int:
        """How many of the first names fit."""
        used, count = self._used(settings), 0
        tokenizer = self._options(settings).tokenizer
        for name in names:
            used += len(tokenizer.encode(f" {name},"))
            if used > self._room:
                break
            count += 1
        return count

    def _used(self, settings: Settings) -> int:
        options = self._options(settings)
        texts = [text for text in (options.hotwords, options.initial_prompt) if text]
        return sum(len(options.tokenizer.encode(" " + text.strip())) for text in texts)
