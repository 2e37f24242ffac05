"""Processes of stage environments, which need not import torch again for each test.

The first job of an environment starts a server that imports its slow packages and forks a process for each
job. A test gets a real process with its own exit status, which imports the stage's own modules and loads its
model. Tests of the whole program start every process anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
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
_servers: dict[tuple[str, ...], subprocess.Popen[str]] = {}


def python_of(env):
    """The interpreter of a stage environment."""
    return ROOT / "envs" / env / ".venv" / "bin" / "python"


def run(env, module, *arguments):
    """Run a module as a program in environment `env`; returns the finished process with its texts."""
    own = environment()
    server = _server(env, own)
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder, "stdout"), Path(folder, "stderr")
        job = {
            "module": module, "arguments": [str(word) for word in arguments], "environment": own,
            "stdout": str(texts[0]), "stderr": str(texts[1]),
        }  # fmt: skip
        print(json.dumps(job), file=server.stdin, flush=True)
        status = ""
        try:
            if select.select([server.stdout], [], [], TIMEOUT_S)[0]:
                status = server.stdout.readline()
        finally:
            if not status:  # it ended, or its job did not: neither may answer the next test
                _kill(server)
        assert status, f"{module} in the environment {env} ended its server, or took {TIMEOUT_S} s"
        stdout, stderr = (path.read_text(errors="replace") for path in texts)
    return subprocess.CompletedProcess([module, *arguments], int(status), stdout, stderr)


def environment():
    """This process's variables, for a process that imports from this checkout."""
    kept = {name: value for name, value in os.environ.items() if name != "ORCHESTRATOR_EVENTS_FD"}
    return {**kept, "PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE"}


def _server(env, own):
    key = (env, *(own.get(name, "") for name in _AT_START))
    if key not in _servers:
        _servers[key] = subprocess.Popen(
            [python_of(env), "-P", "-m", "tests.stage_runners.fork_server", *SLOW_IMPORTS.get(env, ())],
            env=own,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    return _servers[key]


def _kill(server):
    """End a server with the job that it has forked."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    for key in [key for key, other in _servers.items() if other is server]:
        del _servers[key]


def stop():
    """End the servers."""
    for server in list(_servers.values()):
        server.stdin.close()
        _kill(server)
        server.stdout.close()
