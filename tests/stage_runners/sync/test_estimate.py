"""Where subtitles belong is found by speech whose truth is known; what is not certain is not moved."""

from __future__ import annotations

import random

import numpy as np
import pytest

from stage_runners.sync import main
from stage_runners.sync.activity import Activity, activity_of
from stage_runners.sync.estimate import estimate
from stage_runners.sync.evidence import Spoken
from stage_runners.sync.film import NTSC
from stage_runners.sync.time_map import Part, Place, TimeMap
from stage_runners.sync.verdict import decide
from stage_runners.sync.words import Word, tokens


def speech(seed, seconds=240.0):
    """Passages of speech (start, end) of a film, by chance."""
    rng, at, found = random.Random(seed), 2.0, []
    while at < seconds - 8:
        length = rng.uniform(0.8, 5.0)
        found.append((at, at + length))
        at += length + rng.choice([0.4, 0.7, 1.5, 4.0]) * rng.uniform(0.8, 1.4)
    return found


def film(passages, seconds=240.0):
    spans = np.array(passages)
    none = np.zeros(0)
    return Activity(
        seconds=seconds, starts=spans[:, 0], ends=spans[:, 1], inner_starts=none, inner_ends=none, spans=spans
    )


def cues(passages, *, by=0.0, ratio=1.0, lead=0.05, jitter=0.0, seed=0):
    rng = random.Random(seed)
    return [
        Spoken((a - lead) * ratio + by + rng.uniform(-jitter, jitter), (b + 0.2) * ratio + by, k, f"word{k}")
        for k, (a, b) in enumerate(passages)
    ]


def verdict(given, passages, words=(), seconds=240.0):
    found = estimate(given, film(passages, seconds), words)
    return decide(found, given)


def placed(decided, given):
    return [decided.map.place(cue.start, cue.end) for cue in given]


def errors(decided, given, passages, lead=0.05):
    return [
        abs(place.start - (a - lead)) for place, (a, _) in zip(placed(decided, given), passages, strict=True)
    ]


@pytest.mark.parametrize(("lead", "jitter"), [(0.0, 0.0), (0.05, 0.1), (0.25, 0.05), (-0.05, 0.05)])
def test_subtitles_that_are_right_are_left_alone_whatever_their_habit(lead, jitter):
    passages = speech(1)
    decided = verdict(cues(passages, lead=lead, jitter=jitter), passages)
    assert decided.kind == "right"
    assert decided.confidence > 0.99


@pytest.mark.parametrize("by", [-30.0, -0.5, 0.4, 3.0, 55.0])
def test_a_constant_delay_is_found_to_a_few_hundredths(by):
    passages = speech(2)[10:]
    given = cues(passages, by=by)
    decided = verdict(given, passages)
    assert decided.kind == "moved"
    assert len(decided.pieces) == 1
    assert max(errors(decided, given, passages)) < 0.03


@pytest.mark.parametrize("ratio", [25 / 24, 24 / 25, 25 / NTSC, NTSC / 25, 1.002])
def test_another_frame_rate_is_found_with_its_delay(ratio):
    passages = speech(3)
    given = cues(passages, by=4.0, ratio=ratio)
    decided = verdict(given, passages)
    assert decided.kind == "moved"
    assert decided.map.ratio == pytest.approx(1 / ratio, abs=2e-4)
    assert max(errors(decided, given, passages)) < 0.06


def test_two_frame_rates_that_hardly_differ_are_told_apart_in_a_long_film():
    passages = speech(4, 480.0)
    given = cues(passages, ratio=24 / NTSC)
    decided = verdict(given, passages, seconds=480.0)
    assert decided.map.ratio == pytest.approx(NTSC / 24, abs=2e-5)
    assert max(errors(decided, given, passages)) < 0.06


def test_an_advertisement_moves_what_follows_it():
    passages = [(a + (33.0 if a > 120 else 0), b + (33.0 if a > 120 else 0)) for a, b in speech(5)]
    given = cues(speech(5))
    decided = verdict(given, passages, seconds=280.0)
    assert decided.kind == "moved"
    assert [round(piece.offset, 1) for piece in decided.pieces] == [0.0, 33.0]
    assert max(errors(decided, given, passages)) < 0.03


def test_cues_of_a_part_that_the_film_lacks_are_kept_but_not_shown():
    whole = speech(6)
    first, last = whole[15][1] + 0.2, whole[22][0] - 0.2
    gap = last - first
    passages = [(a, b) if b <= first else (a - gap, b - gap) for a, b in whole if b <= first or a >= last]
    given = cues(whole)
    decided = verdict(given, passages)
    found = placed(decided, given)
    assert [k for k, place in enumerate(found) if place.lost] == list(range(16, 22))
    rest = [place.start for place in found if not place.lost]
    assert max(abs(start - (a - 0.05)) for start, (a, _) in zip(rest, passages, strict=True)) < 0.03
    starts = [place.start for place in found]
    assert starts == sorted(starts)


@pytest.mark.parametrize("seed", range(4))
def test_subtitles_of_another_film_are_refused(seed):
    assert verdict(cues(speech(seed)), speech(seed + 50)).kind in {"foreign", "unsure"}


def test_a_handful_of_cues_is_not_enough_to_be_certain():
    passages = speech(7)
    assert verdict(cues(passages[20:23], by=9.0), passages).kind == "unsure"


def test_a_cut_in_the_middle_leaves_the_right_part_as_it_is():
    """The habit of the author is that of the part which is right."""
    passages = [(a + (20.0 if a > 100 else 0), b + (20.0 if a > 100 else 0)) for a, b in speech(8)]
    decided = verdict(cues(speech(8), lead=0.2), passages, seconds=280.0)
    assert [round(piece.offset, 2) for piece in decided.pieces] == [0.0, 20.0]


def test_words_place_cues_where_speech_has_no_pauses():
    rng = random.Random(9)
    spoken = [Word(f"w{rng.randrange(200)}", 5 + k * 0.35, 5.3 + k * 0.35) for k in range(200)]
    given = [
        Spoken(
            spoken[k].start - 0.05 + 6.0,
            spoken[k + 5].end + 6.0,
            k,
            " ".join(w.token for w in spoken[k : k + 6]),
        )
        for k in range(0, 190, 6)
    ]
    whole = [(5.0, 75.3)]
    assert verdict(given, whole, seconds=90.0).kind in {"unsure", "foreign"}
    decided = verdict(given, whole, spoken, seconds=90.0)
    assert decided.kind == "moved"
    assert decided.pieces[0].offset == pytest.approx(-6.0, abs=0.03)


def test_words_of_another_language_change_nothing():
    passages = speech(10)
    given = cues(passages, by=2.0)
    foreign = [Word(f"andere{k}", a, b) for k, (a, b) in enumerate(passages)]
    with_words, without = verdict(given, passages, foreign), verdict(given, passages)
    assert with_words.pieces[0].offset == pytest.approx(without.pieces[0].offset, abs=0.02)


def test_tokens_are_compared_without_accents_case_and_punctuation():
    assert tokens("\u2013 Don\u2019t, \u00c9LAN! na\u00efve") == ["dont", "elan", "naive"]
    assert tokens("\u65e5\u672c\u8a9e") == ["\u65e5", "\u672c", "\u8a9e"]
    assert tokens("\u0939\u093f\u0902\u0926\u0940") != tokens("\u0939\u0926")


def test_loudness_sharpens_the_edges_of_regions_and_finds_pauses_in_them():
    rng, rate = np.random.default_rng(0), 16000
    sound = rng.normal(0, 20, 10 * rate)
    for start, end in ((1.0, 2.0), (2.2, 3.0), (6.0, 7.5)):
        sound[int(start * rate) : int(end * rate)] += rng.normal(0, 3000, int(end * rate) - int(start * rate))
    regions = np.array([[0.86, 3.2], [5.92, 7.6]])
    found = activity_of(regions, sound.astype(np.int16), rate)
    assert found.starts == pytest.approx([1.0, 6.0], abs=0.015)
    assert found.ends == pytest.approx([3.0, 7.5], abs=0.015)
    assert found.inner_starts == pytest.approx([2.2], abs=0.015)
    assert found.mirrored().starts == pytest.approx([2.5, 7.0], abs=0.015)
    assert activity_of(np.zeros((0, 2)), sound.astype(np.int16), rate).speech_seconds == 0


def test_sounds_songs_signs_and_drawings_are_not_spoken():
    from stage_runners.sync import speech_text, subtitle_file

    texts = ["Hello", "[door slams]", "(laughter)", "\u266a la la \u266a", "MAN: Who?", "<i></i>", "*sighs*"]
    srt = "".join(f"{k}\n00:00:{k + 1:02},000 --> 00:00:{k + 1:02},900\n{t}\n\n" for k, t in enumerate(texts))
    file = subtitle_file.read("a.srt", srt.encode())
    assert [cue.text for cue in speech_text.spoken_of(file.events, "srt")] == ["Hello", "Who?"]
    lines = ["Hi\\Nyou", "{\\pos(1,2)}SIGN", "{\\p1}m 0 0{\\p0}", "{\\k10}la", "{\\i1}So{\\i0}", "Hi\\Nyou"]
    ass = "[Events]\n" + "".join(
        f"Dialogue: 0,0:00:0{k % 5}.00,0:00:0{k % 5}.90,D,,0,0,0,,{text}\n" for k, text in enumerate(lines)
    )
    file = subtitle_file.read("a.ass", ass.encode())
    assert [cue.text for cue in speech_text.spoken_of(file.events, "ass")] == ["Hi you", "So"]


def test_moved_reports_cues_before_the_film_and_gives_them_a_length():
    passages = speech(11)
    given = cues(passages, by=50.0)
    decided = verdict(given, passages)
    srt = "1\n00:00:01,000 --> 00:00:02,000\n[sound]\n"
    from stage_runners.sync import subtitle_file

    file = subtitle_file.read("a.srt", srt.encode())
    times, lost, clipped = main.moved(file, decided.map)
    assert (lost, clipped) == ([], 1)
    assert file.with_times(times) == b"1\n00:00:00,000 --> 00:00:00,001\n[sound]\n"


def test_a_cue_between_two_parts_is_placed_clipped_or_lost():
    parts = [Part(0.0, 100.0, 0.0), Part(160.0, 300.0, -50.0)]  # the film has 10 s of the 60 between them
    place = TimeMap(1.0, parts).place
    assert place(101.0, 104.0) == Place(101.0, 104.0)
    assert place(107.0, 112.0) == Place(107.0, 110.0)  # half of it and more before the next part
    assert place(149.0, 152.0) == Place(100.0, 102.0)
    assert place(120.0, 123.0) == Place(100.0, 100.0, lost=True)
    longer = TimeMap(1.0, [Part(0.0, 100.0, 0.0), Part(110.0, 300.0, 30.0)]).place
    assert longer(101.0, 102.0) == Place(101.0, 102.0)
    assert longer(108.0, 109.0) == Place(138.0, 139.0)
