"""The page counts the speakers' labels as the layout does, over the same table of cues."""

from __future__ import annotations

import json

from ipc.cue_rules import CueLimits
from ipc.speaker_labels import SpeakerLabels, label, shown_lines
from orchestrator.report import document
from tests import browser

NAMES = (
    "Sheila",
    "Dr. Meera Joshi-Ram\u00e1n",
    "\u0391\u03bd\u03bd\u03b1, the elder",
    "Bartholomew" * 3,
    "\u5c71\u7530",
)
STYLES = (("[NAME]", 25), (">> NAME:", 14), ("NAME:", 16))
TEXTS = (
    "",
    "Hello.",
    "x" * 37,
    "x" * 37 + "\n" + "y" * 20,
    "- Hello.\n- Oh.",
    "-Hello.\nand more\n-Oh.",
    "  - two   blanks \n\n and an empty line ",
)
SPEAKERS = ([], ["A"], ["B"], ["A", "B"], ["A", "X"], ["A", "B", "A"])

_RUN = """rows => rows.map(([text, speakers, last, of, every, limits]) =>
  $speaker_labels.shownLines(text, speakers, last, (id) => of[id] ?? "", every, limits))"""


def in_the_page(run, rows):
    modules = [
        document.wrapped(name, (document.FOLDER / "js" / f"{name}.js").read_text(encoding="utf-8"))
        for name in ("cue_rules", "speaker_labels")
    ]
    with browser.page() as page:
        page.add_script_tag(content="\n".join(modules))
        return page.evaluate(run, json.loads(json.dumps(rows)))


def test_the_page_and_the_layout_show_the_same_labels():
    rows = [(name, {"form": form, "room": room}) for name in NAMES for form, room in STYLES]
    found = in_the_page("rows => rows.map(([name, style]) => $speaker_labels.label(name, style))", rows)
    assert found == [label(name, style["room"], style["form"]) for name, style in rows]
    assert len(set(found)) > len(NAMES)


def test_the_page_and_the_stages_put_labels_into_the_same_lines():
    of = {"A": "[SHEILA]", "B": "[DIANE]"}
    rows = [
        (text, speakers, last, of, every, {"width": 42, "lines": 2})
        for text in TEXTS
        for speakers in SPEAKERS
        for last in (None, "A", "B")
        for every in (False, True)
    ]
    expected = [
        shown_lines(text, speakers, last, SpeakerLabels(of=of, every=every), CueLimits())
        for text, speakers, last, of, every, _ in rows
    ]
    assert in_the_page(_RUN, rows) == expected
    assert ["[SHEILA]", "x" * 37] in expected
    assert ["- [SHEILA] Hello.", "- [DIANE] Oh."] in expected
