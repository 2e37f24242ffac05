"""A runner for the scheduler's tests: it adds a row to a table of turns, or misbehaves by parameter.

The stage's name and the parameter `what` distinguish its uses. A misbehaviour that happens once leaves a mark
in the folder `marks`.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import time
from pathlib import Path

from ipc import child_loop
from ipc.declaration import Stage

STAGE = Stage(name="work", version=1, backends=(), inputs=(), outputs=())


METAL = (
    "[METAL] Command buffer execution failed: Insufficient Memory "
    "(00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"
)


def say(name):
    """Say this stage's name in `hello`, and after `become` the name of the log."""
    global STAGE
    STAGE = dataclasses.replace(STAGE, name=name)
    become = child_loop.Child.become

    def renamed(child, command):
        global STAGE
        STAGE = dataclasses.replace(STAGE, name=Path(command.log).name.split(".")[0])
        become(child, command)

    child_loop.Child.become = renamed


def load(params, device):
    if device != "cpu" and params.get("what") == "abort":
        print("libc++abi: terminating", flush=True)
        os.kill(os.getpid(), signal.SIGABRT)
    if params.get("slow_load"):
        time.sleep(params["slow_load"])
    if device == "cuda" and params.get("fail_load"):
        raise RuntimeError("CUDA out of memory")
    return device


def run(model, inputs, context):
    params = context.params
    what = params.get("what") or ""
    seconds = float(params.get("seconds") or 0)
    started = time.time()
    _misbehave(what, params, context)
    while time.time() < started + seconds:
        context.check()
        context.progress(time.time() - started, seconds, phase="working")
        time.sleep(0.02)
    if what == "degraded":
        context.degraded("only half was heard")
    if params.get("transient"):
        context.fact("transient", params["transient"])
    context.fact("seconds", 10.0)
    if what.endswith("gpu"):
        context.fact("gpu", (context.device, os.environ.get("CUDA_VISIBLE_DEVICES")))
    context.fact("batch", params.get("batch_size"))
    rows = [{"start": 0.0, "end": 1.0, "speaker": str(params.get("value", "x"))}]
    if "film" in inputs:
        rows[0]["speaker"] += inputs["film"].read_text()[:5]
    elif inputs:
        from ipc.artifacts import read

        rows = [r for path in inputs.values() for r in read(path, "turns").rows()] + rows
    context.save("turns", {name: [row[name] for row in rows] for name in ("start", "end", "speaker")})


def _misbehave(what, params, context):
    first = _first(params)
    match what:
        case "input":
            from ipc.errors import StageError

            raise StageError("input", "the film has no sound", "take another film")
        case "storage":
            raise OSError(28, "No space left on device")
        case "bug":
            raise ValueError("nobody expected this")
        case "kill once" if first:
            os.kill(os.getpid(), signal.SIGKILL)
        case "kill always":
            os.kill(os.getpid(), signal.SIGKILL)
        case "oom until 2" if params["batch_size"] > 2:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        case "metal aborts until 2" if params["batch_size"] > 2:
            print(METAL, flush=True)
            os.kill(os.getpid(), signal.SIGABRT)
        case "eats" if params["batch_size"] > 1:
            held = []
            while True:  # twenty megabytes a step, written to, as a batch too large would be
                held.append(bytearray(20 << 20))
                time.sleep(0.02)
        case "no memory":
            raise MemoryError
        case "oom on cuda" if context.device == "cuda":
            raise RuntimeError("CUDA out of memory")
        case "dies on a gpu" if os.environ.get("CUDA_VISIBLE_DEVICES") == "0":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang once" if first:
            subprocess.Popen(["sleep", "600"])
            time.sleep(600)
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            subprocess.Popen(["sleep", "600"])
            time.sleep(600)
        case "child":
            subprocess.Popen(["sleep", "600"])
        case "nothing saved":
            context.save = lambda *_: None


def _first(params):
    if not params.get("marks"):
        return False
    mark = Path(params["marks"]) / "once"
    if mark.exists():
        return False
    mark.write_text("")
    return True
