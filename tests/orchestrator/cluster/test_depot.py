"""The depot by the packages of the environment `cluster`."""

from __future__ import annotations

import subprocess

import pytest

from orchestrator.environments import registry

SCRIPT = """
import pathlib, sys
from orchestrator.cluster.on_ray.depot import Files, open_depot
folder = pathlib.Path(sys.argv[1])
mine, yours, found = folder / "mine", folder / "yours", folder / "found"
mine.write_bytes(b"mine" * 5_000_000)
yours.write_bytes(b"yours")
for depot in (open_depot(f"file://{folder}/depot"), open_depot("memory:///x"), Files("memory://y"),
              Files(f"file://{folder}/other")):
    assert depot.names("films/ab") == []
    assert not depot.get("results/aa/k.tar", found)
    assert depot.put("results/aa/k.tar", mine)
    assert not depot.put("results/aa/k.tar", yours)
    assert depot.get("results/aa/k.tar", found)
    assert found.read_bytes() == mine.read_bytes()
    assert depot.put("films/ab/k2", yours) and depot.put("films/ab/k1", yours)
    assert depot.names("films/ab") == ["k1", "k2"]
for wrong in ("s3", "s3://", "folder"):
    try:
        open_depot(wrong)
    except ValueError as error:
        assert str(error).startswith(wrong + ": not an address")
    else:
        raise AssertionError(wrong)
print("good")
"""


@pytest.mark.env("cluster")
def test_the_first_who_puts_an_object_wins_in_every_kind_of_depot(tmp_path):
    done = subprocess.run(
        [registry.python("cluster"), "-P", "-c", SCRIPT, tmp_path], capture_output=True, text=True,
        cwd=tmp_path, env=registry.child_environment("cluster"), check=False,
    )  # fmt: skip
    assert done.stdout == "good\n", done.stderr
