"""What install.sh does once there is a Python: the program's own packages, its command, the environments, the try-out.

It starts with the standard library alone, in the environment that install.sh has just made.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import io
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ipc import atomic
from orchestrator.environments import registry, sync, uv
from orchestrator.errors import ENVIRONMENT, OK, USAGE, FatalError
from orchestrator.paths import checkout

MARK = "# made by orchestrator's install.sh"
CUDA_TORCH_GB = 9
"""What the environments need with torch's CUDA build, and room to unpack it."""


def main(words: Sequence[str] | None = None) -> int:
    """Install, then try; returns the exit status."""
    arguments = _parse(words)
    started = time.monotonic()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # in a pipe or a log, lines in the order they were said
    try:
        status = _install(arguments)
    except FatalError as error:
        print(
            f"install.sh: {error.message}",
            *([f"  {error.hint}"] if error.hint else []),
            sep="\n",
            file=sys.stderr,
        )
        return error.status
    except KeyboardInterrupt:
        print("install.sh: stopped; run it again to go on", file=sys.stderr)
        return 130
    print(f"{'done' if status == OK else 'not all is ready'}, after {time.monotonic() - started:.0f} s")
    return status


def _parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./install.sh")
    parser.add_argument("--envs", default="")
    parser.add_argument("--no-models", action="store_true")
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--torch-backend")
    parser.add_argument("--dev", action="store_true")
    parser.add_argument("--no-doctor", action="store_true")
    return parser.parse_args(words)


def _install(arguments: argparse.Namespace) -> int:
    names = [name for name in arguments.envs.split(",") if name] or [
        n
        for n in registry.names()
        if (registry.get(n).fits() if arguments.dev else registry.get(n).by_default() or registry.state(n))
    ]
    if arguments.no_models:
        names = [name for name in names if name != "models"]
    if unknown := [name for name in names if name not in registry.names()]:
        raise FatalError(
            f"there is no environment {unknown[0]!r}", f"there are: {', '.join(registry.names())}", USAGE
        )
    own_packages(dev=arguments.dev, offline=arguments.offline)
    command = put_command()
    _mind_the_disk(names, arguments.torch_backend)

    from orchestrator.environments.sync_progress import sync_shown

    status = sync_shown(names, offline=arguments.offline, torch_backend=arguments.torch_backend)
    if not arguments.no_doctor:
        status = max(status, _doctor(names))
    if status == OK:
        print(f"\nNext: {command} demo        makes a small film and subtitles it")
        print(f"      {command} run movie.mp4")
        for note in _better():
            print(f"Better: {note}")
    return status


def _better() -> tuple[str, ...]:
    """What would make recognition better on this machine: a larger model that fits, which nobody has fetched yet."""
    from orchestrator.machine import profile
    from orchestrator.planning import choices
    from orchestrator.stages.catalog import STAGES

    try:
        return choices.choose(STAGES["asr"], {}, {}, machine=profile.here(), offline=True).notes
    except FatalError:  # no model at all, with --no-models: nothing to compare with
        return ()


def own_packages(*, dev: bool, offline: bool) -> None:
    """Install the program's own locked packages into the environment this runs in, and put the checkout on its path.

    Nothing is removed: somebody's own tools may live there. Once `dev`, always: tests must not lose theirs to a repair.
    """
    prefix = Path(sys.prefix)
    site = next(prefix.glob("lib/python*/site-packages"))
    state = prefix / ".orchestrator"
    dev = dev or (site / "pytest").is_dir()
    lock = checkout() / ("requirements-dev.lock" if dev else "requirements.lock")
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not (state.is_file() and state.read_text() == digest and _imports()):
        print(f"installing {lock.name} into {prefix.name}")
        state.unlink(missing_ok=True)
        done = subprocess.run(
            [uv.find(), "pip", "install", "--quiet", "--python", sys.executable, "--no-build", "--require-hashes",
             *(["--offline"] if offline else []), "--requirements", str(lock)],
            env=uv.variables(), check=False, cwd=checkout() / "envs",
        )  # fmt: skip
        if done.returncode:
            hint = "uv's message above says why; with a mirror or a proxy, pip's or uv's settings for it are honoured"
            raise FatalError("the program's own packages could not be installed", hint, ENVIRONMENT)
    (site / sync.PATH_FILE).write_text(f"{checkout()}\n", encoding="utf-8")
    state.write_text(digest)
    importlib.invalidate_caches()


def _imports() -> bool:
    script = "import rich.table, pyarrow.parquet, psutil, msgspec"
    return (
        subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, check=False).returncode == 0
    )


def put_command() -> str:
    """Put `orchestrator` where the user's shell finds it; return what to type for it now."""
    folder = Path(os.environ.get("ORCHESTRATOR_BIN") or "~/.local/bin").expanduser().absolute()
    own = Path(sys.prefix) / "bin" / "orchestrator"
    text = f'#!/bin/sh\n{MARK}\nexec {shlex.quote(sys.executable)} -P -m orchestrator "$@"\n'
    _write_command(own, text)
    target = folder / "orchestrator"
    try:
        if target.exists() and MARK not in target.read_text(encoding="utf-8", errors="replace"):
            print(f"{target} is another program, left as it is: this one is {own}")
            return str(own)
        folder.mkdir(parents=True, exist_ok=True)
        _write_command(target, text)
    except OSError as error:
        print(f"the command could not be put into {folder} ({error.strerror}): it is {own}")
        return str(own)
    if shutil.which("orchestrator") == str(target):
        print(f"the command orchestrator is {target}")
        return "orchestrator"
    print(
        f"the command orchestrator is {target}, and {folder} is not on your PATH. To type its name alone, run\n"
    )
    print(f"  echo 'export PATH=\"{folder}:$PATH\"' >> ~/{_profile()}\n\nand open a new terminal.")
    return str(target)


def _write_command(target: Path, text: str) -> None:
    if target.is_file() and target.read_text(encoding="utf-8", errors="replace") == text:
        return
    atomic.write(target, text, mode=0o755)


def _profile() -> str:
    shell = Path(os.environ.get("SHELL", "")).name
    return {"zsh": ".zprofile", "bash": ".bash_profile" if sys.platform == "darwin" else ".bashrc"}.get(
        shell, ".profile"
    )


def _mind_the_disk(names: Sequence[str], backend: str | None) -> None:
    """Say beforehand what a first installation of torch's CUDA build takes, and how it takes less."""
    heavy = registry.this_platform() == "linux-x86_64" and any(
        "\ntorch==" in registry.get(name).lock.read_text(encoding="utf-8") and registry.health(name)
        for name in names
    )
    if not heavy or backend:
        return
    free = shutil.disk_usage(checkout()).free / 1e9
    if not any(Path("/dev").glob("nvidia*")):
        print(
            "no NVIDIA device is here: ./install.sh --torch-backend cpu takes 5 GB less, where torch's own index can be reached"
        )
    if free < CUDA_TORCH_GB:
        print(
            f"only {free:.1f} GB are free here; a first installation takes about {CUDA_TORCH_GB} GB with uv's cache"
        )


def _doctor(names: Sequence[str]) -> int:
    """Try the stages whose environments, and models, were installed."""
    from orchestrator.commands import doctor
    from orchestrator.models import families
    from orchestrator.stages.catalog import STAGES

    with_models = registry.health("models") is None
    stages = [
        stage.name
        for stage in STAGES.values()
        if not stage.off
        and any(backend.env in names for backend in stage.backends)
        and (with_models or not families.default_embedded(stage.model_role or ""))
    ]
    if not stages:
        return OK
    print("trying each stage, which takes half a minute")
    return doctor.run(argparse.Namespace(stages=stages, json=False))


if __name__ == "__main__":
    sys.exit(main())
