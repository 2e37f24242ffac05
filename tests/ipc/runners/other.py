"""Another runner for tests: reports what its process still knows of the one before."""

from __future__ import annotations

import os
import sys

from ipc.declaration import Stage

STAGE = Stage(name="other", version=5, backends=(), inputs=(), outputs=())


def load(params, device):
    return {}


def run(model, inputs, context):
    print("the other's words")
    context.method = "other"
    context.fact("told", os.environ.get("TOLD"))
    context.fact("imported", "tests.ipc.runners.echo" in sys.modules)
    context.save("turns", {"start": [0.0], "end": [1.0], "speaker": ["SPEAKER_00"]})
