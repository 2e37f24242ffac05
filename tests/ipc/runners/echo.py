"""A runner for tests: writes the turns it is told to, or misbehaves as told."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from ipc.declaration import Stage

STAGE = Stage(name="echo", version=3, backends=(), inputs=(), outputs=())


def load(params, device):
    if params.get("fail_load"):
        raise RuntimeError("CUDA failed with error out of memory")
    return {"device": device, "loads": 0}


def run(model, inputs, context):
    model["loads"] += 1
    print("noise on stdout, which nobody parses")
    what = context.params.get("what", "save")
    if what == "sleep":
        subprocess.Popen(["sleep", "60"])
        context.log("sleeping")
        time.sleep(60)
    if what == "burn":
        work = "import time\nwhile time.process_time() < 0.4: pass"
        subprocess.run([sys.executable, "-c", work], check=True)
    if what == "forget and fail":
        del os.environ["TOLD"]
        while time.process_time() < 0.4:
            pass
        raise RuntimeError("as told")
    if what == "wait":
        context.log("waiting")
        while True:
            context.check()
            time.sleep(0.01)
    if what == "die":
        os.kill(os.getpid(), 9)
    if what == "nothing":
        return
    if what == "degraded":
        context.degraded("only half was heard")
    context.method = "echo"
    context.fact("runs", model["loads"])
    context.progress(1, 2, phase="half")
    print("noise on stderr", file=sys.stderr)
    context.save("turns", {"start": [0.0], "end": [1.0], "speaker": ["SPEAKER_00"]})
