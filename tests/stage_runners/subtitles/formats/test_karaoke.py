"""Each word lights up at its time: as libass draws it, as pysubs2 reads it, and in Chromium."""

from __future__ import annotations

import re

import numpy as np
import pysubs2
import pytest

from stage_runners.subtitles.cue_words import CueWords
from stage_runners.subtitles.cues import Cue, Line
from stage_runners.subtitles.formats import ass_karaoke, vtt_karaoke
from tests import browser
from tests.stage_runners import films
from tests.stage_runners.rows import said, segment
from tests.stage_runners.subtitles.documents import (
    EMPTY,
    ODD_NAMES,
    A,
    B,
    conversation,
    document,
    long_film,
)


def clear(start=1000, end=4000, text="MMM WWW XXX", **more):
    """A cue whose words begin at 1, 2 and 3 seconds."""
    words = said(text, 1.0, 0.6, 0.4, speaker=B)
    cue = Cue(start, end, (Line(text, B),), (0,), ())
    rows = [segment(0, 1.0, 4.0, text, speaker=B)]
    return document(cue, names={B: "Bo"}, segments=rows, words=words, **more)


def waits(text):
    return [int(found) for found in re.findall(r"\\k(\d+)", text)]


def test_pysubs2_reads_the_text_of_the_cue_and_the_codes_last_as_long_as_it():
    made = conversation()
    events = pysubs2.SSAFile.from_string(ass_karaoke.write(made)).events
    shown = [re.sub("[\u202a-\u202e]", "", event.plaintext) for event in events]
    assert [text.replace("\u2060", "") for text in shown] == [cue.text() for cue in made.cues]
    assert [sum(waits(event.text)) for event in events] == [
        round(cue.end / 10 - cue.start / 10) for cue in made.cues
    ]


def test_a_word_waits_for_its_start_after_that_of_the_cue():
    (event,) = pysubs2.SSAFile.from_string(ass_karaoke.write(clear(start=500))).events
    assert event.text == r"{\k50}{\k100}MMM{\k100} WWW{\k100} XXX"


def test_a_cue_that_ends_early_or_begins_late_keeps_its_words_inside():
    (event,) = pysubs2.SSAFile.from_string(ass_karaoke.write(clear(start=1500, end=2500))).events
    assert waits(event.text) == [50, 50, 0]
    text = vtt_karaoke.write(clear(start=1500, end=2500))
    assert re.findall(r"<([\d:.]+)>", text) == ["00:00:02.000"]


@pytest.mark.env("media")
def test_libass_lights_up_one_word_after_the_other(tmp_path):
    (tmp_path / "x.ass").write_text(ass_karaoke.write(clear(start=0)), encoding="utf-8")
    films.make(
        "-f", "lavfi", "-i", "color=black:s=640x360:r=1:d=4", "-vf",
        f"setpts=PTS+0.5/TB,format=rgb24,ass={tmp_path / 'x.ass'},format=rgb24", "-f", "rawvideo",
        tmp_path / "rgb",
    )  # fmt: skip
    frames = np.fromfile(tmp_path / "rgb", np.uint8).reshape(-1, 360, 640, 3).max(axis=3).astype(int)
    lit = [int((frame > 200).sum()) for frame in frames]
    waiting = [int(((frame > 112) & (frame < 128)).sum()) for frame in frames]
    assert 0 == lit[0] < lit[1] < lit[2] < lit[3]
    assert waiting[0] > waiting[1] > waiting[2] > waiting[3]


def in_chromium(text):
    """Each cue as Chromium reads it: its text, and the times inside with the text after each."""
    with browser.page() as page:
        page.set_content("<video></video>")
        return page.evaluate(
            """async text => {
                const track = document.createElement("track");
                track.src = URL.createObjectURL(new Blob([text], {type: "text/vtt"}));
                const loaded = new Promise(resolve => { track.onload = track.onerror = resolve; });
                document.querySelector("video").append(track);
                track.track.mode = "hidden";
                await loaded;
                return [...track.track.cues].map(cue => {
                    const times = [], html = cue.getCueAsHTML();
                    const walker = document.createTreeWalker(html);
                    while (walker.nextNode()) {
                        const node = walker.currentNode;
                        if (node.nodeType === Node.PROCESSING_INSTRUCTION_NODE) times.push([node.data, ""]);
                        else if (node.nodeType === Node.TEXT_NODE && times.length)
                            times[times.length - 1][1] += node.data;
                    }
                    return {text: html.textContent, times, voice: html.querySelector("span")?.title};
                });
            }""",
            text,
        )


def test_chromium_reads_the_text_the_times_and_the_voice_of_every_cue():
    made = conversation()
    read = in_chromium(vtt_karaoke.write(made))
    assert [re.sub("[\u200e\u200f]", "", one["text"]) for one in read] == [cue.text() for cue in made.cues]
    assert read[0]["voice"] == ODD_NAMES[B]
    (one,) = in_chromium(vtt_karaoke.write(clear(start=500)))
    assert one["times"] == [
        ["00:00:01.000", "MMM "], ["00:00:02.000", "WWW "], ["00:00:03.000", "XXX"],
    ]  # fmt: skip


def test_a_cue_about_a_sound_has_no_times():
    made = document(Cue(0, 1000, (Line("[music]", None),), (), ()), names={B: "Bo"})
    assert r"\k" not in ass_karaoke.write(made)
    assert "\n[music]\n" in vtt_karaoke.write(made)


def test_words_of_an_edit_have_times_and_a_new_word_one_between_its_neighbours():
    made = clear(text="MMM WWW XXX")
    (cue,) = made.cues
    lines = (Line("MMM new", B), Line("XXX!", B))
    pieces = CueWords(made).pieces(Cue(cue.start, cue.end, lines, (0,), ()))
    flat = [piece for line in pieces for piece in line]
    assert [(piece.text, piece.start, piece.word) for piece in flat] == [
        ("MMM", 1000, 0), (" new", 1600, None), ("XXX!", 3000, 2),
    ]  # fmt: skip


def test_characters_of_a_script_without_blanks_light_up_with_their_words():
    words = [*said("こんにちは", 1.0, 0.5, 0), *said("世界。", 2.0, 0.5, 0)]
    words[1]["space"] = False
    cue = Cue(1000, 3000, (Line("こんにちは世界。", None),), (0,), ())
    made = document(cue, segments=[segment(0, 1, 3, "こんにちは世界。", language="ja")], words=words)
    text = vtt_karaoke.write(made)
    assert "こんにちは" in text
    assert "<00:00:02.000>世界。" in text


def test_two_voices_in_one_cue_light_up_at_their_own_times():
    words = [*said("Yes.", 1.0, speaker=A, segment=0), *said("Oh.", 2.0, speaker=B, segment=1)]
    rows = [segment(0, 1, 2, "Yes.", speaker=A), segment(1, 2, 3, "Oh.", speaker=B)]
    cue = Cue(1000, 3000, (Line("Yes.", A, dash="- "), Line("Oh.", B, dash="- ")), (0, 1), ())
    made = document(cue, names={A: "Ann", B: "Bo"}, segments=rows, words=words)
    assert "<v Ann>- Yes.</v>\n<v Bo>- <00:00:02.000>Oh.</v>" in vtt_karaoke.write(made)
    assert r"- {\k100}Yes.\N{\rBo}- {\k100}Oh." in ass_karaoke.write(made)


def test_three_hours_have_a_time_for_every_word_but_the_first_of_a_cue():
    made = long_film()
    assert vtt_karaoke.write(made).count("<0") == len(made.words) - len(made.cues)
    assert ass_karaoke.write(made).count(r"{\k") == len(made.words)


def test_without_speech_the_files_are_valid():
    assert vtt_karaoke.write(EMPTY).startswith("WEBVTT\n\nSTYLE\n")
    assert not pysubs2.SSAFile.from_string(ass_karaoke.write(EMPTY)).events
