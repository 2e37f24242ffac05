"""Rejects options that contradict each other or the models, while planning."""

from __future__ import annotations

from orchestrator.errors import USAGE, FatalError
from orchestrator.models import families
from orchestrator.planning.plan import Plan


def check(plan: Plan, speakers: str = "") -> None:
    """Raise `FatalError` (usage) if options of `plan` contradict each other.

    A model does not support the requested language, `speakers` is not written as LABEL=NAME or speaker
    detection is off, or the container does not support the subtitle format.
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
    """Check `--speakers`; `naming` checks the labels, which exist only after diarization."""
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
    # Both are off if the run ends before them.
    if speakers and diarization.verdict == "off" and reader.verdict != "off":
        raise FatalError(
            f"--speakers {speakers}: has no effect, because speaker detection is off ({diarization.reason})",
            "omit one of the two options",
            USAGE,
        )
