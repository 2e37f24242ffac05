"""The page measures and judges a cue as `ipc/cue_rules.py` does: both over the same table of cues."""

from __future__ import annotations

import random

from ipc import cue_rules
from ipc.cue_rules import CueLimits
from orchestrator.report import document
from tests import browser

LIMITS = (
    CueLimits(),
    CueLimits(width=13, cps=4, min_ms=500, gap_ms=2000 / 23.976, gap_tolerance_ms=cue_rules.GRID_MS),
    CueLimits(width=37, lines=1, cps=12.4, min_ms=1000, max_ms=5000, gap_ms=0),
)
TEXTS = (
    "",
    "Hm.",
    "x" * 42,
    "x" * 43,
    "- Who is there?\n- Nobody.",
    "  two   blanks \n\n and an empty line ",
    "no\u00a0break\u3000wide",
    "こんにちは、世界。\nさようなら。",
    "नमस्ते दुनिया",
    "smile \U0001f600\U0001f469\u200d\U0001f680 end",
    "one\ntwo\nthree",
    "\u200f[ANN] \u0645\u0631\u062d\u0628\u0627\u2060 \u202bx\u202c soft\u00adhyphen \u2066y\u2069",
    "y" * 41 + "\n" + "z" * 42,
)
DURATIONS_MS = (0, 40, 498, 499, 831, 832, 833, 834, 1000, 2470, 2471, 2500, 7001, 7002, 7003)
GAPS_MS = (-500, -2, -1, 0, 40, 70, 73, 74, 77, 78, 80, 83, 84, 90, 1000)

_RUN = """rows => rows.map(([text, start, end, gap, limits]) => {
  const lines = $cue_rules.linesOf(text);
  const shown = $cue_rules.milliseconds(start, end);
  return [lines, shown, $cue_rules.characters(lines), $cue_rules.width(lines), $cue_rules.cps(lines, shown),
    $cue_rules.broken(lines, shown, limits), $cue_rules.brokenBetween(gap, limits)];
})"""


def table():
    """Every text with every duration, from starts all over a long film; every gap; all limits."""
    clock = random.Random(7)
    rows = []
    for number, limits in enumerate(LIMITS):
        for text in TEXTS:
            for k, duration in enumerate(DURATIONS_MS):
                start = clock.randrange(10_000_000)
                gap = GAPS_MS[(k + number) % len(GAPS_MS)]
                rows.append((text, start / 1000, (start + duration) / 1000, gap, limits))
    return rows


def judged(text, start, end, gap, limits):
    lines = cue_rules.lines_of(text)
    shown = cue_rules.milliseconds(start, end)
    return [
        lines,
        shown,
        cue_rules.characters(lines),
        cue_rules.width(lines),
        cue_rules.cps(lines, shown),
        cue_rules.broken(lines, shown, limits),
        cue_rules.broken_between(gap, limits),
    ]


def test_the_page_and_the_stages_apply_the_same_cue_rules():
    rows = table()
    module = (document.FOLDER / "js" / "cue_rules.js").read_text(encoding="utf-8")
    with browser.page() as page:
        page.add_script_tag(content=document.wrapped("cue_rules", module))
        found = page.evaluate(_RUN, [[*row[:-1], cue_rules.as_data(row[-1])] for row in rows])
    expected = [judged(*row) for row in rows]
    for row, ours, theirs in zip(rows, expected, found, strict=True):
        assert theirs == ours, row
    rules = {rule for *_, broken, between in expected for rule in (*broken, between)}
    assert rules == {"too_fast", "too_short", "too_long", "wide", "lines", "gap", "collides", ""}
