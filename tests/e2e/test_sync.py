"""`orchestrator sync` on the telephone call: what was moved is put back, and the rest is left alone."""

from __future__ import annotations

import json
import re

import pytest

TIME = re.compile(r"(\d+):(\d\d):(\d\d)[,.](\d+)")


def seconds(text):
    return [int(h) * 3600 + int(m) * 60 + int(s) + float(f"0.{rest}") for h, m, s, rest in TIME.findall(text)]


def moved(text, by):
    """The text with every time `by` seconds later, in the same spelling."""

    def later(found):
        digits, point = len(found[4]), found[0][-len(found[4]) - 1]
        units = round((seconds(found[0])[0] + by) * 10**digits)
        whole, rest = divmod(units, 10**digits)
        hours = f"{whole // 3600:0{len(found[1])}}"
        return f"{hours}:{whole // 60 % 60:02}:{whole % 60:02}{point}{rest:0{digits}}"

    return TIME.sub(later, text)


def far_off(text, original):
    return max(abs(a - b) for a, b in zip(seconds(text), seconds(original), strict=True))


@pytest.fixture
def late(made, tmp_path):
    """Our own subtitles of the call, 3.4 s late, with the line ends and the mark of a program on Windows."""
    original = (made.whole / "demo.en.srt").read_text(encoding="utf-8")
    file = tmp_path / "late.srt"
    file.write_bytes(moved(original, 3.4).replace("\n", "\r\n").encode("utf-8-sig"))
    return file, original


def test_subtitles_that_were_moved_are_put_back_and_then_found_right(apart, film, late):
    file, original = late
    before = file.read_bytes()
    asked = ("sync", film, file, "--recognise")
    assert "not in sync" in apart(*asked, "--check", status=1).stdout
    assert [one.name for one in file.parent.iterdir()] == ["late.srt"]
    shown = apart(*asked).stdout
    assert "earlier (confidence 1.00)" in shown
    new = file.with_name("late.synced.srt")
    assert file.read_bytes() == before
    assert far_off(new.read_bytes().decode("utf-8-sig"), original) < 0.15
    assert TIME.sub("", new.read_bytes().decode()) == TIME.sub("", before.decode())
    told = json.loads(apart("sync", film, new, "--recognise", "--json").stdout)
    assert (told["verdict"], told["output"], told["words"]) == ("right", None, True)


def test_in_place_keeps_the_original_and_the_styles_of_ass(apart, film, made, tmp_path):
    original = (made.whole / "demo.en.ass").read_text(encoding="utf-8")
    file = tmp_path / "early.ass"
    file.write_text(moved(original, 5), encoding="utf-8")
    before = file.read_bytes()
    apart("sync", film, file, "--recognise", "--in-place")
    assert file.with_name("early.ass.bak").read_bytes() == before
    assert far_off(file.read_text(encoding="utf-8"), original) < 0.15
    assert TIME.sub("", file.read_text(encoding="utf-8")) == TIME.sub("", original)


def test_what_is_not_certain_is_not_written(apart, film, tmp_path):
    file = tmp_path / "other.srt"
    file.write_text(
        "".join(
            f"{k}\n00:00:{k * 3:02},000 --> 00:00:{k * 3 + 1:02},500\nSomething else\n\n" for k in range(1, 9)
        )
    )
    told = apart("sync", film, file, "--recognise", status=4).stderr
    assert "not certain where other.srt belongs" in told
    assert [one.name for one in tmp_path.iterdir()] == ["other.srt"]
    file.write_text("1\n00:00:01,000 --> 00:00:02,000\n[a door]\n")
    assert "0 spoken cues" in apart("sync", film, file, status=4).stderr
    file.write_text("nothing")
    assert "other.srt: no subtitles that can be read" in apart("sync", film, file, status=4).stderr
