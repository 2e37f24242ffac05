"""Tiny real wheels in a folder, and environments that are locked to them: installing needs no network."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from pathlib import Path


def wheel(folder: Path, name: str, version: str, files: dict[str, str] | None = None) -> str:
    """Write the wheel `name` into `folder`; return its SHA-256."""
    info = f"{name}-{version}.dist-info"
    contents = files or {f"{name}/__init__.py": f"VERSION = {version!r}\n"}
    contents |= {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{path},sha256={_digest(text)},{len(text.encode())}" for path, text in contents.items()]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in {**contents, f"{info}/RECORD": "\n".join([*rows, f"{info}/RECORD,,"])}.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def environment(root: Path, name: str, packages: dict[str, tuple[str, str]], **own: object) -> Path:
    """Make `root/name` with a lock of `packages` (name -> version, hash) and `own` in [tool.orchestrator]."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    asked = ", ".join(f'"{package}"' for package in packages)
    table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in own.items())
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "env-{name}"\nversion = "0"\ndescription = "for tests"\n'
        f'requires-python = ">=3.11"\ndependencies = [{asked}]\n\n[tool.orchestrator]\n{table}'
    )
    lock(folder, packages)
    return folder


def lock(folder: Path, packages: dict[str, tuple[str, str]]) -> None:
    """Write the lock."""
    entries = [
        f"{package}=={version} \\\n    --hash=sha256:{sha}\n" for package, (version, sha) in packages.items()
    ]
    (folder / "requirements.lock").write_text("".join(entries))
