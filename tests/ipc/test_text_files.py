"""Text files of any origin are read by their bytes, and a file that is no text is refused with its reason."""

from __future__ import annotations

import codecs

import pytest

from ipc.text_files import NotTextError, decoded

CUES = "1\n00:00:00,500 --> 00:00:03,000\nI\u2019ve\n\n2\n00:00:03,500 --> 00:00:06,000\n\u4f60\u597d\n"


@pytest.mark.parametrize("mark", [b"", b"with"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_every_form_of_unicode_is_read_with_and_without_a_byte_order_mark(codec, mark):
    found = decoded(("\ufeff" if mark else "").encode(codec) + CUES.encode(codec))
    assert found == (CUES, codec.upper(), False)


def test_a_utf_16_file_with_half_a_unit_at_its_end_is_read():
    assert decoded(codecs.BOM_UTF16_LE + "no\n".encode("utf-16-le") + b"\n").text == "no\n"


def test_line_ends_of_every_system_become_line_feeds_and_the_end_mark_of_dos_goes():
    assert decoded(b"a\rb\r\nc\nd\x1a").text == "a\nb\nc\nd"


def test_windows_1252_keeps_its_curly_quotes_and_is_told_as_a_guess():
    assert decoded("I\u2019ve".encode("cp1252")) == ("I\u2019ve", "Windows-1252", True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (
            "d\u00e9j\u00e0 vu \u00e0 No\u00ebl\n".encode() + b"l\xe9",
            "damaged UTF-8: line 2 has the byte 0xe9",
        ),
        (codecs.BOM_UTF16_LE + b"a\0\n\0\x00\xd8b\0", "damaged UTF-16-LE: line 2 cannot be read"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "not a text file: it has zero bytes"),
        (b"one\ntwo\x1b[31m", r"line 2 has the control character U\+001B"),
        (b"\x81\x8d", "in no known code page: line 1 has the byte 0x81"),
    ],
)
def test_a_file_that_is_no_text_or_damaged_is_refused_with_its_place(data, why):
    with pytest.raises(NotTextError, match=why):
        decoded(data, lambda _: None)
