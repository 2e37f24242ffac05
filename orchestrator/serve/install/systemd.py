"""The unit by which systemd starts the service. Pure: text from values.

Sources: systemd.service(5), systemd.exec(5), systemd.kill(5).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from orchestrator.serve.install.start import NICENESS, STOP_S, Start

NAME = "orchestrator.service"
MARK = "# made by orchestrator serve --install"
"""The first line, by which the program recognises its own unit."""

HARDENING = """\
# The machine is read-only for the service, except where its films, its results and temporary files are.
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
# Stages use the GPU: no PrivateDevices, and no ProtectClock, which before systemd 253 hides every device.
# Frameworks compile while they run: no MemoryDenyWriteExecute."""


def unit(start: Start, *, user: str = "") -> str:
    """The unit for the user's own manager, or with `user` the system's unit that runs as that user."""
    lines = [
        MARK,
        "[Unit]",
        "Description=Subtitles that say who speaks (orchestrator serve)",
        *(("Wants=network-online.target", "After=network-online.target remote-fs.target") if user else ()),
        "# A service that cannot start, such as one with a wrong option, is tried five times.",
        "StartLimitIntervalSec=600",
        "StartLimitBurst=5",
        "",
        "[Service]",
        "Type=exec",
        *((f"User={user}",) if user else ()),
        f"ExecStart={' '.join(map(_word, start.words))}",
        f"WorkingDirectory=-{_specifiers(str(start.folder))}",
        *(f"Environment={_quoted(f'{name}={value}')}" for name, value in sorted(start.environ.items())),
        "# Keys, such as HF_TOKEN=..., one a line, in a file that only you can read.",
        f"EnvironmentFile=-{_specifiers(str(start.keys))}",
        "Restart=on-failure",
        "RestartSec=15",
        "SuccessExitStatus=130",
        "# The service ends its stages itself; what is left after this time is killed.",
        "KillMode=mixed",
        f"TimeoutStopSec={STOP_S}",
        "# A stage that took too much memory fails its film, not the service.",
        "OOMPolicy=continue",
        "# Other programs come first.",
        f"Nice={NICENESS}",
        "IOSchedulingClass=best-effort",
        "IOSchedulingPriority=7",
        "NoNewPrivileges=yes",
        *((HARDENING, f"ReadWritePaths={_folders(start.writes)}") if user else ()),
        "",
        "[Install]",
        f"WantedBy={'multi-user' if user else 'default'}.target",
    ]
    return "\n".join(lines) + "\n"


def _folders(folders: Iterable[Path]) -> str:
    """With `-`, a film folder that is not mounted does not keep the service from starting."""
    return " ".join(_quoted(f"-{folder}") for folder in folders)


def _word(text: str) -> str:
    """A word of a command line, in which `$NAME` would be a variable."""
    return _quoted(text.replace("$", "$$"))


def _quoted(text: str) -> str:
    text = _specifiers(text)
    plain = text and all(one.isalnum() or one in "-_./:=,@%+$~" for one in text)
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _specifiers(text: str) -> str:
    """`%h` and others stand for something."""
    return text.replace("%", "%%")
