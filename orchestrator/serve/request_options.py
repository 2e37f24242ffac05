"""The options in a request, which may set what the job file of a stranger may set without consent.

Whoever has the token may have films subtitled; they may not load models from any folder, send texts to other
servers, or write elsewhere (`ipc.reach`). What cannot work is refused here, before a film is queued with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc.whisper_languages import LANGUAGES
from orchestrator.config import files, merge
from orchestrator.config.options import BY_KEY, DEVICE, DEVICE_REACH
from orchestrator.config.values import Layer
from orchestrator.errors import USAGE, FatalError
from orchestrator.film_files import language_words
from orchestrator.planning import request
from orchestrator.serve import rows

_ALSO = {"target_language", "known_voices", "series"}
"""Options with a reach that clients of the user's own service may have: they use what the user set up."""
_LANGUAGES = {"language": "spoken language", "target_language": "target language"}
_PLACE = Path("options")


def checked(given: Mapping[str, Any], own: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The options of a request, by key; `FatalError` (usage) names one that is wrong or not allowed.

    `own` are the service's own options: to ask for the same value is allowed, and what is asked for must work
    together with them. Languages may have their names: `german` becomes `de`.
    """
    layer = files.layer(_with_codes(given), _PLACE, Path("/"))
    found: dict[str, Any] = {}
    for key, value in layer.values.items():
        reach, content = BY_KEY[key].cli.reach, value.value
        mine = (own or {}).get(key)
        harmless = not reach.can or content is None or reach.harmless(content) or key in _ALSO
        if not harmless and str(content) != str(mine):
            raise FatalError(
                f"{key}: not for requests, because it can {reach.can}",
                f"start the service with --{BY_KEY[key].name}",
                USAGE,
            )
        found[key] = str(content) if isinstance(content, Path) else "" if content is None else content
    for stage, devices in layer.devices.items():
        if not all(map(DEVICE_REACH.harmless, devices.devices)):
            why = f"{DEVICE}: not for requests, because it can {DEVICE_REACH.can}"
            raise FatalError(why, "start the service with --device", USAGE)
        found.setdefault(DEVICE, {})[stage or "all"] = ",".join(devices.devices)
    try:
        check_together(files.layer({**(own or {}), **found}, _PLACE, Path("/")))
    except FatalError as error:  # in the words of a request: whoever sends it has no command line
        option, _, why = error.message.removeprefix("--").partition(": ")
        message = f"translation into {option.removeprefix('target-language ')}: {why}"
        hint = error.hint.replace("use --", "start the service with --")
        is_target = option.startswith("target-language ")
        raise FatalError(message if is_target else error.message, hint, error.status) from error
    return found


def check_together(options: Layer) -> None:
    """Raise `FatalError` if options of every film cannot work, whatever the film: a language that no
    translator has, an option that has no effect, a translator whose environment is missing.
    """
    settings = merge.settings(options)
    stages, _ = request.stages_for(settings)
    request.require_translators(stages)


def digest(options: Mapping[str, Any]) -> str:
    """A word for the options that hold for a film without a job file: another one when one of them changes.

    `FatalError` if a configuration file cannot be read.
    """
    settings = merge.settings(files.layer(options, _PLACE, Path("/")))
    chosen = {key: str(one.value) for key, one in settings.chosen.items() if one.value is not None}
    devices = {stage: one.text for stage, one in settings.devices.items()}
    return hashlib.sha256(rows.of_json([chosen, devices]).encode()).hexdigest()[:16]


def with_code(words: str) -> str:
    """The codes of the languages in `german, pt-BR`: `de,pt-BR`. Words that name none stay as they are."""
    return ",".join(_code(word.strip()) for word in words.split(","))


def _code(word: str) -> str:
    if word.lower().replace("_", "-").partition("-")[0] in LANGUAGES:
        return word
    tag = language_words.tag_of(word)
    return tag.shown() if tag is not None else word


def _with_codes(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same with codes of languages; `FatalError` (usage) for a word that is none."""
    found = {key.replace("-", "_"): value for key, value in given.items()}
    for key, name in _LANGUAGES.items():
        content = found.get(key)
        if key == "target_language" and isinstance(content, list):
            content = ",".join(map(str, content))
        if not isinstance(content, str):
            continue
        found[key] = with_code(content)
        for word in found[key].split(","):
            plain = word.lower().replace("_", "-").partition("-")[0]
            if plain and plain not in LANGUAGES and (key == "target_language" or plain != "auto"):
                hint = language_words.hint(word, "use its code, such as en, or its English name")
                known = language_words.tag_of(word) is not None
                why = "is known to no model" if known else "is not a language"
                raise FatalError(f"{name}: {word} {why}", hint, USAGE)
    return found
