"""Ray's side without Ray: messages, places, and the program on a leash."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from orchestrator.cluster import messages
from orchestrator.cluster.messages import Joined, Left, Lines
from orchestrator.cluster.on_ray import leash, machines
from orchestrator.cluster.on_ray.order import Order
from orchestrator.cluster.on_ray.process import Process


@pytest.mark.parametrize(
    "message",
    [
        Joined(worker="w1", machine="node:ab12", facts="{}", resources={"cpus": 4.0, "gpus": 0.0}),
        Lines(worker="w1", lines=('{"event":"step_done"}', "")),
        Left(worker="w1", lost=True, why="its node has died"),
        messages.End(),
    ],
)
def test_a_message_survives_its_line(message):
    assert messages.of_line(messages.to_line(message)) == message


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"message": "joined"}', '{"message": "other"}'])
def test_a_line_that_is_no_message_is_refused(line):
    with pytest.raises(ValueError, match=r"^|Expecting"):
        messages.of_line(line)


def node(**resources):
    return {"NodeID": "ab12cd34", "NodeManagerHostname": "node7", "Alive": True, "Resources": resources}


def test_a_machine_has_a_place_for_each_gpu_or_one_if_it_has_none_and_a_head_without_cpus_has_none():
    assert [p.name for p in machines.places_of(node(CPU=8.0))] == ["node7:ab12"]
    assert machines.places_of(node(CPU=8.0))[0].resources == {"cpus": 8.0, "gpus": 0.0}
    gpus = machines.places_of(node(CPU=9.0, GPU=2.0))
    assert [(p.name, p.cpus, p.gpus) for p in gpus] == [
        ("node7:ab12 GPU 0", 4.0, 1.0),
        ("node7:ab12 GPU 1", 4.0, 1.0),
    ]
    assert machines.places_of(node(memory=1e9)) == []


def test_the_settings_of_a_workers_machine_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/ray")
    monkeypatch.setenv("RAY_ADDRESS", "x")
    monkeypatch.setenv("ORCHESTRATOR_MODEL", "of the machine")
    monkeypatch.setenv("ORCHESTRATOR_LANGUAGE", "of the machine")
    monkeypatch.setenv("ORCHESTRATOR_HOME", "/its/home")
    order = Order(
        options=("--model=base",), config='language = "en"\n', folder="/films",
        variables={"ORCHESTRATOR_MODEL": None, "ORCHESTRATOR_LANGUAGE": "de"},
    )  # fmt: skip
    order = Order.from_json(order.to_json())
    variables = order.environ(tmp_path)
    assert not {"PYTHONPATH", "RAY_ADDRESS", "ORCHESTRATOR_MODEL"} & variables.keys()
    assert variables["ORCHESTRATOR_LANGUAGE"] == "de"
    assert variables["ORCHESTRATOR_HOME"] == "/its/home"
    assert (tmp_path / "config.toml").read_text() == 'language = "en"\n'
    assert variables["ORCHESTRATOR_CONFIG"] == str(tmp_path / "config.toml")
    assert order.command()[-4:] == ["--json", "--films-from", "-", "--model=base"]


ECHO = """
import sys
print("begun", flush=True)
for line in sys.stdin:
    print("got " + line.strip(), flush=True)
print("no more films", file=sys.stderr)
sys.exit(5)
"""


def test_lines_go_to_the_program_and_back_and_its_end_is_told_with_what_it_printed(tmp_path):
    process = Process([sys.executable, "-c", ECHO], dict(os.environ), tmp_path)
    process.send("one")
    process.send("two")
    process.no_more_films()
    lines = [line for batch in process.batches() for line in batch]
    assert lines == ["begun", "got one", "got two"]
    assert process.ended() == (5, "no more films\n")


def test_a_program_that_was_killed_ends_with_its_signal(tmp_path):
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    process = Process([sys.executable, "-c", code], dict(os.environ), tmp_path)
    assert list(process.batches()) == []
    assert process.ended()[0] == 128 + 9


def test_the_program_ends_when_whoever_started_it_is_killed(tmp_path):
    """As Ray kills a worker: nothing can be said to the program any more, and its input is still open."""
    code = "import time; print('up', flush=True); time.sleep(600)"
    parent = (
        "import os, subprocess, sys\n"
        "held, hand = os.pipe()\n"
        f"words = [sys.executable, {leash.__file__!r}, str(held), sys.executable, '-c', {code!r}]\n"
        "p = subprocess.Popen(words, pass_fds=(held,), start_new_session=True)\n"
        "os.close(held)\n"
        "p.wait()\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, cwd=tmp_path, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "up\n"
    started.kill()
    begun = time.monotonic()
    assert started.stdout.read() == ""  # all that held the pipe are gone
    assert time.monotonic() - begun < leash.PATIENCE_S
    started.stdout.close()
    started.wait()
