"""Rejects options that contradict the models, the stages that are off, or each other, while planning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ipc.declaration import Stage
from orchestrator.config.contradictions import HINT, is_idle
from orchestrator.config.options import OPTIONS, Option
from orchestrator.config.settings import Settings
from orchestrator.errors import USAGE, FatalError
from orchestrator.models import families
from orchestrator.outputs import names
from orchestrator.planning.explain_settings import OPEN
from orchestrator.planning.off_stages import Off
from orchestrator.planning.plan import Plan
from orchestrator.stages import translations
from orchestrator.util.redact import masked

COMMAND_LINE = "--"
"""How the source of a value begins that is on the command line."""


def check_settings(settings: Settings, stages: Mapping[str, Stage], off: Mapping[str, Off]) -> list[str]:
    """Check the options against the stages that are off, before the film is read.

    Raises `FatalError` (usage) if an option on the command line would have no effect. Returns a notice for
    each option of another place that has none, and for those of stages after the one of `--until`.
    """
    notices = []
    for option, cause in _without_effect(settings, stages, off):
        value = settings.chosen[option.key]
        message = masked(
            f"{value.stated(option.key)} has no effect, because {cause.root} is off ({cause.reason})"
        )
        here = value.source.startswith(COMMAND_LINE)
        if here and (not cause.later or option.cli.turns_on or option.type is bool):
            raise FatalError(message, HINT if cause.reason.startswith("-") else "omit it", USAGE)
        if here or (not cause.later and option.key not in OPEN):
            notices.append(message)
    for stage, request in settings.devices.items():
        if request.source.startswith(COMMAND_LINE) and stage in off and not off[stage].later:
            raise FatalError(
                f"{request.words} has no effect, because {stage} is off ({off[stage].reason})", HINT, USAGE
            )
    _same_language(settings)
    return notices


def _without_effect(
    settings: Settings, stages: Mapping[str, Stage], off: Mapping[str, Off]
) -> Iterator[tuple[Option, Off]]:
    """The options that were set for stages that are off only, each with the first reason."""
    for option in OPTIONS:
        value = settings.value(option.key) if option.key in settings.chosen else None
        switched = [stage.base for stage in stages.values() if _switch(stage) == option.name]
        if value is None or (option.type is bool and (not value or not switched) and is_idle(option, value)):
            continue
        bases = [option.cli.turns_on] if option.cli.turns_on else [stage for stage, _ in option.targets]
        if switched:
            bases = switched if value else []
        elif not option.cli.turns_on and is_idle(option, value):
            continue
        concerned = [name for name, stage in stages.items() if stage.base in bases]
        if concerned and all(name in off for name in concerned):
            yield option, off[off[concerned[-1]].root]
    if (chosen := settings.chosen.get("output_format")) is not None:
        asked = {word.strip() for word in str(chosen.value).split(",")}
        contents = {names.BY_NAME[name].content for name in asked & names.BY_NAME.keys()}
        option = next(option for option in OPTIONS if option.key == "output_format")
        for content, stage in (("turns", "diarization"), ("chapters", "chapters")):
            if content in contents and stage in off:
                yield option, off[off[stage].root]


def _switch(stage: Stage) -> str:
    return stage.switch.cli.name if stage.switch else ""


def _same_language(settings: Settings) -> None:
    """Raise `FatalError` if a target language on the command line is the language that is spoken."""
    spoken, target = settings.chosen.get("language"), settings.chosen.get("target_language")
    if spoken is None or target is None or not spoken.value or not target.source.startswith(COMMAND_LINE):
        return
    if spoken.value in translations.languages(str(target.value or "")):
        raise FatalError(
            f"{target.place}: {spoken.value} is the language spoken ({spoken.stated('language')})",
            "omit it from the target languages: the subtitles in the language spoken are always written",
            USAGE,
        )


def check(plan: Plan) -> None:
    """Raise `FatalError` (usage) if options of `plan` contradict each other.

    A model does not support the requested language, or the container does not support the subtitle format.
    """
    _tracks(plan)
    for step in plan.steps:
        if not step.choices or step.choice.model is None or not step.choice.params.get("language"):
            continue
        model, language = step.choice.model, step.choice.params["language"]
        supported = families.family(model.role, model.family).languages(model.id, model.path)
        if supported is not None and language.lower().replace("_", "-").partition("-")[0] not in supported:
            only = "English only" if supported == {"en"} else f"only {', '.join(sorted(supported))}"
            raise FatalError(
                f"--language {language}: the model {model.id} supports {only}",
                "use a multilingual model: for Whisper, one whose name does not end in .en"
                if supported == {"en"}
                else "use Whisper, which has 99 languages, such as --model base",
                USAGE,
            )


def _tracks(plan: Plan) -> None:
    mux = next((step for step in plan.steps if step.name == "mux" and step.choices), None)
    if mux and mux.choice.params["container"] == "mp4" and mux.choice.params["subtitle_format"] != "srt":
        raise FatalError(
            f"--subtitle-format {mux.choice.params['subtitle_format']}: MP4 cannot hold ASS subtitles",
            "use --container mkv; the .ass file beside the film is written either way",
            USAGE,
        )
