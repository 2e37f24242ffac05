"""Documents that are made from the code are as the code makes them now."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_options_and_output_files_in_the_reference_are_those_of_the_program():
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs/make_reference.py")
    maker = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(maker)
    sys.path[:] = before
    document = maker.REFERENCE.read_text(encoding="utf-8")
    assert maker.made(document) == document, "docs/reference.md is stale: run python docs/make_reference.py"
