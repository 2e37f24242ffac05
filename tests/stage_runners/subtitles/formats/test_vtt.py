"""WebVTT files are what browsers read, and say what the cues say."""

from __future__ import annotations

from stage_runners.subtitles.cues import Line
from stage_runners.subtitles.formats import vtt
from tests.stage_runners.subtitles.documents import NAMES, ONE, TWO, cue, document


def test_voice_spans_name_the_speaker_and_the_text_is_escaped():
    assert vtt.write(document(ONE, TWO, cue(Line("a < b & c", None)), names=NAMES)) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Speaker 1>Hello,\nis it you?</v>\n\n"
        "01:02:03.040 --> 01:02:05.000\n<v Speaker 2>- Yes.</v>\n<v Speaker 1>- Oh.</v>\n\n"
        "00:00:01.000 --> 00:00:03.000\na &lt; b &amp; c\n"
    )


def test_text_that_looks_like_cue_times_starts_no_new_cue():
    pasted = cue(Line("2", None), Line("00:00:01,000 --> 00:00:02,000", None))
    assert vtt.write(document(pasted)).count("-->") == 1


def test_without_cues_the_file_has_only_its_header():
    assert vtt.write(document()) == "WEBVTT\n"
