"""The machine's memory, on this machine and on kernels that report less."""

from __future__ import annotations

import os

import psutil
import pytest

from orchestrator.machine import system_memory

MB = 1 << 20


@pytest.fixture
def proc(tmp_path, monkeypatch):
    """A folder that stands for /proc: write(**{"MemTotal": MB, ...})."""
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))

    def write(**rows):
        (tmp_path / "meminfo").write_text(
            "".join(f"{name}: {size * 1024} kB\n" for name, size in rows.items())
        )

    return write


def test_the_memory_of_this_machine_matches_the_kernel_s_figures():
    memory = system_memory.read()
    assert memory.total == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory.free > 0


def test_free_swap_counts_as_free(proc):
    proc(MemTotal=8000, MemFree=100, MemAvailable=4000, SwapTotal=3000, SwapFree=1000)
    memory = system_memory.read()
    assert (memory.total, memory.free) == (8000 * MB, 5000 * MB)


@pytest.mark.parametrize("available", [{}, {"MemAvailable": 0}], ids=["old kernel", "kernel bug"])
def test_without_a_figure_for_available_memory_free_memory_counts(proc, available):
    proc(MemTotal=8000, MemFree=700, **available, SwapTotal=0, SwapFree=0)
    assert system_memory.read().free == 700 * MB


def test_available_memory_above_the_total_is_not_believed(proc):
    proc(MemTotal=2000, MemFree=500, MemAvailable=9000, SwapTotal=0, SwapFree=0)
    assert system_memory.read().free == 500 * MB


def test_a_system_without_memory_figures_is_an_error(proc):
    with pytest.raises(FileNotFoundError):
        system_memory.read()
