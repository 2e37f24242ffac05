"""The text of `--text` that the last run of a film used: a run without it replaces the text's subtitles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.run_state import film_records, run_folders
from orchestrator.util.command_line import typed


def of_film(film: Path, digest: str) -> Path | None:
    """The text of the newest run of the film at this path that made subtitles; None if it had none."""
    for run in run_folders.past():
        content = film_records.of_film(run, digest) or {}
        for one in content.get("films", ()):
            steps = {step["stage"]: step["status"] for step in one["stages"]}
            made = steps.get("subtitles") in {"done", "cached"}
            if one["digest"] == digest and one["path"] == str(film) and made:
                return _text(content) if steps.get("known_text") in {"done", "cached"} else None
    return None


def command(film: Path, digest: str, written: Path | None = None) -> str:
    """The command that runs the film again as the last run did: with its text, if it had one.

    `written` is the film as the user wrote it.
    """
    text, shown = of_film(film, digest), written or film
    if text is None:
        return f"orchestrator run {typed(shown)}"
    return f"orchestrator align {typed(shown)} --text {typed(text)}"


def notice(film: Path, digest: str) -> tuple[str, ...]:
    """A sentence for a run without a text, if the last one had one."""
    text = of_film(film, digest)
    if text is None:
        return ()
    again = f"orchestrator align {typed(film)} --text {typed(text)}"
    return (f"the last run used the text {text.name}, and this one does not; to use it: {again}",)


def _text(content: Mapping[str, Any]) -> Path | None:
    text = content.get("options", {}).get("text")
    return Path(content.get("cwd") or "", str(text)) if text else None
