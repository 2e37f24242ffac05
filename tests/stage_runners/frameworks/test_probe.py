"""What a framework is asked.

The smallest Whisper, the driver's own answer, and libraries that come in packages.
"""

from __future__ import annotations

import ctypes
import json
import subprocess

import numpy as np
import pytest

from orchestrator.environments import registry
from stage_runners.frameworks import cuda_libraries, probe


class Driver:
    """NVIDIA's driver library, as far as it is asked."""

    def __init__(self, status=0, memory_mb=(6367,)):
        self.status, self.memory_mb = status, memory_mb

    def cuInit(self, flags):  # noqa: N802 - its own name
        return self.status

    def cuDeviceGetCount(self, count):  # noqa: N802 - its own name
        count._obj.value = len(self.memory_mb)
        return 0

    def cuDeviceGet(self, device, index):  # noqa: N802 - its own name
        device._obj.value = index
        return 0

    def cuDeviceGetName(self, name, length, device):  # noqa: N802 - its own name
        name.value = b"NVIDIA GeForce GTX 1060 6GB"

    def cuDeviceTotalMem_v2(self, memory, device):  # noqa: N802 - its own name
        memory._obj.value = self.memory_mb[device.value] << 20


def test_name_and_memory_come_from_the_driver_where_torch_cannot_compute():
    assert probe.card(Driver()) == {"name": "NVIDIA GeForce GTX 1060 6GB", "memory_mb": 6367}


def test_of_several_gpus_the_driver_names_each(monkeypatch, capsys):
    found = [card["memory_mb"] for card in probe.cards(Driver(memory_mb=(24000, 8000)))]
    assert found == [24000, 8000]
    monkeypatch.setattr(probe, "_library", lambda _: Driver(memory_mb=(24000, 8000)))
    monkeypatch.setitem(probe.FRAMEWORKS, "ctranslate2", {"cuda": lambda: {"compute_types": ["int8"]}})
    probe.main(["ctranslate2"])
    answer = json.loads(capsys.readouterr().out)["cuda"]
    assert [card["memory_mb"] for card in answer["cards"]] == [24000, 8000]


def test_one_gpu_is_not_listed(monkeypatch, capsys):
    monkeypatch.setattr(probe, "_library", lambda _: Driver())
    monkeypatch.setitem(probe.FRAMEWORKS, "ctranslate2", {"cuda": lambda: {"compute_types": ["int8"]}})
    probe.main(["ctranslate2"])
    assert json.loads(capsys.readouterr().out) == {"cuda": {"compute_types": ["int8"]}}


@pytest.mark.parametrize("library", [None, Driver(status=100)])
def test_name_and_memory_are_unknown_without_a_driver(library):
    assert probe.card(library) == {}


def whisper(wrong):
    """An encoder that gives ones, and on the device what `wrong` says for a compute type."""

    def encode(device, compute_type):
        found = wrong.get(compute_type, 1.0) if device != "cpu" else 1.0
        if isinstance(found, Exception):
            raise found
        return np.full((2, 2), found, np.float32)

    return encode


def test_a_compute_type_counts_only_if_a_small_whisper_gives_correct_results():
    wrong = {
        "float16": 1.01,
        "int8": float("nan"),
        "int8_float16": 3.0,
        "bfloat16": RuntimeError("no kernel\nimage"),
    }
    good, refused = probe.working(
        "cuda", ["bfloat16", "float16", "float32", "int8", "int8_float16"], whisper(wrong)
    )
    assert good == ["float16", "float32"]
    assert refused == {
        "bfloat16": "no kernel",
        "int8": "a small Whisper came out wrong, by nan",
        "int8_float16": "a small Whisper came out wrong, by 2",
    }


def test_if_no_type_works_the_first_reason_is_reported():
    with pytest.raises(ValueError, match=r"libcublas\.so\.12 is not found"):
        probe.working(
            "cuda", ["float16"], whisper({"float16": RuntimeError("Library libcublas.so.12 is not found")})
        )


def test_a_packaged_library_is_found_by_its_bare_name_once_it_was_loaded_by_its_path(tmp_path):
    folder = tmp_path / "nvidia" / "cublas" / "lib"
    folder.mkdir(parents=True)
    name = "liborchestrator_probe_test.so.12"
    build = subprocess.run(
        ["cc", "-shared", "-o", str(folder / name), "-x", "c", "-", f"-Wl,-soname,{name}"],
        input="int answer(void) { return 42; }", text=True, check=False, capture_output=True,
    )  # fmt: skip
    if build.returncode:
        pytest.skip("there is no compiler for a shared library")
    with pytest.raises(OSError, match=name):
        ctypes.CDLL(name)
    assert cuda_libraries.load_cublas((name,), [str(tmp_path / "nothing"), str(tmp_path)]) == [folder / name]
    assert ctypes.CDLL(name).answer() == 42


@pytest.mark.env("whisperx")
def test_ctranslate2_gives_equal_results_in_every_compute_type_and_finds_cublas():
    script = """
import ctypes, sys, ctranslate2, numpy as np
from stage_runners.frameworks import cuda_libraries, probe, probe_whisper
types = sorted(ctranslate2.get_supported_compute_types("cpu"))
good, refused = probe.working("cpu", types, probe_whisper.encode)
assert good == types and not refused, refused
assert np.ptp(probe_whisper.encode("cpu", "float32")) > 1
loaded = cuda_libraries.load_cublas()
if loaded:
    ctypes.CDLL("libcublas.so.12")
assert "torch" not in sys.modules
print("right", len(loaded))
"""
    done = subprocess.run(
        [registry.python("whisperx"), "-P", "-c", script], capture_output=True, text=True, check=False,
        env=registry.child_environment("whisperx"),
    )  # fmt: skip
    assert done.stdout.startswith("right"), done.stderr
