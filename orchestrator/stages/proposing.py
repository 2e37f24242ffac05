"""Adds the stages in which a model proposes changes: of the transcript (--proofread), and of each translation
(--translation-review).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ipc.declaration import Input, Stage
from orchestrator.paths import home
from orchestrator.stages import translators
from orchestrator.stages.translators import Wanted
from stage_runners.proofreading.stage import LIMITS, PROOFREADING, TRANSLATION_REVIEW
from stage_runners.translation.declared import FILM

STAGES = (PROOFREADING, TRANSLATION_REVIEW)
"""The stages that propose, as they are declared."""


def added(stages: Mapping[str, Stage], wanted: Wanted) -> Mapping[str, Stage]:
    """`stages` with those that propose, as far as they are wanted; `FatalError` if the server is not named
    right.
    """
    found = dict(stages)
    if not (wanted.proofread or wanted.review) or not wanted.endpoint:
        return stages
    translators.check_server(wanted)
    if wanted.proofread:
        found[PROOFREADING.name] = _without_keys(PROOFREADING, wanted)
    if wanted.review:
        for language in wanted.languages:
            stage = _without_keys(TRANSLATION_REVIEW, wanted)
            inputs = [
                dataclasses.replace(one, source=f"subtitles-{language}.base_cues")
                if one.name == "cues"
                else one
                for one in stage.inputs
            ]
            if wanted.context == FILM:
                inputs.append(Input(name="terms", source=f"briefing-{language}.terms"))
            name = f"{stage.name}-{language}"
            found[name] = dataclasses.replace(stage, name=name, inputs=tuple(inputs))
    return found


def params(wanted: Wanted, of_subtitles: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The parameters of these stages; cues have the limits of the stage `subtitles`."""
    server = {
        "endpoint": wanted.endpoint,
        "translation_model": wanted.model,
        "cache": str(home() / "translation"),
    }
    limits = {one.name: of_subtitles[one.name] for one in LIMITS if one.name in of_subtitles}
    found: dict[str, dict[str, Any]] = {PROOFREADING.name: server}
    for language in wanted.languages:
        more = {"target": language, "tag": wanted.tags.get(language, ""), "glossary": wanted.glossary}
        own = {name: value for name, value in more.items() if value}
        found[f"{TRANSLATION_REVIEW.name}-{language}"] = {**limits, **server, **own}
    return found


def _without_keys(stage: Stage, wanted: Wanted) -> Stage:
    """The stage; without secrets if only a job file names the server."""
    return dataclasses.replace(stage, secrets=()) if wanted.withheld else stage
