"""Makes environments from their locks: the machine behind `orchestrator envs sync`.

For each environment: take its lock file, look again, wipe what is half built, mark the state as unfinished, make the
virtual environment, install the lock by hash, put this checkout on its path, examine it, and write the state file
last, with `os.replace`. Killed at any instant, it leaves an environment that says that it is not finished.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestrator import envs
from orchestrator.errors import ENVIRONMENT, STORAGE, FatalError
from orchestrator.home import checkout
from orchestrator.indexes import uv_environment

Say = Callable[[str, str], None]
"""Called with an environment's name and what is being done with it now."""

PATH_FILE = "orchestrator-checkout.pth"
TORCH_FAMILY = re.compile(r"(torch|torchaudio|torchvision|torchcodec|triton|pytorch-triton|nvidia-[\w-]+)==")
"""Packages that differ between torch's builds: these come from the build's own index when one is asked for."""


def find_uv() -> str:
    """Return the path of uv: the checkout's own, the PATH's, or where its installers put it."""
    user = Path.home()
    own = checkout() / ".uv" / "bin" / "uv"
    for place in (own, shutil.which("uv"), user / ".local/bin/uv", user / ".cargo/bin/uv"):
        if place and os.access(place, os.X_OK) and _works(str(place)):
            return str(place)
    raise FatalError("uv is not there, and environments are made with it", "run ./install.sh", ENVIRONMENT)


def _works(uv: str) -> bool:
    try:
        return subprocess.run([uv, "--version"], capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def sync(
    names: list[str],
    *,
    say: Say,
    offline: bool = False,
    torch_backend: str | None = None,
    thorough: bool = True,
) -> dict[str, str | None]:
    """Make every environment of `names` healthy; return the reason, by name, of those that are not.

    `thorough` examines the files of those that call themselves healthy too. `torch_backend` is uv's (cpu, cu126,
    auto, ...); None keeps what the environment was made with. Those that share torch run one after another, so that
    it is downloaded once; the others beside them.
    """
    uv = find_uv()
    heavy = [name for name in names if "\ntorch==" in _text(envs.get(name).lock)]
    lanes = [lane for lane in (heavy, [name for name in names if name not in heavy]) if lane]

    def follow(lane: list[str]) -> dict[str, str | None]:
        return {
            name: _sync_one(
                uv, envs.get(name), say, offline=offline, backend=torch_backend, thorough=thorough
            )
            for name in lane
        }

    with ThreadPoolExecutor(max_workers=max(1, len(lanes))) as pool:
        results = [result for lane in pool.map(follow, lanes) for result in lane.items()]
    return {name: reason for name, reason in results if reason}


def remove(env: str) -> bool:
    """Remove what was installed of `env`; return whether there was anything."""
    environment = envs.get(env)
    with _held(environment):
        there = environment.venv.exists()
        environment.state.unlink(missing_ok=True)
        _wipe(environment.venv)
    return there


def _sync_one(
    uv: str, env: envs.Environment, say: Say, *, offline: bool, backend: str | None, thorough: bool
) -> str | None:
    if not env.fits():
        return envs.health(env.name)
    with _held(env):
        before = envs.state(env.name)
        keep = backend is None or backend == before.get("torch_backend", "") or not _has_torch(env)
        if keep and envs.health(env.name) is None:
            say(env.name, "looking")
            if not thorough or envs.examine(env.name)[0] is None:
                say(env.name, "healthy")
                return None
        wanted = (before.get("torch_backend", "") if backend is None else backend) if _has_torch(env) else ""
        try:
            reason = _build(uv, env, say, offline=offline, backend=wanted)
        except FatalError as error:
            reason = f"{error.message}{': ' if error.hint else ''}{error.hint}"
        except OSError as error:
            reason = f"{error.strerror}: {error.filename}"
        say(env.name, "ready" if reason is None else f"failed: {reason}")
        return reason


def _build(uv: str, env: envs.Environment, say: Say, *, offline: bool, backend: str) -> str | None:
    if not env.lock.is_file():
        return "it has no requirements.lock"
    lock = envs.lock_hash(env.name)
    _write_state(env, {"complete": False, "torch_backend": backend})
    _wipe(env.venv)
    say(env.name, "making the virtual environment")
    _make_venv(uv, env, offline=offline)
    run = _Uv(uv, env, say, offline=offline)
    if backend:
        _sync_with_backend(run, env, backend)
    else:
        foreign = env.wheels_of.get(envs.this_platform())
        run("sync", "--require-hashes", *(["--python-platform", foreign] if foreign else []), str(env.lock))
    site = next(env.venv.glob("lib/python*/site-packages"))
    (site / PATH_FILE).write_text(f"{checkout()}\n", encoding="utf-8")
    say(env.name, "examining")
    reason, found = envs.examine(env.name)
    _write_state(
        env,
        {
            "complete": True, "lock": lock, "checkout": str(checkout()), "health": reason, "torch_backend": backend,
            "python": found.get("python"), "packages": found.get("packages", {}),
        },
    )  # fmt: skip
    return reason


def _make_venv(uv: str, env: envs.Environment, *, offline: bool) -> None:
    """Make the virtual environment: with the first of its Pythons that the machine has, else one that uv fetches."""
    version = os.environ.get("ORCHESTRATOR_PYTHON") or next(
        (wanted for wanted in env.pythons if _has_python(uv, wanted)), env.pythons[0]
    )
    command = [
        uv,
        "venv",
        "--quiet",
        "--no-project",
        "--python",
        version,
        "--prompt",
        env.name,
        str(env.venv),
    ]
    done = subprocess.run(
        [*command, *(["--offline"] if offline else [])], capture_output=True, text=True, check=False,
        env={"UV_PYTHON_PREFERENCE": "system", **_clean(uv_environment())}, cwd=env.folder,
    )  # fmt: skip
    if done.returncode:
        hint = "install Python 3.11, 3.12 or 3.13, for instance with the system's packages"
        raise FatalError(
            f"no Python {' or '.join(env.pythons)}: {_last_words(done.stderr)}", hint, ENVIRONMENT
        )


def _has_python(uv: str, version: str) -> bool:
    """Say whether the machine has this Python already, without a download."""
    command = [uv, "python", "find", "--quiet", "--no-project", "--system", "--no-python-downloads", version]
    done = subprocess.run(command, capture_output=True, check=False, env=_clean(dict(os.environ)))
    return done.returncode == 0


def _sync_with_backend(run: _Uv, env: envs.Environment, backend: str) -> None:
    """Install the lock, but torch's family from the index of another build, at the locked versions.

    The hashes in the lock are those of the builds on the package index. Another build has other hashes (and other
    CUDA packages), so its family is installed by version, and everything else by hash as ever.
    """
    entries = re.split(r"\n(?=\S)", _text(env.lock).strip())
    family = [entry for entry in entries if TORCH_FAMILY.match(entry)]
    with tempfile.TemporaryDirectory() as scratch:
        rest = Path(scratch) / "rest.txt"
        rest.write_text("\n".join(entry for entry in entries if entry not in family) + "\n", encoding="utf-8")
        run("sync", "--require-hashes", str(rest))
        pins = Path(scratch) / "pins.txt"
        heads = [entry.partition("\\")[0].strip() for entry in entries]
        pins.write_text(
            "\n".join(head for head in heads if not TORCH_FAMILY.match(head)) + "\n", encoding="utf-8"
        )
        wanted = [head for head in heads if re.match(r"torch(audio|vision|codec)?==", head)]
        asked = Path(scratch) / "torch.txt"
        asked.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        run("install", "--torch-backend", backend, "--constraints", str(pins), "--requirements", str(asked))


class _Uv:
    """`uv pip sync` or `uv pip install` into one environment, with its progress said."""

    def __init__(self, uv: str, env: envs.Environment, say: Say, *, offline: bool) -> None:
        self.uv, self.env, self.say, self.offline = uv, env, say, offline

    def __call__(self, verb: str, *options: str) -> None:
        command = [self.uv, "pip", verb, "--python", str(self.env.python), "--no-build", *options]
        if self.offline:
            command.append("--offline")
        total = _text(self.env.lock).count("==")
        self.say(self.env.name, f"installing {total} packages")
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=self.env.folder,
            env=_clean(uv_environment()),
        ) as process:  # fmt: skip
            lines = []
            for line in process.stderr or ():
                lines.append(line.rstrip())
                if said := re.match(r"\s*(Downloading|Downloaded|Prepared|Installed) (.*)", line):
                    self.say(self.env.name, f"{said[1].lower()} {said[2]}")
        if process.returncode:
            raise _explained("\n".join(lines), offline=self.offline)


def _explained(text: str, *, offline: bool) -> FatalError:
    if "No space left" in text or "os error 28" in text:
        return FatalError("the disk is full", "free some space, then try again", STORAGE)
    if offline:
        return FatalError(
            "uv's cache does not hold all of it",
            f"leave out --offline once ({_last_words(text)})",
            ENVIRONMENT,
        )
    return FatalError("uv could not install it", _last_words(text), ENVIRONMENT)


def _last_words(text: str) -> str:
    """Return what a program's error says, on one line."""
    lines = [
        line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Using Python")
    ]
    start = next((index for index, line in enumerate(lines) if line.startswith(("error:", "\u00d7"))), -4)
    return " ".join(lines[start:])[:500] or "it said nothing"


def _clean(variables: dict[str, str]) -> dict[str, str]:
    """Return `variables` without those that would make uv work on another environment than the one named."""
    return {
        key: value
        for key, value in variables.items()
        if key not in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    }


@contextlib.contextmanager
def _held(env: envs.Environment) -> Iterator[None]:
    """Hold the environment's lock: two installations at once take turns."""
    try:
        file = (env.folder / ".lock").open("w")
    except OSError as error:
        message = f"the folder {env.folder} cannot be written: {error.strerror}"
        raise FatalError(message, "environments are made inside the checkout", STORAGE) from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write_state(env: envs.Environment, state: dict[str, object]) -> None:
    scratch = env.state.with_name(f"{env.state.name}.{os.getpid()}")
    with scratch.open("w", encoding="utf-8") as file:
        json.dump({"format": 1, **state}, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(env.state)


def _wipe(folder: Path) -> None:
    """Remove a folder; first out of the way, so that half of it is never taken for the whole."""
    if not folder.exists() and not folder.is_symlink():
        return
    aside = folder.with_name(f"{folder.name}.old.{os.getpid()}")
    folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=sys.platform == "darwin")


def _has_torch(env: envs.Environment) -> bool:
    return "\ntorch==" in _text(env.lock)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
