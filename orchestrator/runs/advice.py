"""One line after a run: what would be better on this machine, and the command. Once for each advice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ipc.whisper_languages import LANGUAGES
from orchestrator.config.settings import Settings
from orchestrator.errors import OK, FatalError
from orchestrator.machine import profile
from orchestrator.machine.profile import Machine
from orchestrator.setup import suits
from orchestrator.setup.item import Item
from orchestrator.util import memo
from orchestrator.util.notices import notice

_ASR = "asr"


def after(content: Mapping[str, Any], settings: Iterable[Settings], *, silent: bool) -> None:
    """Tell what would be better than what the run of `content` (a `run.json`) used; nothing twice.

    A `silent` run (`--quiet`, `--json`) tells nothing, so another one may.
    """
    if silent or content["exit_status"] != OK:
        return
    if any(one.run.offline or _by_choice(one) for one in settings):
        return
    codes = sorted({code for film in content["films"] if (code := _language(film))})
    if codes and (sentence := _new(profile.here(), codes, content)):
        notice(sentence)


def _language(film: Mapping[str, Any]) -> str:
    """The language of a film that was transcribed; empty for one without speech."""
    code = str(film.get("language") or "").lower().replace("_", "-").partition("-")[0]
    ran = any(stage["stage"] == _ASR and stage["status"] == "done" for stage in film["stages"])
    return code if ran and code in LANGUAGES else ""


def _by_choice(settings: Settings) -> bool:
    """Whether the user named a model for recognition."""
    return settings.value("model") not in {None, "auto"}


def _new(machine: Machine, codes: list[str], content: Mapping[str, Any]) -> str:
    """The sentence; empty if there is nothing better, or it was told before on this machine."""
    items = _better(machine, codes, content)
    file = memo.folder("advice") / f"{machine.id}.json"
    told = memo.read(file, list[str]) or []
    if all(item.model in told for item in items):
        return ""
    memo.keep(file, sorted({*told, *(item.model for item in items)}))
    what = "; ".join(f"{item.model}{f' ({item.why})' if item.why else ''}" for item in items)
    command = f"orchestrator setup --language {','.join(codes)}"
    return f"fewer errors are possible on this machine, by {what}; to download it: {command}"


def _better(machine: Machine, codes: list[str], content: Mapping[str, Any]) -> list[Item]:
    """The recognition models that suit these languages, and that no film was transcribed with."""
    used = {
        str(stage.get("model") or "")
        for film in content["films"]
        for stage in film["stages"]
        if stage["stage"] == _ASR
    }
    try:
        found = suits.recognition(machine, codes)
    except FatalError:  # an environment is missing: the run told what it needs
        return []
    return [item for item in found if item.model not in used and not item.on_disk]
