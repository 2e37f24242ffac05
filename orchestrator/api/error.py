"""The one exception of the Python interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.api.result import Result


class SubtitleError(Exception):
    """A film that was not subtitled as asked: where the command would end with an exit status other than 0.

    `category` is one of those in docs/python.md; `result` has what was made all the same, or is None.
    """

    def __init__(
        self, message: str, hint: str = "", category: str = "failed", result: Result | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.category = category
        self.result = result

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


def from_json(body: Mapping[str, Any], result: Result | None = None) -> SubtitleError:
    """The error that the process reports."""
    return SubtitleError(str(body["message"]), str(body["hint"]), str(body["category"]), result)
