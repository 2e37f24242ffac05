"""Markers are read by OpenTimelineIO's adapter of FCPXML."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio
import pytest

from stage_runners.subtitles.formats import fcpxml
from stage_runners.subtitles.output_format import Beside, UnwritableError
from tests.stage_runners.subtitles.documents import EMPTY, NAMES, ONE, TWO, conversation, document, long_film


def markers(made, folder, name='A <film> & "more".mp4', begins=0.0, seconds=0.0):
    """The markers that OpenTimelineIO finds: seconds and text; and the clip."""
    text = fcpxml.for_film(fcpxml.write(made), Beside(name, name.rpartition(".")[0], begins, seconds))
    file = folder / "film.fcpxml"
    file.write_bytes(text.encode())
    found = opentimelineio.adapters.read_from_file(str(file), adapter_name="fcpx_xml")
    clips = list(found.find_clips())
    assert len(clips) == 1
    return [(one.marked_range.start_time.to_seconds(), one.name) for one in clips[0].markers], clips[0]


@pytest.mark.parametrize("rate", [0, 24000 / 1001, 25, 30000 / 1001, 50])
def test_every_cue_is_a_marker_at_its_frame(rate, tmp_path):
    found, clip = markers(document(ONE, TWO, names=NAMES, frame_rate=rate), tmp_path)
    assert [text for _, text in found] == ["[SPEAKER 1] Hello, is it you?", "- [SPEAKER 2] Yes. - Oh."]
    half = 0.5 / (rate or 25) + 0.0001
    assert [time for time, _ in found] == pytest.approx([1.0, 3723.04], abs=half)
    assert clip.name == 'A <film> & "more"'


def test_a_clip_is_the_part_of_the_film_that_it_was_made_of(tmp_path):
    found, clip = markers(document(ONE, TWO, names=NAMES, frame_rate=25), tmp_path, begins=10.02)
    assert [time for time, _ in found] == pytest.approx([11.0, 3733.04], abs=0.021)
    assert clip.source_range.start_time.to_seconds() == pytest.approx(10.0, abs=0.021)


@pytest.mark.parametrize(("seconds", "begins"), [(4000.03, 0.0), (4000.03, 10.02), (10.0, 0.0)])
def test_the_timeline_is_as_long_as_the_film_and_holds_every_marker(tmp_path, seconds, begins):
    made = document(ONE, TWO, names=NAMES, frame_rate=25)
    _, short = markers(made, tmp_path, begins=begins)
    found, clip = markers(made, tmp_path, begins=begins, seconds=seconds)
    last = short.source_range.duration.to_seconds()
    assert clip.source_range.duration.to_seconds() == pytest.approx(
        max(4000.0, last) if seconds > 20 else last
    )
    assert len(found) == 2


def test_texts_and_names_from_outside_stay_texts(tmp_path):
    found, _ = markers(conversation(), tmp_path, "FILM-SOURCE FILM-NAME.mkv")
    assert any('<b>R&D "here"</b>' in text for _, text in found)


@pytest.mark.parametrize(
    ("measured", "exact"),
    [(23.976, Fraction(24000, 1001)), (29.97002997, Fraction(30000, 1001)), (24.0, 24),
     (59.94, Fraction(60000, 1001)), (0, 25), (12.5, Fraction(25, 2))],
)  # fmt: skip
def test_the_frame_rate_is_exact(measured, exact):
    assert fcpxml.exact_rate(measured) == exact


def test_three_hours_have_a_marker_for_every_cue(tmp_path):
    found, _ = markers(long_film(), tmp_path)
    assert len(found) == len(long_film().cues)


def test_without_cues_there_is_nothing_to_write():
    with pytest.raises(UnwritableError):
        fcpxml.write(EMPTY)
