"""The options that control a run as a whole, rather than one stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipc.declaration import Cli, Problem
from ipc.reach import HARMLESS, MODEL, Reach
from ipc.suggest import hint
from orchestrator.outputs.names import DEFAULT_FORMATS, FORMATS
from orchestrator.storage import limit
from orchestrator.util import quantities
from stage_runners.translation.declared import CONTEXTS, FILM, LINES, NONE

AUDIENCES = ("adult", "children")


_FORMAT_MEANINGS = {
    "webvtt": "vtt",
    "ssa": "ass",
    "text": "txt",
    "html": "report",
    "imsc": "ttml",
    "xml": "ttml",
}


def formats(text: str) -> tuple[str, ...]:
    """The formats in `srt,vtt`; `ValueError` with the first one that does not exist."""
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    if words == ("all",):
        return FORMATS
    if unknown := [word for word in words if word not in FORMATS]:
        raise ValueError(unknown[0])
    if not words:
        raise ValueError(text)
    return words


def _ships(profile: str) -> bool:
    from orchestrator.config import house_styles

    return profile in house_styles.names()


def _formats_problem(text: str) -> Problem | None:
    try:
        formats(text)
    except ValueError as error:
        word = error.args[0]
        return Problem(f"there is no format {word!r}", hint(word, ("all", *FORMATS), _FORMAT_MEANINGS))
    return None


def _size_problem(text: str) -> Problem | None:
    if text == limit.NO_LIMIT:
        return None
    try:
        quantities.size(text)
    except quantities.BadQuantityError as error:
        return Problem(error.why, f"{error.hint}; or {limit.NO_LIMIT} for no limit")
    return None


def option(default: Any, *, help: str, **facts: Any) -> Any:  # noqa: A002 - as in Param and argparse
    """A field of `RunOptions`; `facts` are those of its `Cli`."""
    return field(default=default, metadata={"help": help, "cli": Cli(**facts)})


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """The options of a run that no stage declares, with their defaults."""

    series: str | None = option(
        None, help="series to look up saved voices in", group="names", metavar="NAME", example="The Wire",
        unset="from the film's file name or its .nfo",
        reach=Reach(can="save voices in a series of its choice, for your other films"),
        needs=("known_voices",),
    )  # fmt: skip
    known_voices: bool = option(
        True,
        help="recognise saved voices, and save new ones",
        group="names",
        example=True,
        reach=Reach(can="save voices for your other films", harmless=lambda value: not value),
    )
    target_language: str | None = option(
        None, help="also write subtitles in these languages, such as en,de", group="translation",
        metavar="CODE,...", example="en", unset="none", turns_on="translation", several=True,
        reach=Reach(can="send the film's text to your translation server", only_with="translation_endpoint"),
    )  # fmt: skip
    translation_model: str | None = option(
        None,
        help="translation model (NLLB-200, OPUS-MT, IndicTrans2 or Whisper): a name, a Hub id or a folder; "
        "with --translation-endpoint, the model's name on the server",
        group="translation", metavar="MODEL", example="nllb-200-distilled-600M",
        unset="Whisper, to English only", reach=MODEL, needs=("target_language|proofread",),
    )  # fmt: skip
    translation_endpoint: str | None = option(
        None, help="translate on an OpenAI-compatible server, such as Ollama; the film's text is sent to it",
        group="translation", metavar="URL", example="http://localhost:11434/v1", unset="none",
        reach=Reach(can="send the film's text to a server of its choice"),
        needs=("target_language|proofread",),
    )  # fmt: skip
    translation_context: str = option(
        LINES,
        help="what the server's model sees besides the lines it translates: nothing, the lines before, those "
        "of the same scene, or also a summary and terms of the film, which it writes first",
        group="translation", choices=CONTEXTS, example=FILM, needs=("translation_endpoint",),
        reach=Reach(
            can="send more of the film's text to your translation server",
            harmless=lambda value: value in {NONE, LINES}, only_with="translation_endpoint",
        ),
    )  # fmt: skip
    glossary: Path | None = option(
        None, help="your terms for the translation server's model, as CSV: source term, target term, note",
        group="translation", metavar="FILE", example="glossary.csv", unset="none",
        needs=("translation_endpoint",),
        reach=Reach(can="read a file outside the film's folder", inside=True),
    )  # fmt: skip
    proofread: bool = option(
        False,
        help="let the translation server's model propose corrections of the transcript, to apply in review",
        group="translation", example=True, needs=("translation_endpoint",),
        reach=Reach(
            can="send the film's text to your translation server", harmless=lambda value: not value,
            only_with="translation_endpoint",
        ),
    )  # fmt: skip
    translation_review: bool = option(
        False,
        help="let the translation server's model judge each translated cue, and propose changes to apply in "
        "review",
        group="translation", example=True, needs=("target_language", "translation_endpoint"),
        reach=Reach(
            can="send the film's text to your translation server", harmless=lambda value: not value,
            only_with="translation_endpoint",
        ),
    )  # fmt: skip
    profile: str | None = option(
        None, group="subtitles", metavar="NAME|FILE", example="netflix", unset="default",
        help="subtitle style guide: default, netflix, netflix-sdh, bbc, youtube, or a file (see "
        "orchestrator profiles)",
        reach=Reach(can="read any file as a profile", harmless=_ships),
    )  # fmt: skip
    audience: str | None = option(
        None, help="whose reading speed to use: children's is lower", group="subtitles",
        choices=AUDIENCES, example="adult", unset="adult", reach=HARMLESS, unless=("max_cps",),
    )  # fmt: skip
    threads: int = option(
        0, help="maximum threads per stage", group="machine", metavar="N", least=0, most=1024,
        example=4,
        unset="0: share the cores between the stages", reach=HARMLESS,
    )  # fmt: skip
    cache_limit: str | None = option(
        None,
        help="size that the cache may have; what saves the least work for its size and age is removed",
        group="machine", metavar="SIZE", example="50 GB", unset="a tenth of the disk, at least 10 GB",
        check=_size_problem, run_only=True, reach=Reach(can="remove results of your other films"),
    )  # fmt: skip
    recycle: int | None = option(
        None, help="restart a worker process after N jobs; 0: never", group="machine", metavar="N", least=0,
        most=1_000_000, example=1, unset="1 with MLX, otherwise 0", run_only=True, reach=HARMLESS,
    )  # fmt: skip
    offline: bool = option(
        False, help="download no model, and ask TMDB nothing", group="machine", example=False,
        reach=Reach(can="go online even if you work offline", harmless=bool),
    )  # fmt: skip
    allow_smaller_model: bool = option(
        False, help="use a smaller Whisper model if the chosen one does not fit into memory", group="machine",
        example=False, reach=Reach(can="download another model", harmless=lambda value: not value),
    )  # fmt: skip
    prestart: bool = option(
        True,
        help="start worker processes before they are needed",
        group="machine",
        example=True,
        run_only=True,
        reach=HARMLESS,
    )
    output_dir: Path | None = option(
        None, help="folder to write to", group="output", metavar="DIR", short="-o", example="subtitles",
        unset="beside the film", reach=Reach(can="write files outside the film's folder", inside=True),
    )  # fmt: skip
    output_format: str | None = option(
        None, help=f"files to write: all, or any of {', '.join(FORMATS)}", group="output",
        metavar="FORMAT,...", example=",".join(DEFAULT_FORMATS), unset=",".join(DEFAULT_FORMATS),
        check=_formats_problem, run_only=True, several=True, reach=HARMLESS,
    )  # fmt: skip
    strict: bool = option(
        False,
        help="exit with status 6 if a result is degraded",
        group="output",
        example=False,
        run_only=True,
        reach=HARMLESS,
    )
