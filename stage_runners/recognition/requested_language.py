"""Checks the language that the user requested against those of a model."""

from __future__ import annotations

from collections.abc import Sequence

from ipc.errors import StageError

_MANY = 90
"""Whisper has so many languages, and no other engine."""


def checked(language: str, supported: Sequence[str], model: str) -> str:
    """The code of the requested language; `StageError("config")` if `model` does not support it."""
    code = language.strip().lower().replace("_", "-").split("-")[0]
    if code in supported:
        return code
    if list(supported) == ["en"]:
        raise StageError(
            "config",
            f"--language {language}: the model {model} supports English only",
            "omit --language, or choose a multilingual model with --model, such as base",
        )
    raise StageError(
        "config",
        f"--language {language}: the model {model} does not support this language",
        f"choose one of {', '.join(sorted(supported))}; or Whisper, which has 99 languages (--model base)"
        if len(supported) < _MANY
        else f"choose one of {', '.join(sorted(supported))}",
    )
