"""The hardware, read from folders as the kernel's drivers write them."""

from __future__ import annotations

import pytest

from orchestrator.machine import hardware


@pytest.fixture
def system(tmp_path):
    """A root folder with the files that are given: `system({"proc/x": "text"})`."""

    def write(files):
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path

    return write


NVIDIA = {
    "dev/nvidia0": "",
    "proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  "
    "Thu Feb 22 01:44:30 UTC 2024\nGCC version: 12.3.0\n",
    "proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA GeForce RTX 3090\n"
    "IRQ:   \t\t 170\nGPU UUID: \t GPU-1\n",
}
AMD = {
    "dev/kfd": "",
    "sys/class/kfd/kfd/topology/nodes/0/properties": "cpu_cores_count 24\nsimd_count 0\nvendor_id 0\n",
    "sys/class/kfd/kfd/topology/nodes/1/properties": "cpu_cores_count 0\nsimd_count 192\n"
    "gfx_target_version 110000\nvendor_id 4098\ndevice_id 29772\n",
}
WSL2 = {
    "dev/dxg": "",
    "usr/lib/wsl/drivers/nv_dispi.inf_amd64_0123/nvidia-smi": "",
    "usr/lib/wsl/drivers/iigd.inf_amd64_4567/x": "",
}


@pytest.mark.parametrize(
    ("files", "driver", "gpus"),
    [
        ({}, "", ()),
        (NVIDIA, "NVIDIA 550.54.14", ("NVIDIA GeForce RTX 3090",)),
        (AMD, "", ("AMD gfx1100 (744c)",)),
        ({**AMD, "sys/module/amdgpu/version": "6.12.12\n"}, "amdgpu 6.12.12", ("AMD gfx1100 (744c)",)),
        (WSL2, "Windows nv_dispi.inf_amd64_0123", ()),
    ],
    ids=["none", "NVIDIA", "AMD", "AMD, packaged driver", "WSL2"],
)
def test_driver_and_gpus_are_read_from_the_kernel(files, driver, gpus, system):
    root = system(files)
    assert (hardware.driver(root), hardware.gpus(root)) == (driver, gpus)
    assert hardware.signs(root) == bool(files)


def test_another_gpu_changes_the_identity(system):
    before = hardware.identity(system(NVIDIA))
    card = "proc/driver/nvidia/gpus/0000:01:00.0/information"
    assert hardware.identity(system({card: "Model: \t\t NVIDIA H200\n"})) != before


def test_hidden_gpus_change_the_identity(system, monkeypatch):
    root = system(NVIDIA)
    before = hardware.identity(root)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert hardware.identity(root) != before


@pytest.mark.parametrize(
    ("text", "name"), [("processor : 0\nmodel name\t: AMD EPYC\n", "AMD EPYC"), ("processor : 0\n", None)]
)
def test_the_processor_has_its_name_or_its_architecture(text, name, system):
    import platform

    assert hardware.cpu(system({"proc/cpuinfo": text})) == (name or platform.machine())
