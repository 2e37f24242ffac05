"""The page measures the coverage of edited cues as the stage `subtitles` does."""

from __future__ import annotations

import random

import pytest

from orchestrator.report import document
from stage_runners.subtitles import coverage
from tests import browser


def intervals(chance, count):
    starts = [round(chance.uniform(0, 100), 2) for _ in range(count)]
    return [(start, round(start + chance.uniform(0, 6), 2)) for start in starts]


def test_the_page_and_the_stage_measure_the_same_coverage():
    chance = random.Random(5)
    rows = [
        (intervals(chance, chance.randrange(12)), intervals(chance, chance.randrange(12))) for _ in range(300)
    ]
    rows += [([(0, 1), (1, 2), (1, 1)], [(0.5, 1.5)]), ([], [(1, 2)]), ([(1, 2)], [])]
    modules = [
        document.wrapped(name, (document.FOLDER / "js" / f"{name}.js").read_text(encoding="utf-8"))
        for name in ("cue_rules", "track_figures")
    ]
    with browser.page() as page:
        page.add_script_tag(content="\n".join(modules))
        found = page.evaluate(
            "rows => rows.map(([shown, speech]) => Object.values($track_figures.shares(shown, speech)))", rows
        )
    expected = [coverage.shares(shown, speech) for shown, speech in rows]
    assert len({round(share, 1) for pair in expected for share in pair}) > 8
    for row, ours, theirs in zip(rows, expected, found, strict=True):
        assert theirs == pytest.approx(ours, abs=6e-5), row
