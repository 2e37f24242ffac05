"""Texts from outside are shown, and cannot act."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipc.legible import legible, legible_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("red \x1b[31m", r"red \x1b[31m"),
        ("clipboard \x1b]52;c;cm0gLXJm\x07", r"clipboard \x1b]52;c;cm0gLXJm\x07"),
        (
            "link \x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\",
            r"link \x1b]8;;http://evil\x1b\x\x1b]8;;\x1b" + "\\",
        ),
        ("CSI in one byte \x9b2J", r"CSI in one byte \x9b2J"),
        ("two\nlines\rone", r"two\nlines\rone"),
        ("separators \u2028\u2029\x85", r"separators \u2028\u2029\x85"),
        ("film\u202evkm.exe", r"film\u202evkm.exe"),
        ("isolate \u2066x\u2069", r"isolate \u2066x\u2069"),
        ("ad\u200bmin ad\u200dmin \ufeff", r"ad\u200bmin ad\u200dmin \ufeff"),
        ("tags \U000e0041", r"tags \U000e0041"),
        ("bytes \udcff\udc9b", r"bytes \xff\x9b"),
        ("half \ud800", r"half \ud800"),
        ("mark a\u200fb", r"mark a\u200fb"),
    ],
)
def test_hidden_characters_are_written_out(text, shown):
    assert legible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "\u0915\u094d\u200d\u0937",  # Hindi
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian
        "\u200f\u05e9\u05dc\u05d5\u05dd (2)\u200f",  # Hebrew
        "👩\u200d🚀",
        "Müller, ça va? 你好",
        "[red]markup[/]",
    ],
)
def test_what_scripts_are_spelled_with_stays(text):  # Hindi, Persian, an emoji, Hebrew
    assert legible(text) == text


@given(st.text())
def test_nothing_that_is_shown_can_act(text):
    for char in legible(text, keep="\n"):
        assert char == "\n" or (char.isprintable() or ord(char) > 0x9F)
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.dictionaries(st.text(), st.text()))
def test_json_keeps_its_data(body):
    written = legible_json(json.dumps(body, ensure_ascii=False, indent=2))
    assert json.loads(written) == body
    assert legible(written, keep="\n") == written
