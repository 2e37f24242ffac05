"""The transcripts of the podcast namespace hold what is said by whom and when, whatever its letters."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from stage_runners.subtitles.formats import podcast_json, transcript_html
from tests.stage_runners.rows import said, segment
from tests.stage_runners.subtitles.documents import (
    EMPTY,
    NAMES,
    ODD_NAMES,
    ONE,
    TWO,
    A,
    B,
    conversation,
    document,
)


class Page(HTMLParser):
    """The elements of a page, each with its text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.languages = [["", ""]], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append([tag, ""])
        self.languages += [value for name, value in attributes if name in {"lang", "dir"}]

    def handle_data(self, data):
        self.elements[-1][1] += data

    def handle_endtag(self, tag):
        self.elements.append(["", ""])

    def of(self, *tags):
        return [text.strip() for tag, text in self.elements if tag in tags]


def test_each_speaker_of_a_cue_is_a_segment_with_name_times_and_text():
    made = json.loads(podcast_json.write(document(ONE, TWO, names=NAMES)))
    assert made == {
        "version": "1.0.0",
        "segments": [
            {"speaker": "Speaker 1", "startTime": 1.0, "endTime": 3.0, "body": "Hello, is it you?"},
            {"speaker": "Speaker 2", "startTime": 3723.04, "endTime": 3725.0, "body": "Yes."},
            {"speaker": "Speaker 1", "startTime": 3723.04, "endTime": 3725.0, "body": "Oh."},
        ],
    }


def test_a_film_without_speakers_has_no_names_and_one_without_speech_no_segments():
    (one,) = json.loads(podcast_json.write(document(ONE)))["segments"]
    assert "speaker" not in one
    assert json.loads(podcast_json.write(EMPTY))["segments"] == []
    page = Page(transcript_html.write(EMPTY))
    assert page.of("cite", "time", "p") == []


def test_the_page_has_a_name_a_time_and_a_paragraph_for_what_one_person_says():
    page = Page(transcript_html.write(conversation()))
    assert page.of("cite") == [f"{ODD_NAMES[B]}:", f"{ODD_NAMES[A]}:", f"{ODD_NAMES[B]}:"]
    assert page.of("time") == ["0:00", "0:01", "0:09"]
    assert page.of("p") == ['Is <b>R&D "here"</b> now?', "שלום, 🎉 עולם", "We pay *five* dollars"]
    assert page.of("b") == []
    assert page.languages == ["en"]


def test_a_page_that_is_read_from_right_to_left_says_so():
    words = said("שלום עולם", 1.0, speaker=A)
    made = document(language="he", segments=[segment(0, 1.0, 2.0, "שלום עולם", speaker=A)], words=words)
    assert Page(transcript_html.write(made)).languages == ["he", "rtl"]
