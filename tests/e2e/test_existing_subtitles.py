"""Subtitles beside the telephone call correct what was misheard, and wrong ones change nothing."""

from __future__ import annotations

import json
import os

import pytest

from tests.e2e.conftest import stored


@pytest.fixture
def place(film, tmp_path):
    """A folder with the film, which has the same content as that of the shared runs."""
    folder = tmp_path / "films"
    folder.mkdir()
    os.link(film, folder / "call.mkv")
    return folder / "call.mkv"


def unsure(program):
    """The least sure word of some length that was recognised once; which one depends on the processor."""
    rows = stored(program, "asr", "words").rows()
    bare = [row["text"].strip(".,?!") for row in rows]
    once = [k for k, word in enumerate(bare) if len(word) > 3 and word.isalpha() and bare.count(word) == 1]
    within = [k for k in once[1:-1] if rows[k - 1]["segment"] == rows[k]["segment"] == rows[k + 1]["segment"]]
    return bare[min(within, key=lambda k: rows[k]["probability"])]


def test_right_subtitles_correct_and_wrong_ones_change_nothing(apart, place, made):
    run = ("run", place, "--threads", 1, "--no-mux")
    before = unsure(apart)
    after = before[:-1] + ("t" if before[-1] != "t" else "d")
    ours = (made.whole / "demo.en.srt").read_text(encoding="utf-8")
    right = (
        ours.replace(before, after).replace("\n", "\r\n").encode("utf-8-sig")
    )  # not the bytes that we write
    beside, result = place.with_name("call.en.srt"), place.with_name("call.json")
    beside.write_bytes(right)
    shown = " ".join(apart(*run).stderr.split())
    assert f"existing subtitles corrected 1 word: {before} > {after}; read: call.en.srt (fits)" in shown
    assert apart.how()["asr"] == "cached"
    assert beside.read_bytes() == right
    assert after in result.read_text(encoding="utf-8")
    told = json.loads(apart("names", place, "--json").stdout)["corrections"]
    assert [one["after"] for one in told if one["stage"] == "existing_subtitles"] == [after]

    apart("names", place, "--undo", f"{before}>{after}")
    apart(*run)
    assert after not in result.read_text(encoding="utf-8")
    assert apart.how()["alignment"] == "cached"  # the transcript is again what it was without subtitles
    apart("names", place, "--redo", f"{before}>{after}")

    other = [
        f"{k}\n00:00:{3 * k:02},000 --> 00:00:{3 * k + 1:02},500\n{' '.join(line.split()[::-1])}\n"
        for k, line in enumerate(ours.split("\n")[2::4])
    ]
    beside.write_text("\n".join(other[::-1]), encoding="utf-8")
    shown = " ".join(apart(*run).stderr.split())
    assert "existing subtitles that were not used: call.en.srt" in shown
    assert after not in result.read_text(encoding="utf-8")
    assert "existing subtitles" not in apart(*run, "--no-existing-subtitles").stderr
    assert "existing_subtitles" not in apart.how()
