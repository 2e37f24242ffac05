"""Options that cannot both be had, known as soon as the models are: said while planning, not by a stage after an hour."""

from __future__ import annotations

from orchestrator.errors import USAGE, FatalError
from orchestrator.models import families
from orchestrator.planning.plan import Plan


def check(plan: Plan, speakers: str = "") -> None:
    """`FatalError` (usage) where a model of `plan` does not support the requested language, or the names in
    `speakers` are not written as LABEL=NAME, or are for voices that nobody asks for, or the container has no such tracks.
    """
    _named(plan, speakers)
    _tracks(plan)
    for step in plan.steps:
        if not step.choices or step.choice.model is None or not step.choice.params.get("language"):
            continue
        model, language = step.choice.model, step.choice.params["language"]
        supported = families.family(model.role, model.family).languages(model.id, model.path)
        if supported is not None and language not in supported:
            only = "English only" if supported == {"en"} else f"only {', '.join(sorted(supported))}"
            raise FatalError(
                f"--language {language}: the model {model.id} supports {only}",
                "use a multilingual model: for Whisper, one whose name does not end in .en",
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


def _named(plan: Plan, speakers: str) -> None:
    """The labels themselves are known when diarization has run: `naming` says which there are."""
    seen: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in speakers.split(","))):
        label, _, name = (word.strip() for word in part.partition("="))
        if not label or not name:
            raise FatalError(f"--speakers {part}: expected LABEL=NAME", "write it as SPEAKER_00=Aditi", USAGE)
        if seen.setdefault(label, name) != name:
            raise FatalError(
                f"--speakers: {label} has two names, {seen[label]} and {name}", "give one", USAGE
            )
    diarization, reader = plan.step("diarization"), plan.step("attribution")
    if (
        speakers and diarization.verdict == "off" and reader.verdict != "off"
    ):  # both are where the run ends before
        raise FatalError(
            f"--speakers {speakers}: speaker detection is off ({diarization.reason}), so there is nobody to name",
            "omit one of the two options",
            USAGE,
        )
