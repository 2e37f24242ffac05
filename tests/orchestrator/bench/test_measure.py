"""Measuring a command, and the meters, with stand-ins for RAPL and NVML."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time

import psutil
import pytest

from orchestrator.bench import measure, meters

BUSY = "import time, sys\nend = time.process_time() + 0.4\nx = bytearray(80 << 20)\n{}\nsys.exit({})"


def test_a_command_is_measured_with_its_children(tmp_path):
    work = "while time.process_time() < end: pass"
    inner = BUSY.format(work, 0)
    outer = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {inner!r}]).returncode)"
    use = measure.Gauge().run([sys.executable, "-c", outer], os.environ, tmp_path / "log", tmp_path)
    assert use.status == 0
    assert use.wall_s > use.cpu_s * 0.3 > 0.1
    assert use.cpu_s >= 0.4
    assert use.peak_memory > 80 << 20
    assert use.peak_vram is None


def test_the_status_and_the_output_of_a_command_are_kept(tmp_path):
    words = [sys.executable, "-c", "import sys; print('why'); sys.exit(3)"]
    assert measure.Gauge().run(words, os.environ, tmp_path / "log", tmp_path).status == 3
    assert (tmp_path / "log").read_text() == "why\n"


def test_an_interrupt_ends_the_command_and_its_children(tmp_path, monkeypatch):
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    started = []
    popen = subprocess.Popen

    def start(*words, **options):
        started.append(popen(*words, **options))
        return started[-1]

    def wait(pid, _flags):
        deadline = time.monotonic() + 20
        while not psutil.Process(pid).children() and time.monotonic() < deadline:
            time.sleep(0.02)
        started.extend(psutil.Process(pid).children())
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(os, "wait4", wait)
    with pytest.raises(KeyboardInterrupt):
        measure.Gauge().run([sys.executable, "-c", script], os.environ, tmp_path / "log", tmp_path)
    leader, child = started
    assert leader.poll() is not None
    psutil.wait_procs([child], timeout=10)  # it may be dead, and not reaped yet
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def package(folder, name="intel-rapl:0", uj=1_000_000, largest=10_000_000):
    place = folder / name
    place.mkdir(parents=True)
    (place / "name").write_text("package-0\n")
    (place / "energy_uj").write_text(f"{uj}\n")
    (place / "max_energy_range_uj").write_text(f"{largest}\n")
    return place


def test_rapl_counts_on_where_its_counter_starts_again(tmp_path):
    place = package(tmp_path)
    package(tmp_path, "intel-rapl:0:0")
    (meter,), why = meters.rapl(tmp_path)
    assert (meter.name, why) == ("package-0", "")
    (place / "energy_uj").write_text("9000000\n")
    assert meter.read() == pytest.approx(8.0)
    (place / "energy_uj").write_text("500000\n")
    assert meter.read() == pytest.approx(9.5, abs=1e-5)


def test_a_missing_or_forbidden_meter_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert "no RAPL counters" in meters.rapl(tmp_path)[1]
    package(tmp_path)
    monkeypatch.setattr(meters.Rapl, "_value", lambda _: (_ for _ in ()).throw(PermissionError(13, "no")))
    assert "only root may read" in meters.rapl(tmp_path)[1]
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "powermetrics needs root" in meters.rapl(tmp_path)[1]


class Driver:
    """The functions of libnvidia-ml that are called, for two GPUs of which one counts its energy."""

    def __init__(self):
        self.joules, self.used = 100.0, 1 << 30

    def nvmlInit_v2(self):  # noqa: N802
        return 0

    def nvmlDeviceGetCount_v2(self, count):  # noqa: N802
        count._obj.value = 2
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index, device):  # noqa: N802
        device._obj.value = index.value + 1
        return 0

    def nvmlDeviceGetTotalEnergyConsumption(self, device, millijoules):  # noqa: N802
        if device.value == 2:
            return 3
        millijoules._obj.value = int(self.joules * 1000)
        return 0

    def nvmlDeviceGetMemoryInfo(self, device, memory):  # noqa: N802
        memory._obj[2] = self.used if device.value == 1 else 0
        return 0


def test_nvml_counts_energy_and_memory(tmp_path):
    driver = Driver()
    gpus = meters.Nvml(driver)
    energy = list(gpus.meters())
    assert [meter.name for meter in energy] == ["gpu0"]
    assert gpus.used_memory() == 1 << 30
    gauge = measure.Gauge(gpus, energy)
    script = "import time; time.sleep(0.7)"
    read = driver.nvmlDeviceGetMemoryInfo

    def grow(device, memory):
        driver.joules, driver.used = 130.0, 3 << 30
        return read(device, memory)

    sampler = measure._Sampler(os.getpid(), gpus, energy)
    driver.nvmlDeviceGetMemoryInfo = grow
    sampler._sample()
    assert sampler.vram == 2 << 30
    assert sampler.energy() == {"gpu0": 30.0}
    assert gauge.run([sys.executable, "-c", script], os.environ, tmp_path / "log", tmp_path).energy_j == {
        "gpu0": 0.0
    }


def test_a_machine_without_nvidia_has_no_nvml(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: (_ for _ in ()).throw(OSError("no library")))
    assert meters.nvml() is None
