"""What `orchestrator serve` was started with: one value, passed to the service's process."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

PORT = 9000
"""That of Whisper-ASR, which Bazarr asks by default."""
LOOPBACK = "127.0.0.1"
KEYS = {"jellyfin": "JELLYFIN_API_KEY", "emby": "EMBY_API_KEY", "plex": "PLEX_TOKEN"}
"""The variables with the keys of media servers."""
MESSAGES = "ORCHESTRATOR_APPRISE"
"""The variable with addresses of Apprise, which have passwords in them."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of the service. Paths are absolute, times in seconds, sizes in bytes.

    `token` is empty if none is needed. `folders` may be named in requests; `watch` are those of them where
    new films are queued unasked, once they have not grown for `settled_s`: those in `only_language` (codes)
    and no shorter than `min_length`. With `import_edits`, subtitle files that another program changed there
    become edits. `job_file` is whether files with options beside films are read. `maps`
    are another program's path, ours, and the program (all, if empty). `options` are options of every film.
    `runner` are the words that start the program that runs films. `between` are hours such as `22:00-07:00`.
    `on_done` are addresses, with places for what happened; `messages` are those of Apprise; `retry_s` is when
    they are tried again. `head_s` is how long the head of a request may take. Keys of `jellyfin`, `emby` and
    `plex` come from the environment.
    """

    host: str = LOOPBACK
    port: int = PORT
    token: str = ""
    names: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()
    maps: tuple[tuple[str, str, str], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    runner: tuple[str, ...] = ()
    niceness: int = 10
    at_once: int = 2
    idle_s: float = 600.0
    settled_s: float = 30.0
    max_upload: int = 10 << 30
    uploads: int = 4
    waiting: int = 100
    head_s: float = 10.0
    retry_s: float = 30.0
    between: str = ""
    only_language: tuple[str, ...] = ()
    min_length: float = 0.0
    import_edits: bool = False
    job_file: bool = True
    pause_while_playing: bool = False
    jellyfin: str = ""
    emby: str = ""
    plex: str = ""
    on_done: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return is_loopback(self.host)

    def own_names(self) -> frozenset[str]:
        """Host names, in lower case, by which it may be addressed beside IP addresses."""
        found = {"localhost", *self.names}
        if not self.loopback:
            machine = socket.gethostname()
            found |= {self.host, machine, f"{machine}.local", socket.getfqdn()}
        return frozenset(name.lower() for name in found if name)


def is_loopback(host: str) -> bool:
    """Whether the address is reached by this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def to_json(settings: Settings) -> str:
    """The settings as text."""
    return json.dumps(asdict(settings))


def from_json(text: str) -> Settings:
    """The settings of `to_json`."""
    body: dict[str, Any] = json.loads(text)
    lists = {"names", "folders", "watch", "runner", "on_done", "messages", "only_language"}
    values: dict[str, Any] = {key: tuple(value) if key in lists else value for key, value in body.items()}
    values["maps"] = tuple((theirs, ours, whose) for theirs, ours, whose in values.get("maps", ()))
    return Settings(**values)
