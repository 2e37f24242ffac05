"""The limits of the machine, and the threads of each stage."""

from __future__ import annotations

import itertools
import os

from orchestrator.machine import limits as resources
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.fakes import stage

ACTIVE = {name: one for name, one in STAGES.items() if not one.off}


def threads(name, cores, stages=ACTIVE):
    return resources.threads(stages[name], resources.beside(stages[name], stages), cores)


def test_a_stage_that_runs_alone_gets_every_core_it_can_use():
    assert threads("pyannote_vad", 2) == 2
    assert threads("pyannote_vad", 16) == 4
    assert threads("demux", 16) == 1


def test_stages_that_may_run_in_parallel_share_the_cores():
    assert "diarization" in resources.beside(STAGES["asr"], ACTIVE)
    assert "asr" in resources.beside(STAGES["diarization"], ACTIVE)
    assert threads("asr", 12) + threads("diarization", 12) <= 12
    assert threads("diarization", 2) == 1


def test_without_diarization_recognition_gets_its_cores():
    without = {name: one for name, one in ACTIVE.items() if name != "diarization"}
    assert threads("asr", 4, without) == 4
    assert threads("asr", 4) < 4


def test_every_stage_gets_a_thread_on_a_machine_with_one_core():
    assert {threads(name, 1) for name in ACTIVE} == {1}


def test_stages_before_and_after_do_not_share_cores():
    chain = {
        s.name: s for s in (stage("a", "film", cores=4), stage("b", "a", cores=4), stage("c", "b", cores=4))
    }
    assert resources.beside(chain["a"], chain) == {}
    assert resources.beside(chain["c"], chain) == {}


def test_the_limits_do_not_exceed_the_machine():
    limits = resources.machine()
    assert 1 <= limits.cores <= os.cpu_count()
    assert 0 < limits.memory_mb < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20


def test_control_groups_are_listed_from_the_innermost_to_the_root():
    groups = resources.control_groups()
    assert groups[-1].as_posix() == "/sys/fs/cgroup"
    assert all(inner.parent == outer for inner, outer in itertools.pairwise(groups))
