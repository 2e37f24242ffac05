"""The machine of the service and its settings, with the place that set each, for the page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestrator.config import merge
from orchestrator.config.values import Layer
from orchestrator.config.words import words_of
from orchestrator.machine import hardware, limits
from orchestrator.paths import home
from orchestrator.runs import feeder
from orchestrator.serve.asked import Asked
from orchestrator.serve.settings import Settings
from orchestrator.storage import limit
from orchestrator.storage.store import Store
from orchestrator.util import quantities
from orchestrator.util import text as fmt
from orchestrator.util.quantities import BadQuantityError
from orchestrator.util.redact import masked

_NAMES = {
    "folders": "--folder", "watch": "--watch", "maps": "--map", "between": "--between",
    "at_once": "--at-once", "niceness": "--nice", "max_upload": "--max-upload", "host": "--host",
    "port": "--port", "names": "--public-name", "only_language": "--only-language",
    "min_length": "--min-length", "settled_s": "--settled", "import_edits": "--import-edits",
    "pause_while_playing": "--pause-while-playing",
    "jellyfin": "--jellyfin", "emby": "--emby", "plex": "--plex", "on_done": "--on-done",
    "messages": "--message",
}  # fmt: skip
"""Settings of the service that the page shows, by the options that set them."""
_HERE = "command line"
_DEFAULT = "built-in default"


class Overview:
    """The machine and the settings of a service with `settings`."""

    def __init__(self, settings: Settings) -> None:
        python = settings.runner[0] if settings.runner else ""
        self._settings = settings
        self._devices = Asked(python, ["devices", "--json"])
        self._config = Asked(python, ["config", "--json", *words_of(settings.options)])

    def machine(self) -> dict[str, Any]:
        """Processor, memory, GPUs, the disks of the folders, and the cache. Probes no device."""
        store = Store(home() / "store")
        try:
            most = limit.of(merge.settings(Layer()).run.cache_limit, store.root)
        except BadQuantityError:
            most = None
        return {
            "cpu": hardware.cpu(), "cores": limits.machine().cores, "memory": hardware.memory_mb() << 20,
            "gpus": list(hardware.gpus()), "disks": list(self._disks()),
            "cache": {"size": store.size(), "limit": most, "folder": str(store.root)},
        }  # fmt: skip

    def devices(self) -> dict[str, Any]:
        """What each stage would use; `stages` is None if that cannot be told."""
        body = self._devices.body()
        return {"stages": body["stages"] if body else None}

    def settings(self) -> dict[str, Any]:
        """The service's settings, and the options of every film that differ from the default."""
        body = self._config.body()
        return {
            "service": list(self._own()),
            "options": None if body is None else list(masked(_changed(body))),
            "config_file": None if body is None else body.get("config_file"),
        }

    def _own(self) -> Iterator[dict[str, Any]]:
        usual = replace(Settings(), max_upload=quantities.size("10 GB"), at_once=feeder.ahead())
        for key, name in _NAMES.items():
            value = getattr(self._settings, key)
            place = _DEFAULT if value == getattr(usual, key) else _HERE
            yield {"name": name, "value": _shown(key, value), "from": place}
        needed = "needed" if self._settings.token else "not needed, because only this machine can connect"
        yield {"name": "--token", "value": needed, "from": _HERE if self._settings.token else _DEFAULT}

    def _disks(self) -> Iterator[dict[str, Any]]:
        """The disks of the tool's home and of the allowed folders, each once."""
        seen = set()
        for name, folder in [("tool", home()), *(("films", Path(one)) for one in self._settings.folders)]:
            try:
                device, found = folder.stat().st_dev, shutil.disk_usage(folder)
            except OSError as error:
                yield {"name": name, "folder": str(folder), "problem": error.strerror}
                continue
            if device not in seen:
                seen.add(device)
                yield {"name": name, "folder": str(folder), "free": found.free, "total": found.total}


def _changed(body: Any) -> Iterator[dict[str, Any]]:
    """The rows of `config --json` that a place set, or the machine decides."""
    for row in body.get("options", ()):
        if row.get("from") != _DEFAULT and row.get("value") not in (None, "", []):
            place = str(row["from"])
            yield {
                "name": row["name"], "value": str(row["value"]),
                "from": _HERE if place.startswith("--") else place, "why": row.get("why", ""),
            }  # fmt: skip


def _shown(key: str, value: Any) -> str:
    match key:
        case "maps":
            return ", ".join(f"{whose}{':' if whose else ''}{theirs}={ours}" for theirs, ours, whose in value)
        case "max_upload":
            return fmt.size(value)
        case "folders" | "watch" | "names" | "only_language":
            return ", ".join(value)
        case "min_length" | "settled_s":
            return fmt.duration(value) if value else ""
        case "pause_while_playing" | "import_edits":
            return "yes" if value else "no"
        case "on_done" | "messages":  # their addresses may have passwords
            return str(len(value)) if value else ""
    return str(value)
