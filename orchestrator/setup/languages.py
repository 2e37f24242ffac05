"""The languages of the user's films: as asked, remembered, configured, or those of the locale."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ipc.whisper_languages import LANGUAGES
from orchestrator.config import merge
from orchestrator.config.options import BY_KEY
from orchestrator.config.values import Layer
from orchestrator.errors import USAGE, FatalError
from orchestrator.util import memo

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def read(text: str) -> tuple[str, ...]:
    """The codes in `de, en`; `ValueError` with a sentence for one that no model knows."""
    codes = dict.fromkeys(filter(None, (part.strip().lower() for part in text.split(","))))
    found = dict.fromkeys(_code(code) for code in codes)
    if not found:
        raise ValueError("no language; write codes such as de,en")
    return tuple(found)


def _code(text: str) -> str:
    check = BY_KEY["language"].cli.check
    problem = check(text) if check else None
    if problem is not None:
        raise ValueError(f"{text}: {problem.why}; {problem.hint}")
    return text.replace("_", "-").partition("-")[0]


def given(text: str | None, words: str) -> tuple[str, ...] | None:
    """The codes in an option's text; None without a text. `FatalError` (usage) that quotes `words`."""
    if text is None:
        return None
    try:
        return read(text)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        raise FatalError(f"{words}: {message}", hint, USAGE) from error


def default(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The languages to propose: of the last setup, of the configuration, of the locale, else English."""
    if known := remembered():
        return known[0]
    configured = merge.settings(Layer()).value("language")
    if configured:
        return read(str(configured))
    locale = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    code = locale.partition("_")[0].partition(".")[0].lower()
    return (code,) if code in LANGUAGES else ("en",)


def remembered() -> tuple[tuple[str, ...], str] | None:
    """The languages and the target language of the last setup; None before the first."""
    found = memo.read(memo.folder("setup") / "answers.json", dict[str, Any])
    try:
        return (read(",".join(found["languages"])), str(found["target"])) if found else None
    except (KeyError, TypeError, ValueError):
        return None


def remember(languages: tuple[str, ...], target: str) -> None:
    """Keep the answers for the next setup."""
    memo.keep(memo.folder("setup") / "answers.json", {"languages": list(languages), "target": target})
