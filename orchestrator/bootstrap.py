"""The Python part of install.sh: packages, the command, environments, and a check of each stage.

It needs only the standard library, because it starts in the empty environment that install.sh has made.
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
from ipc.suggest import hint
from orchestrator.environments import registry, sync, uv
from orchestrator.errors import ENVIRONMENT, OK, USAGE, FatalError
from orchestrator.paths import COMMAND_MARK, checkout
from orchestrator.surroundings import start
from orchestrator.surroundings.current_folder import absolute
from orchestrator.surroundings.home_folder import expanded
from orchestrator.util import terminal

MARK = COMMAND_MARK
FLAGS = "-I -X utf8"
"""Options of the command's interpreter.

Variables for another Python (`PYTHONHOME`, `PYTHONOPTIMIZE`) have no effect on it, and it can name every
file, whatever the locale.
"""
CUDA_TORCH_GB = 9
"""Disk space for the environments with torch's CUDA build, including room to unpack it."""


def main(words: Sequence[str] | None = None) -> int:
    """Install, then check the stages; returns the exit status."""
    start.prepare()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # keeps the order of lines in a pipe or a log
    with terminal.guarded():
        return _main(words)


def _main(words: Sequence[str] | None) -> int:
    arguments = _parse(words)
    started = time.monotonic()
    try:
        status = _install(arguments)
    except FatalError as error:
        terminal.tell(f"install.sh: {error.message}")
        if error.hint:
            terminal.tell(f"  {error.hint}")
        return error.status
    except KeyboardInterrupt:
        terminal.tell("install.sh: stopped; run it again to continue")
        return 130
    terminal.show(
        f"{'done' if status == OK else 'not everything is ready'}, after {time.monotonic() - started:.0f} s"
    )
    return status


def _parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./install.sh")
    parser.add_argument("--envs", default="")
    parser.add_argument("--no-models", action="store_true")
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--torch-backend")
    parser.add_argument("--dev", action="store_true")
    parser.add_argument("--no-doctor", action="store_true")
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--language")
    return parser.parse_args(words)


def _install(arguments: argparse.Namespace) -> int:
    names = [name for name in arguments.envs.split(",") if name] or [
        n
        for n in registry.names()
        if (arguments.dev and registry.get(n).for_development())
        or (not arguments.dev and registry.get(n).by_default())
        or registry.state(n)
    ]
    if arguments.no_models:
        names = [name for name in names if name != "models"]
    if unknown := [name for name in names if name not in registry.names()]:
        raise FatalError(f"there is no environment {unknown[0]!r}", hint(unknown[0], registry.names()), USAGE)
    own_packages(dev=arguments.dev, offline=arguments.offline)
    command = put_command()
    _warn_of_disk_space(names, arguments.torch_backend)

    from orchestrator.environments.sync_progress import sync_shown

    status = sync_shown(names, offline=arguments.offline, torch_backend=arguments.torch_backend)
    if not arguments.no_doctor:
        status = max(status, _doctor(names))
    if status == OK:
        terminal.show()
        terminal.show(f"Next: {command} demo        makes a short film and subtitles it")
        terminal.show(f"      {command} run movie.mp4")
        shell = Path(os.environ.get("SHELL", "")).name
        if shell in {"bash", "zsh", "fish"}:
            terminal.show(f"      {command} completion {shell} --install        completes commands with TAB")
        status = _set_up(arguments, names, command)
    return status


def _set_up(arguments: argparse.Namespace, names: Sequence[str], command: str) -> int:
    """Run `orchestrator setup` if the user wants it; returns the exit status.

    Where nobody can be asked, the command is printed.
    """
    if not arguments.yes or arguments.offline:
        terminal.show(
            f"      {command} setup       downloads the models that suit this machine and your films"
        )
        asks = all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
        if arguments.offline or not asks or "whisperx" not in names or not _agreed():
            return OK
    from orchestrator.commands import setup

    terminal.show()
    options = ["--yes"] if arguments.yes else []
    options += ["--language", arguments.language] if arguments.language else []
    return setup.run(setup.parsed(options))


def _agreed() -> bool:
    """Whether the user wants the setup now; Ctrl-D means no."""
    from orchestrator.setup import questions

    try:
        return questions.agreed("Set that up now?", default=True)
    except EOFError:
        return False


def own_packages(*, dev: bool, offline: bool) -> None:
    """Install the program's locked packages into the running environment, and put the checkout on its path.

    Removes nothing, because users may have installed tools there. An environment with the development
    packages keeps them: a later repair installs them again.
    """
    prefix = Path(sys.prefix)
    site = next(prefix.glob("lib/python*/site-packages"))
    state = prefix / ".orchestrator"
    dev = dev or (site / "pytest").is_dir()
    lock = checkout() / ("requirements-dev.lock" if dev else "requirements.lock")
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not (state.is_file() and state.read_text() == digest and _imports()):
        terminal.show(f"installing {lock.name} into {prefix.name}")
        state.unlink(missing_ok=True)
        done = subprocess.run(
            [uv.find(), "pip", "install", "--quiet", "--python", sys.executable, "--no-build",
             "--require-hashes", *(["--offline"] if offline else []), "--requirements", str(lock)],
            env=uv.variables(), check=False, cwd=checkout() / "envs",
        )  # fmt: skip
        if done.returncode:
            hint = "see uv's message above; for a mirror or a proxy, set the variables of pip or uv"
            raise FatalError("the program's own packages could not be installed", hint, ENVIRONMENT)
    (site / sync.PATH_FILE).write_text(f"{checkout()}\n", encoding="utf-8")
    state.write_text(digest)
    importlib.invalidate_caches()


def _imports() -> bool:
    script = "import rich.table, pyarrow.parquet, psutil, msgspec, shtab"
    command = [sys.executable, "-P", "-c", script]
    return subprocess.run(command, capture_output=True, check=False, cwd=checkout()).returncode == 0


def put_command() -> str:
    """Put `orchestrator` on the user's path; returns what to type to run it now."""
    chosen = os.environ.get("ORCHESTRATOR_BIN") or "~/.local/bin"
    folder = absolute(expanded(chosen, f"ORCHESTRATOR_BIN={chosen}"))
    local_command = Path(sys.prefix) / "bin" / "orchestrator"
    text = f'#!/bin/sh\n{MARK}\nexec {shlex.quote(sys.executable)} {FLAGS} -m orchestrator "$@"\n'
    _write_command(local_command, text)
    target = folder / "orchestrator"
    try:
        if target.exists() and MARK not in target.read_text(encoding="utf-8", errors="replace"):
            terminal.show(
                f"{target} is another program and was not replaced; this program is {local_command}"
            )
            return str(local_command)
        folder.mkdir(parents=True, exist_ok=True)
        _write_command(target, text)
    except OSError as error:
        terminal.show(f"{folder}: cannot write the command there ({error.strerror}); use {local_command}")
        return str(local_command)
    if shutil.which("orchestrator") == str(target):
        terminal.show(f"the command orchestrator is {target}")
        return "orchestrator"
    terminal.show(f"the command orchestrator is {target}, but {folder} is not on your PATH; to add it, run")
    export = f"  echo 'export PATH=\"{folder}:$PATH\"' >> ~/{_profile()}"
    terminal.show_lines(["", export, "", "and open a new terminal"])
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


def _warn_of_disk_space(names: Sequence[str], backend: str | None) -> None:
    """Warn if torch's CUDA build would take more disk space than needed, or than is free."""
    heavy = registry.this_platform() == "linux-x86_64" and any(
        "\ntorch==" in registry.get(name).lock.read_text(encoding="utf-8") and registry.health(name)
        for name in names
    )
    if not heavy or backend:
        return
    free = shutil.disk_usage(checkout()).free / 1e9
    if not any(Path("/dev").glob("nvidia*")):
        terminal.show(
            "no NVIDIA device was detected: ./install.sh --torch-backend cpu saves 5 GB; it needs torch's "
            "own index"
        )
    if free < CUDA_TORCH_GB:
        terminal.show(
            f"only {free:.1f} GB are free here; a first installation takes about {CUDA_TORCH_GB} GB"
        )


def _doctor(names: Sequence[str]) -> int:
    """Check the stages whose environments and models are installed; returns the exit status."""
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
    terminal.show("checking each stage, which takes about a minute")
    return doctor.run(argparse.Namespace(stages=stages, json=False))


if __name__ == "__main__":
    sys.exit(main())
