"""Passes pip's settings for indexes on to uv, which does not read them.

Machines behind a mirror, a proxy or a private certificate authority are often configured for pip only. uv's
own settings have priority. Every index is searched for every package, and the hashes of the locks decide
which file is installed.
"""

from __future__ import annotations

import configparser
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlparse

from ipc.parsing import toml_of

FROM_PIP = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "proxy": "ALL_PROXY",
}
"""uv's variable for each setting of pip."""

SAME_IN_UV = {
    "UV_DEFAULT_INDEX": ("UV_INDEX_URL", "index-url", "index"),
    "UV_INDEX": ("UV_EXTRA_INDEX_URL", "extra-index-url", "index"),
    "UV_FIND_LINKS": ("find-links",),
    "UV_INSECURE_HOST": ("UV_ALLOW_INSECURE_HOST", "allow-insecure-host"),
    "SSL_CERT_FILE": ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "native-tls", "system-certs"),
    "ALL_PROXY": ("HTTPS_PROXY", "https_proxy", "all_proxy", "https-proxy"),
}
"""Other names of the same setting in uv: variables, and keys of uv.toml."""


def uv_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables to run uv with: `environ`, and pip's settings that uv does not have."""
    result = dict(environ)
    in_uv = uv_settings(environ)
    for setting, value in pip_settings(environ).items():
        variable = FROM_PIP[setting]
        if variable not in environ and not any(
            name in environ or name in in_uv for name in SAME_IN_UV.get(variable, ())
        ):
            result[variable] = value
    for variable in ("UV_INDEX", "UV_FIND_LINKS"):
        if usable := _usable(result.get(variable, "")):
            # uv separates find-links with commas and indexes with spaces; pip has spaces in both.
            result[variable] = ("," if variable == "UV_FIND_LINKS" else " ").join(usable)
        else:
            result.pop(variable, None)
    # By default uv stops at the first index that has a package. Search all of them, as pip does: the hashes
    # of the locks prevent an extra index from substituting a file.
    result.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return result


def pip_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Read pip's settings for indexes from its files and variables; variables have priority."""
    settings: dict[str, str] = {}
    for file in _pip_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                values = {key.replace("_", "-"): value for key, value in parser.items(section)}
                settings.update({key: " ".join(values[key].split()) for key in FROM_PIP if key in values})
    for key in FROM_PIP:
        value = environ.get(f"PIP_{key.upper().replace('-', '_')}")
        if value:
            settings[key] = " ".join(value.split())
    return {key: value for key, value in settings.items() if value}


def _pip_files(environ: Mapping[str, str]) -> Sequence[Path]:
    """The configuration files that pip documents, the one with the lowest priority first."""
    user = Path(environ.get("HOME", "~")).expanduser()
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return ()
    if sys.platform == "darwin":
        machine = [Path("/Library/Application Support/pip/pip.conf")]
        personal = [
            user / ".pip/pip.conf",
            user / ".config/pip/pip.conf",
            user / "Library/Application Support/pip/pip.conf",
        ]
    else:
        folders = environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
        machine = [*(Path(folder) / "pip/pip.conf" for folder in folders if folder), Path("/etc/pip.conf")]
        personal = [
            user / ".pip/pip.conf",
            Path(environ.get("XDG_CONFIG_HOME") or user / ".config") / "pip/pip.conf",
        ]
    return [*machine, *personal, *([Path(chosen)] if chosen else [])]


def uv_settings(environ: Mapping[str, str] = os.environ) -> set[str]:
    """The names of the settings in uv's configuration files, including `[pip]`."""
    if environ.get("UV_NO_CONFIG"):
        return set()
    user = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".config")
    chosen = environ.get("UV_CONFIG_FILE")
    keys: set[str] = set()
    for file in [Path(chosen)] if chosen else [Path("/etc/uv/uv.toml"), user / "uv/uv.toml"]:
        try:
            settings = toml_of(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        pip = settings.get("pip", {})
        keys |= {*settings, *(pip if isinstance(pip, dict) else ())}
    return keys


def _usable(value: str) -> list[str]:
    """Split a list of indexes or links, without folders that do not exist: uv would fail on them."""
    usable = []
    for item in re.split(r"[\s,]+", value.strip()):
        address = urlparse(item)
        local = unquote(address.path) if address.scheme == "file" else item if not address.scheme else ""
        if item and (not local or Path(local).expanduser().exists()):
            usable.append(item)
    return usable
