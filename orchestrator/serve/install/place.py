"""Where the file of the service lies on this platform, and the commands that start and end the service."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.serve.install import launchd, systemd
from orchestrator.surroundings import home_folder


@dataclass(frozen=True, kw_only=True)
class Place:
    """A file that the service manager reads, and commands for a shell.

    `mark` is a line of the files that this program wrote. `enabled` exists while the service starts by
    itself, where that can be seen.
    """

    file: Path
    mark: str
    enable: tuple[str, ...]
    disable: tuple[str, ...]
    log: str
    enabled: Path | None = None
    system: bool = False

    @property
    def is_systemd(self) -> bool:
        """Whether systemd reads it, and not launchd."""
        return self.mark == systemd.MARK


def place(
    *, system: bool, environ: Mapping[str, str] = os.environ, platform: str = "", uid: int = -1
) -> Place:
    """The place for the user's own service, or for the machine's."""
    home = home_folder.of(environ)
    uid = os.getuid() if uid < 0 else uid
    if (platform or sys.platform) == "darwin":
        return _launchd(home, uid, system=system)
    return _systemd(home, environ, uid, system=system)


def _systemd(home: Path, environ: Mapping[str, str], uid: int, *, system: bool) -> Place:
    base = Path(environ.get("XDG_CONFIG_HOME", ""))
    folder = (base if base.is_absolute() else home / ".config") / "systemd/user"
    folder, target = (Path("/etc/systemd/system"), "multi-user") if system else (folder, "default")
    control = f"{'sudo ' if uid else ''}systemctl" if system else "systemctl --user"
    journal = f"journalctl {'--unit' if system else '--user-unit'} orchestrator --follow"
    lasting = () if system else ("loginctl enable-linger    # it runs without you being logged in",)
    return Place(
        file=folder / systemd.NAME,
        mark=systemd.MARK,
        enable=(f"{control} daemon-reload", f"{control} enable --now {systemd.NAME}", *lasting),
        disable=(f"{control} disable --now {systemd.NAME}",),
        log=journal,
        enabled=folder / f"{target}.target.wants" / systemd.NAME,
        system=system,
    )


def _launchd(home: Path, uid: int, *, system: bool) -> Place:
    library, domain = (Path("/Library"), "system") if system else (home / "Library", f"gui/{uid}")
    file = library / ("LaunchDaemons" if system else "LaunchAgents") / launchd.NAME
    control = f"{'sudo ' if system and uid else ''}launchctl"
    return Place(
        file=file,
        mark=launchd.MARK,
        enable=(f"{control} bootstrap {domain} {file}",),
        disable=(f"{control} bootout {domain}/{launchd.LABEL}",),
        log=f"tail -f {launchd_log(home)}",
        system=system,
    )


def launchd_log(home: Path) -> Path:
    """The file that gets what the service prints on macOS, in the user's home."""
    return home / "Library/Logs" / f"{launchd.LABEL}.log"


def systemd_runs() -> bool:
    """Whether systemd manages this machine; see sd_booted(3)."""
    return Path("/run/systemd/system").is_dir()
