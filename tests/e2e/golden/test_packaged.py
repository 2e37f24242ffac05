"""The results for the recording that pyannote.audio ships are those recorded in `expected*/`.

They were recorded on an AMD EPYC and an Intel Xeon, on which doubtful words differ ("Diane and New Jersey",
"Diane in New Jersey"), although the kernels are the same: a result must equal one of the recordings. On
processors other than x86-64, libraries round differently, and a word's time may differ by 0.01 s: there it
skips. Where a change is meant, record anew (on one, and correct the other recording by hand), and say in the
commit what differs and why:

    python tests/e2e/golden/record.py tests/e2e/golden/expected_on_intel \\
        --only demo,demo-cast,demo-clip,demo-plain,demo-sdh-mp4
"""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tests.e2e.golden import compare, record
from tests.e2e.golden.scenarios import PACKAGED

RECORDED = sorted(Path(__file__).parent.glob("expected*"))

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="recorded on x86-64")


@pytest.mark.parametrize("scenario", PACKAGED, ids=lambda scenario: scenario.name)
def test_the_results_match_the_recorded_ones(scenario, film, made, apart, tmp_path):
    if scenario.name == "demo":
        record.keep(made.whole, tmp_path / "demo", record.ROOT)
    else:
        record.record(scenario, film, tmp_path, apart.home, record.ROOT)
    found = [
        [
            line
            for line in compare.differences(folder / scenario.name, tmp_path / scenario.name)
            if not compare.SENTENCES.match(line)
        ]
        for folder in RECORDED
    ]
    assert min(found, key=len) == []
