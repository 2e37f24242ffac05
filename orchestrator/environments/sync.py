"""Installs and repairs environments from their locks, for `orchestrator envs sync`.

For each environment: acquire its lock file, check it again, remove an unfinished installation, mark the state
as incomplete, create the virtual environment, install the lock by hash, put this checkout on its path, check
it, and write the state file. If it is killed at any time, the environment is marked as incomplete.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ipc import atomic
from orchestrator.environments import registry, uv
from orchestrator.environments.uv import Say
from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.paths import checkout
from orchestrator.surroundings.current_folder import absolute
from orchestrator.surroundings.home_folder import expanded
from orchestrator.util import locks
from orchestrator.util.storage_errors import storage_errors

PATH_FILE = "orchestrator-checkout.pth"
TORCH_FAMILY = re.compile(
    r"(torch|torchaudio|torchvision|torchcodec|triton|pytorch-triton|nvidia-[\w-]+|cuda-[\w-]+)=="
)
"""Packages that differ between torch's builds. If a build is requested, they come from its index."""


def sync(
    names: list[str],
    *,
    say: Say,
    offline: bool = False,
    torch_backend: str | None = None,
    thorough: bool = True,
) -> dict[str, str | None]:
    """Install or repair the environments `names`; returns the reason, by name, for those that failed.

    `thorough` also checks the files of healthy environments. `torch_backend` is uv's (cpu, cu126, auto, ...);
    None keeps the present one. Environments with torch are installed one after another, so that it is
    downloaded once; the others in parallel to them.
    """
    program = uv.find()
    heavy = [name for name in names if _has_torch(registry.get(name))]
    lanes = [lane for lane in (heavy, [name for name in names if name not in heavy]) if lane]

    def follow(lane: list[str]) -> dict[str, str | None]:
        return {
            name: _sync_one(
                program, registry.get(name), say, offline=offline, backend=torch_backend, thorough=thorough
            )
            for name in lane
        }

    with ThreadPoolExecutor(max_workers=max(1, len(lanes))) as pool:
        results = [result for lane in pool.map(follow, lanes) for result in lane.items()]
    return {name: reason for name, reason in results if reason}


def remove(env: str) -> bool:
    """Remove the installation of `env`; returns whether there was one."""
    environment = registry.get(env)
    with _locked(environment):
        installed = environment.venv.exists()
        environment.state.unlink(missing_ok=True)
        _wipe(environment.venv)
    return installed


def _sync_one(
    program: str, env: registry.Environment, say: Say, *, offline: bool, backend: str | None, thorough: bool
) -> str | None:
    if not env.fits():
        return registry.health(env.name)
    with _locked(env, say):
        before = registry.state(env.name)
        keep = backend is None or backend == before.get("torch_backend", "") or not _has_torch(env)
        if keep and registry.health(env.name) is None:
            say(env.name, "checking")
            if not thorough or registry.examine(env.name)[0] is None:
                say(env.name, "healthy")
                return None
        wanted = (before.get("torch_backend", "") if backend is None else backend) if _has_torch(env) else ""
        try:
            reason, broken = _build(program, env, say, offline=offline, backend=wanted)
            if broken:
                # uv links files from its cache, so a file edited in an environment is also changed in the
                # cache.
                say(env.name, f"removing {', '.join(broken)} from uv's cache")
                uv.forget(program, broken)
                reason, _ = _build(program, env, say, offline=offline, backend=wanted)
        except FatalError as error:
            reason = f"{error.message}{': ' if error.hint else ''}{error.hint}"
        except OSError as error:
            reason = f"{error.strerror}: {error.filename}"
        say(env.name, "ready" if reason is None else f"failed: {reason}")
        return reason


def _build(
    program: str, env: registry.Environment, say: Say, *, offline: bool, backend: str
) -> tuple[str | None, list[str]]:
    """Build the environment from scratch; returns its problem or None, and the packages with broken files."""
    if not env.lock.is_file():
        return "it has no requirements.lock", []
    lock = registry.lock_hash(env.name)
    _write_state(env, {"complete": False, "torch_backend": backend})
    _wipe(env.venv)
    say(env.name, "creating the virtual environment")
    _make_venv(program, env, offline=offline)
    run = uv.Pip(program, env, say, offline=offline)
    if backend:
        _sync_with_backend(run, env, backend)
    else:
        foreign = env.wheels_of.get(registry.this_platform())
        run("sync", "--require-hashes", *(["--python-platform", foreign] if foreign else []), str(env.lock))
    site = next(env.venv.glob("lib/python*/site-packages"))
    (site / PATH_FILE).write_text(f"{checkout()}\n", encoding="utf-8")
    say(env.name, "checking")
    reason, report = registry.examine(env.name)
    _write_state(
        env,
        {
            "complete": True, "lock": lock, "checkout": str(checkout()), "health": reason,
            "torch_backend": backend, "python": report.get("python"), "packages": report.get("packages", {}),
        },
    )  # fmt: skip
    return reason, sorted({file.partition(":")[0] for file in report.get("broken", [])})


def _make_venv(program: str, env: registry.Environment, *, offline: bool) -> None:
    """Create the virtual environment with an installed Python, else with one that uv downloads."""
    version = os.environ.get("ORCHESTRATOR_PYTHON") or next(
        (wanted for wanted in env.pythons if _has_python(program, wanted)), env.pythons[0]
    )
    command = [program, "venv", "--quiet", "--no-project", "--python", version, "--prompt", env.name]
    done = subprocess.run(
        [*command, *(["--offline"] if offline else []), str(env.venv)], capture_output=True, text=True,
        check=False, env=uv.variables(), cwd=env.folder,
    )  # fmt: skip
    if done.returncode:
        hint = "install Python 3.11, 3.12 or 3.13, for instance with the system's package manager"
        raise FatalError(
            f"no Python {' or '.join(env.pythons)}: {uv.last_words(done.stderr)}", hint, ENVIRONMENT
        )


def _has_python(program: str, version: str) -> bool:
    """Whether this Python is installed on the machine."""
    command = [
        program,
        "python",
        "find",
        "--quiet",
        "--no-project",
        "--system",
        "--no-python-downloads",
        version,
    ]
    done = subprocess.run(command, capture_output=True, check=False, env=uv.variables(), cwd=uv.folder())
    return done.returncode == 0


def _sync_with_backend(run: uv.Pip, env: registry.Environment, backend: str) -> None:
    """Install the lock with another build of torch, at the locked version.

    Other builds have other hashes and other CUDA packages, so torch's family is installed by version, and all
    other packages by hash. `backend` is one of uv's names, or a folder or an index with such a build.
    """
    if "://" in backend:
        source = ["--index", backend]
    elif "/" in backend:
        source = ["--find-links", str(absolute(expanded(backend, f"--torch-backend {backend}")))]
    else:
        source = ["--torch-backend", backend]
    entries = re.split(r"\n(?=\S)", env.lock.read_text(encoding="utf-8").strip())
    family = [entry for entry in entries if TORCH_FAMILY.match(entry)]
    with tempfile.TemporaryDirectory(dir=env.folder) as scratch:
        rest = Path(scratch) / "rest.txt"
        rest.write_text("\n".join(entry for entry in entries if entry not in family) + "\n", encoding="utf-8")
        run("sync", "--require-hashes", str(rest))
        pins = Path(scratch) / "pins.txt"
        heads = [entry.partition("\\")[0].strip() for entry in entries]
        pins.write_text(
            "\n".join(head for head in heads if not TORCH_FAMILY.match(head)) + "\n", encoding="utf-8"
        )
        wanted = [head for head in heads if re.match(r"torch(audio|vision|codec)?==", head)]
        torch = Path(scratch) / "torch.txt"
        torch.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        run("install", *source, "--constraints", str(pins), "--requirements", str(torch))


@contextlib.contextmanager
def _locked(env: registry.Environment, say: Say | None = None) -> Iterator[None]:
    """Hold the environment's lock file, so that two installations run one after another."""
    file = env.folder / ".lock"
    hint = "make the checkout writable, or set ORCHESTRATOR_ENVS to another folder"
    with storage_errors(f"cannot write in {env.folder}", hint):
        try:
            lock = locks.hold(file, wait=False)
        except BlockingIOError:
            if say:
                say(env.name, "waiting for another installation")
            lock = locks.hold(file)
    with lock:
        yield


def _write_state(env: registry.Environment, state: dict[str, object]) -> None:
    text = json.dumps({"format": 1, **state}, indent=1, sort_keys=True)
    atomic.write(env.state, text, durable=True)


def _wipe(folder: Path) -> None:
    """Remove a folder, and the rest of an interrupted removal. Renaming it first makes the removal atomic."""
    if folder.exists() or folder.is_symlink():
        folder.rename(folder.with_name(f"{folder.name}.old.{os.getpid()}"))
    for aside in folder.parent.glob(f"{folder.name}.old.*"):
        shutil.rmtree(aside, ignore_errors=True)


def _has_torch(env: registry.Environment) -> bool:
    return env.lock.is_file() and "\ntorch==" in env.lock.read_text(encoding="utf-8")
