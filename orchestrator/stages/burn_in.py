"""Adds the stage that burns subtitles into the picture, if --burn-in names their language."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from ipc.declaration import Input, Stage
from ipc.whisper_languages import LANGUAGES
from orchestrator.errors import USAGE, FatalError
from stage_runners.text.language_guess import problem_hint

STAGE = "burn"
SPOKEN = "spoken"
"""The source language, whichever it is."""


def added(
    stages: Mapping[str, Stage], language: str | None, translated: Sequence[str], spoken: str | None
) -> Mapping[str, Stage]:
    """`stages` with `burn` turned on if `language` is given.

    `translated` are the target languages, `spoken` the source language if the user set it. Raises
    `FatalError` (usage) if the run makes no subtitles in `language`.
    """
    if not language:
        return stages
    if language not in {SPOKEN, *translated, *LANGUAGES}:
        raise FatalError(
            f"--burn-in {language}: unknown language",
            problem_hint(
                language, "use --burn-in spoken for the source language, or a code such as --burn-in en"
            ),
            USAGE,
        )
    plain = spoken and spoken.lower().replace("_", "-").partition("-")[0]  # zh-Hant is zh in one script
    if language != SPOKEN and language not in translated and plain not in {None, language}:
        raise FatalError(
            f"--burn-in {language}: the source language is {spoken}, and no translation is requested",
            f"add --target-language {language}",
            USAGE,
        )
    burn = stages[STAGE]
    more = tuple(
        Input(name=f"{kind}-{language}", source=f"subtitles-{language}.{kind}")
        for kind in ("cues", "ass")
        if language in translated
    )
    return {**stages, STAGE: dataclasses.replace(burn, off="", inputs=(*burn.inputs, *more))}
