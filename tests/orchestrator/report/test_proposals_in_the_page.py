"""The page finds the place of a proposed change as `ipc/proposals.py` does: both over the same table."""

from __future__ import annotations

from ipc import proposals
from orchestrator.report import document
from tests import browser
from tests.ipc.test_proposals import FITS, NONE

_RUN = "rows => rows.map(([text, before, after]) => $proposals.fitted(text, before, after))"


def test_the_page_and_the_orchestrator_agree():
    module = (document.FOLDER / "js" / "proposals.js").read_text(encoding="utf-8")
    rows = [row[:3] for row in (*FITS, *NONE)]
    ours = [found.text if (found := proposals.fit(*row)) else None for row in rows]
    needed = "const $state = {}, $elements = {}, $words = {}, $parts = {};"
    with browser.page() as page:
        page.add_script_tag(content=needed + document.wrapped("proposals", module))
        assert page.evaluate(_RUN, rows) == ours
