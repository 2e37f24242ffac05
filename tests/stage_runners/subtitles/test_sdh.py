"""Labels of music and pauses: in the film's language, within the profile's limits, never over speech."""

from __future__ import annotations

import pytest

from stage_runners.subtitles import sdh
from stage_runners.subtitles.cues import Cue, Line, Profile
from stage_runners.subtitles.formats import ass, vtt
from stage_runners.subtitles.sdh import FLAG, WORDS, Stretch, stretches, text_of, with_sounds
from tests.stage_runners.subtitles.documents import document

LIMITS = Profile(min_ms=840, max_ms=7000, gap_ms=80, chain_ms=500)
TEXTS = {kind: f"[{kind}]" for kind in ("music", "silence", "no speech")}


def said(*spans):
    return [Cue(a, b, (Line("Words.", "A"),), (k,), ()) for k, (a, b) in enumerate(spans)]


def music(*spans):
    return [Stretch(a, b, "music") for a, b in spans]


def added(cues, heard, limits=LIMITS):
    """The (start, end) of the cues that were added; all of them checked against the limits."""
    result = with_sounds(cues, heard, limits, TEXTS)
    assert [cue for cue in result if FLAG not in cue.flags] == sorted(cues, key=lambda cue: cue.start)
    sounds = [cue for cue in result if FLAG in cue.flags]
    assert all(limits.min_ms <= cue.end - cue.start <= limits.max_ms for cue in sounds)
    for cue in sounds:
        for other in result:
            assert (
                other is cue
                or other.end + limits.gap_ms <= cue.start
                or cue.end + limits.gap_ms <= other.start
            )
    assert all(cue.start % 10 == 0 == cue.end % 10 for cue in sounds)
    return [(cue.start, cue.end) for cue in sounds]


def test_music_before_the_first_word_is_named_once_for_three_seconds():
    assert added(said((12_000, 14_000)), music((0, 11_700))) == [(0, 3000)]


def test_a_label_gives_way_to_speech():
    assert added(said((0, 5000), (8000, 9000)), music((2000, 9000))) == [(5080, 7920)]


def test_without_room_there_is_no_label():
    assert added(said((0, 5000), (6000, 9000)), music((4000, 7000))) == []


def test_music_that_goes_on_under_speech_is_named_once_and_new_music_again():
    heard = music((0, 5000), (9000, 14_000), (20_000, 25_000), (60_000, 66_000))
    assert added(said((5400, 8600), (14_500, 19_500)), heard) == [(0, 3000), (60_000, 63_000)]


def test_music_without_room_at_its_start_is_labelled_later():
    assert added(said((0, 5000), (5500, 8000)), music((4900, 5600), (8300, 12_000))) == [(8080, 11_080)]


def test_a_short_gap_after_a_label_is_closed_like_other_gaps():
    assert added(said((3400, 5000)), music((0, 3390))) == [(0, 3320)]


def test_a_film_without_speech_gets_only_the_label():
    assert added([], music((700, 40_000))) == [(700, 3700)]


def test_a_label_avoids_cues_that_overlap_after_an_edit():
    assert added(said((0, 9000), (2000, 4000), (12_000, 13_000)), music((4100, 11_900))) == [(9080, 11_920)]


def test_pauses_are_labelled_only_on_request_and_silence_only_in_them():
    speech = [{"start": 0.0, "end": 5.0}, {"start": 40.0, "end": 41.0}, {"start": 70.0, "end": 71.0}]
    sounds = [
        {"start": 5.0, "end": 39.9, "kind": "silence"},
        {"start": 50.0, "end": 55.0, "kind": "music"},
    ]
    assert stretches(sounds, speech) == [Stretch(50_000, 55_000, "music")]
    assert stretches(sounds, speech, 20.0) == [
        Stretch(5000, 40_000, "silence"),
        Stretch(50_000, 55_000, "music"),
    ]
    assert stretches([], speech, 20.0) == [
        Stretch(5000, 40_000, "no speech"),
        Stretch(41_000, 70_000, "no speech"),
    ]


def test_a_long_film_is_searched_only_once(monkeypatch):
    """Not each cue for each stretch of music: that took minutes for a film of three hours."""
    looked = []

    class Counted(list):
        def __getitem__(self, k):
            looked.append(k)
            return super().__getitem__(k)

    plain = sdh._room
    monkeypatch.setattr(
        sdh, "_room", lambda one, starts, ends, *rest: plain(one, starts, Counted(ends), *rest)
    )
    cues = said(*((k * 2700, k * 2700 + 2000) for k in range(4000)))
    heard = music(*((k * 27_000, k * 27_000 + 9000) for k in range(400)))
    with_sounds(cues, heard, LIMITS, TEXTS)
    assert len(looked) < 2 * len(cues)


def test_sdh_has_speaker_labels_in_every_format():
    one = Cue(0, 1000, (Line("", "A", label="[ANN]"), Line("Words.", "A")), (0,), ())
    names = {"A": "Ann"}
    assert "<v Ann>Words.</v>" in vtt.write(document(one, names=names))
    assert "<v Ann>[ANN]\nWords.</v>" in vtt.write(document(one, names=names, sdh=True))
    assert ",,Words." in ass.write(document(one, names=names))
    assert r",,[ANN]\NWords." in ass.write(document(one, names=names, sdh=True))


@pytest.mark.parametrize(
    ("language", "form", "text"),
    [
        ("de", "[NAME]", "[Musik]"),
        ("en", "(NAME)", "(music)"),
        ("en", "NAME:", "MUSIC"),
        ("en", ">> NAME:", "[music]"),
        ("xx", "[NAME]", "[music]"),
    ],
)
def test_a_label_uses_the_language_of_the_film_and_the_label_form(language, form, text):
    assert text_of("music", language, form) == text


def test_every_label_of_the_table_fits_the_narrowest_line():
    assert all(len(word) + 2 <= 20 for words in WORDS.values() for word in words)
