"""Every kind of artifact, written with the oldest NumPy and pyarrow, read with the newest, and vice versa."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from ipc.schemas import KINDS
from tests.tools import UV, uv_environment

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("every_kind.py")
OLD = ["numpy==1.26.4", "pyarrow==18.1.0"]
MIDDLE = ["numpy==1.26.4", "pyarrow==21.0.0"]
NEW = ["numpy>=2.4", "pyarrow>=26"]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A function from requirements to the python of an environment that holds them."""
    if UV is None:
        pytest.skip("no uv to make the environments with")
    made = {}

    def make(requirements):
        key = tuple(requirements)
        if key not in made:
            folder = tmp_path_factory.mktemp("env")
            env = uv_environment()
            subprocess.run([UV, "venv", "-q", "--python", "3.11", folder / "v"], check=True, env=env)
            made[key] = folder / "v" / "bin" / "python"
            subprocess.run(
                [UV, "pip", "install", "-q", "--python", made[key], *requirements], check=True, env=env
            )
        return made[key]

    return make


def every_kind(python, action, folder):
    done = subprocess.run(
        [python, "-P", SCRIPT, action, folder],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("writer", "reader"),
    [(OLD, NEW), (NEW, OLD), (MIDDLE, NEW), (NEW, MIDDLE)],
    ids=["pyarrow 18 to newest", "newest to pyarrow 18", "numpy 1.26 to 2", "numpy 2 to 1.26"],
)
def test_every_kind_can_be_exchanged_between_numpy_and_pyarrow_versions(python, tmp_path, writer, reader):
    written = every_kind(python(writer), "write", tmp_path)
    assert every_kind(python(reader), "read", tmp_path) == written
    assert len(written) == len(KINDS) - 1  # an opaque file is bytes
