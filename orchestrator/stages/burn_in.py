"""The stage that draws subtitles into the picture: it runs only where a language is asked for, and reads that language's subtitles."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from ipc.declaration import Input, Stage
from ipc.whisper_languages import LANGUAGES
from orchestrator.errors import USAGE, FatalError

STAGE = "burn"
SPOKEN = "spoken"
"""What is said in the film, whatever language that is."""


def added(
    stages: Mapping[str, Stage], language: str | None, translated: Sequence[str], spoken: str | None
) -> Mapping[str, Stage]:
    """`stages` with `burn` on, where `language` is one. `translated` are the languages that are made, `spoken` the one that was said to
    be spoken, where somebody said so. `FatalError` (usage) where nobody makes subtitles in `language`.
    """
    if not language:
        return stages
    if language not in {SPOKEN, *translated, *LANGUAGES}:
        raise FatalError(
            f"--burn-in {language}: unknown language",
            "use --burn-in spoken for the source language, or a code such as --burn-in en",
            USAGE,
        )
    if language != SPOKEN and language not in translated and spoken not in {None, language}:
        raise FatalError(
            f"--burn-in {language}: the source language is {spoken}, and the run does not translate into {language}",
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
