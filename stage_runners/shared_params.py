"""Parameters that several stages share, and the option that sets them in all of these stages."""

from __future__ import annotations

import re

from ipc.declaration import Cli, Param, Problem
from ipc.errors import StageError
from ipc.reach import HARMLESS, Reach
from ipc.time_range import clip_of
from ipc.whisper_languages import LANGUAGES
from stage_runners.text.han import CHINESE, requested
from stage_runners.text.language_guess import problem_hint

_SCRIPTS = "use zh-Hans (simplified), zh-Hant, zh-TW or zh-HK (traditional)"


def _clip_problem(text: str) -> Problem | None:
    try:
        clip_of(text)
    except StageError as error:
        return Problem(error.message.partition(": ")[2], error.hint)
    return None


def _language_problem(code: str) -> Problem | None:
    plain, _, variant = code.lower().replace("_", "-").partition("-")
    if variant and plain in CHINESE:
        return None if requested(code) else Problem(f"no script of Chinese is {variant!r}", _SCRIPTS)
    if code in LANGUAGES:
        return None
    if not re.fullmatch(r"[a-z]{2,3}", code):
        return Problem("not a language code", problem_hint(code, "use two or three letters, such as en"))
    every = f"choose from: {', '.join(sorted(LANGUAGES))}"
    return Problem(f"Whisper does not support the language {code!r}", problem_hint(code, every))


CLIP = Param(
    name="clip",
    help="process only this part of the film, such as 10:00-12:00",
    cli=Cli(
        group="film",
        metavar="START-END",
        example="10:00-12:00",
        unset="the whole film",
        check=_clip_problem,
        reach=HARMLESS,
    ),
)
LANGUAGE_OPTION = Cli(
    help="spoken language, such as en; an audio track in it is preferred; zh-Hans or zh-Hant also sets the "
    "script of Chinese",
    metavar="CODE",
    example="en",
    unset="detected",
    words={"auto": None},
    check=_language_problem,
    reach=HARMLESS,
)
TRUST = Param(
    name="trust_model_code",
    default=False,
    affects="speed",  # it decides whether a model is loaded, not what comes of it
    load=True,
    help="run the code in a model's own files, which can do anything that you can (pyannote pipelines and "
    "folders of IndicTrans2)",
    cli=Cli(
        group="machine",
        example=False,
        reach=Reach(can="run the code in a model's folder", harmless=lambda value: not value),
    ),
)
CONTAINER = Param(
    name="container",
    default="mkv",
    help="container format of the films to write",
    cli=Cli(group="subtitles", choices=("mkv", "mp4"), example="mkv", reach=HARMLESS),
)
