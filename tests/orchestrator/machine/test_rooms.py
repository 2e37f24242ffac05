"""The memory that is left in control groups and in the machine."""

from __future__ import annotations

import psutil
import pytest

from ipc.protocol import Heartbeat
from orchestrator.machine import limits, rooms
from orchestrator.machine.rooms import Room

MB = 1 << 20


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture(autouse=True)
def proc(tmp_path, monkeypatch):
    """What psutil reads is in the test's own folder."""
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path / "proc"))


def system(root, total=8000, available=4000, swap=0):
    rows = {"MemTotal": total, "MemFree": 10, "MemAvailable": available, "SwapTotal": swap, "SwapFree": swap}
    write(root, "proc/meminfo", "".join(f"{name}: {size * 1024} kB\n" for name, size in rows.items()))


def test_cached_files_count_as_free_in_a_control_group_of_version_2(tmp_path):
    system(tmp_path)
    write(tmp_path, "proc/self/cgroup", "0::/films\n")
    write(tmp_path, "sys/fs/cgroup/films/memory.max", f"{2000 * MB}\n")
    write(tmp_path, "sys/fs/cgroup/films/memory.current", f"{1900 * MB}\n")
    write(
        tmp_path,
        "sys/fs/cgroup/films/memory.stat",
        f"anon 1\ninactive_file {300 * MB}\nactive_file {100 * MB}\n",
    )
    group, machine = rooms.of_machine(tmp_path)
    assert (group.free, group.of) == (500 * MB, 2000 * MB)
    assert (machine.free, machine.of) == (4000 * MB, 8000 * MB)


def test_cached_files_count_as_free_in_a_control_group_of_version_1(tmp_path):
    write(tmp_path, "proc/self/cgroup", "4:memory:/films\n0::/\n")
    write(tmp_path, "sys/fs/cgroup/memory/films/memory.limit_in_bytes", f"{2000 * MB}\n")
    write(tmp_path, "sys/fs/cgroup/memory/films/memory.usage_in_bytes", f"{1900 * MB}\n")
    write(
        tmp_path, "sys/fs/cgroup/memory/films/memory.stat", "total_inactive_file 0\ntotal_active_file 1000\n"
    )
    write(tmp_path, "sys/fs/cgroup/memory/memory.limit_in_bytes", f"{(1 << 63) - 4096}\n")
    (group,) = rooms.of_machine(tmp_path)
    assert (group.free, group.of) == (100 * MB + 1000, 2000 * MB)
    assert limits.memory_groups(tmp_path)[1].name == "films"


def test_swap_counts_as_free_memory(tmp_path):
    system(tmp_path, available=50)
    assert rooms.of_machine(tmp_path)[0].tight
    system(tmp_path, available=50, swap=4000)
    assert not rooms.of_machine(tmp_path)[0].tight


def test_without_memory_figures_nothing_is_watched(tmp_path):
    assert rooms.of_machine(tmp_path) == []


@pytest.mark.parametrize(
    ("free", "of", "tight"),
    [
        (63, 512, True),
        (65, 512, False),
        (399, 8000, True),
        (401, 8000, False),
        (1023, 99_000, True),
        (1025, 99_000, False),
    ],
)  # fmt: skip
def test_memory_is_tight_below_a_twentieth_within_bounds(free, of, tight):
    assert Room(free=free * MB, of=of * MB, whose="test").tight is tight


def test_a_process_without_a_limit_has_no_room():
    assert rooms.of_process(Heartbeat(rss=1, peak_rss=1)) is None
    room = rooms.of_process(Heartbeat(rss=1, peak_rss=1, size=900 * MB, limit=1000 * MB))
    assert (room.free, room.of) == (100 * MB, 1000 * MB)
