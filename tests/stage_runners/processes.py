"""Processes of stage environments, which need not import torch again for each test.

The first job of an environment starts a server that imports its slow packages and forks a process for each
job; it serves all workers of the session. A test gets a real process with its own exit status, which imports
the stage's own modules and loads its model. Tests of the whole program start every process anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

SLOW_IMPORTS = {
    "pyannote": ("torch", "scipy.cluster.hierarchy", "pyarrow.parquet"),
    "whisperx": ("torch", "transformers", "faster_whisper", "pyarrow.parquet"),
    "mlx": ("mlx.core", "pyarrow.parquet"),
    "parakeet": ("onnx_asr", "pyarrow.parquet"),
    "parakeet-mlx": ("parakeet_mlx", "pyarrow.parquet"),
    "nlp": ("spacy", "pyarrow.parquet"),
    "media": ("av", "pyarrow.parquet"),
    "translation": ("transformers", "ctranslate2", "pyarrow.parquet"),
    "qwen": ("transformers.models.qwen3_asr.modeling_qwen3_asr", "pyarrow.parquet"),
    "indictrans": ("torch", "transformers", "pyarrow.parquet"),
}
"""What the stages of an environment import that takes long."""
_AT_START = ("LD_PRELOAD", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that are read at the start of a process, so that each value needs its own server."""
TIMEOUT_S = 300
ROOT = Path(__file__).resolve().parents[2]
_FOLDER, _SESSION = "ORCHESTRATOR_TEST_SERVERS", "ORCHESTRATOR_TEST_SESSION"
seconds: list[float] = []
"""Processor seconds of the jobs, which are no descendants of this process."""


def python_of(env):
    """The interpreter of a stage environment."""
    return ROOT / "envs" / env / ".venv" / "bin" / "python"


def run(env, module, *arguments):
    """Run a module as a program in environment `env`; returns the finished process with its texts."""
    own = environment()
    with tempfile.TemporaryDirectory() as folder, _connected(env, own) as connection:
        texts = Path(folder, "stdout"), Path(folder, "stderr")
        job = {
            "module": module, "arguments": [str(word) for word in arguments], "environment": own,
            "stdout": str(texts[0]), "stderr": str(texts[1]),
        }  # fmt: skip
        connection.settimeout(TIMEOUT_S)
        answer = ""
        with contextlib.suppress(OSError), connection.makefile("rw") as file:
            print(json.dumps(job), file=file, flush=True)
            answer = file.readline()
        assert answer, (
            f"{module} in the environment {env} ended its server, or took {TIMEOUT_S} s: {_said(env, own)}"
        )
        status, used = answer.split()
        seconds.append(float(used))
        stdout, stderr = (path.read_text(errors="replace") for path in texts)
    return subprocess.CompletedProcess([module, *arguments], int(status), stdout, stderr)


def environment():
    """This process's variables, for a process that imports from this checkout."""
    not_theirs = {"ORCHESTRATOR_EVENTS_FD", _FOLDER, _SESSION}
    kept = {name: value for name, value in os.environ.items() if name not in not_theirs}
    return {**kept, "PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE"}


def share() -> None:
    """Make the folder of the session's servers, where there is none yet; workers inherit its name."""
    if _FOLDER not in os.environ:
        os.environ[_FOLDER] = tempfile.mkdtemp(prefix="servers-")
        os.environ[_SESSION] = str(os.getpid())


def stop() -> None:
    """End the servers, if they are this process's: each ends where its address is gone."""
    if os.environ.get(_SESSION) == str(os.getpid()):
        shutil.rmtree(os.environ.pop(_FOLDER), ignore_errors=True)
        del os.environ[_SESSION]


def _place(env, own):
    """The address of a server."""
    values = "\0".join(own.get(name, "") for name in _AT_START)
    return Path(os.environ[_FOLDER], f"{env}-{hashlib.sha256(values.encode()).hexdigest()[:8]}")


def _said(env, own):
    """What a server has said."""
    place = _place(env, own)
    return place.with_suffix(".log").read_text(errors="replace")[-2000:]


def _connected(env, own):
    """A connection to a server, which is started where there is none."""
    share()
    place = _place(env, own)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(place))
        except OSError:
            place.unlink(missing_ok=True)
            _start(env, own, place)
            connection.connect(str(place))
    return connection


def _start(env, own, place):
    """Start a server that listens already, for its imports take a while."""
    with socket.socket(socket.AF_UNIX) as listener, place.with_suffix(".log").open("wb") as log:
        listener.bind(str(place))
        listener.listen(64)
        words = (listener.fileno(), place, os.environ[_SESSION], *SLOW_IMPORTS.get(env, ()))
        subprocess.run(
            [python_of(env), "-P", "-m", "tests.stage_runners.fork_server", *map(str, words)],
            env=own, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
            pass_fds=[listener.fileno()], start_new_session=True,
        )  # fmt: skip
