"""What tests need of the machine: uv, with the settings for indexes that this machine already has."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = shutil.which("uv") or next((str(p) for p in [ROOT / ".uv" / "bin" / "uv"] if p.exists()), None)


def uv_environment() -> dict[str, str]:
    """The process environment without the settings of a surrounding virtual environment."""
    return {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
