"""Options that cannot both be had, known as soon as the models are: said while planning, not by a stage after an hour."""

from __future__ import annotations

from orchestrator import whisper_models
from orchestrator.errors import USAGE, FatalError
from orchestrator.plan import Plan


def check(plan: Plan) -> None:
    """`FatalError` (usage) where the Whisper model of `plan` knows English only and another language was asked for."""
    for step in plan.steps:
        if step.stage.model_role != "whisper" or not step.choices or step.choice.model is None:
            continue
        model, language = step.choice.model, step.choice.params.get("language")
        if language not in (None, "en") and whisper_models.english_only(model.id, model.path):
            raise FatalError(
                f"--language {language}: the model {model.id} knows English only",
                "choose one whose name does not end in .en",
                USAGE,
            )
