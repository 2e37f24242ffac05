"""TextGrids are read by praatio, EAF files by pympi: tiers, texts and times are those of the transcript."""

from __future__ import annotations

import itertools

import pytest
from praatio import textgrid as praat
from pympi import Elan

from stage_runners.subtitles.formats import eaf, textgrid
from stage_runners.subtitles.output_format import Beside
from tests.stage_runners.rows import said, segment, word
from tests.stage_runners.subtitles.documents import (
    EMPTY,
    ODD_NAMES,
    A,
    B,
    conversation,
    document,
    laid_out,
    long_film,
)

ANN, SARA = ODD_NAMES[B], ODD_NAMES[A]


def in_praat(made, folder):
    file = folder / "film.TextGrid"
    file.write_bytes(textgrid.write(made).encode())
    return praat.openTextgrid(str(file), includeEmptyIntervals=True)


def in_elan(made, folder):
    file = folder / "film.eaf"
    file.write_bytes(eaf.write(made).encode())
    return Elan.Eaf(str(file))


def spoken(tier):
    return [(one.start, one.end, one.label) for one in tier.entries if one.label]


def test_praat_reads_a_tier_of_utterances_and_one_of_words_for_each_speaker(tmp_path):
    made = conversation()
    grid = in_praat(made, tmp_path)
    assert list(grid.tierNames) == [ANN, f"{ANN} - words", SARA, f"{SARA} - words", "cues"]
    assert spoken(grid.getTier(ANN)) == [
        (0.5, 1.85, 'Is <b>R&D "here"</b> now?'),
        (9.0, 10.35, "We pay *five* dollars"),
    ]
    assert spoken(grid.getTier(f"{SARA} - words")) == [
        (1.4, 1.7, "שלום,"),
        (1.75, 2.05, "🎉"),
        (2.1, 2.4, "עולם"),
    ]


def test_the_intervals_of_a_tier_follow_each_other_from_the_start_to_the_end_of_the_film(tmp_path):
    grid = in_praat(conversation(), tmp_path)
    for name in grid.tierNames:
        entries = grid.getTier(name).entries
        assert entries[0].start == 0
        assert entries[-1].end == grid.maxTimestamp
        assert all(a.end == b.start for a, b in itertools.pairwise(entries))
        assert all(one.end > one.start for one in entries)


@pytest.mark.parametrize("made", [conversation(), document(), long_film()], ids=["talk", "empty", "long"])
@pytest.mark.parametrize("seconds", [0.0, 1.0, 20.0, 20000.5])
def test_a_textgrid_lasts_as_long_as_the_film(made, seconds, tmp_path):
    plain = in_praat(made, tmp_path)
    text = textgrid.for_film(textgrid.write(made), Beside("film.mkv", "film", seconds=seconds))
    file = tmp_path / "whole.TextGrid"
    file.write_bytes(text.encode())
    grid = praat.openTextgrid(str(file), includeEmptyIntervals=True)
    assert grid.maxTimestamp == max(seconds, plain.maxTimestamp)
    assert grid.tierNames == plain.tierNames
    for name in grid.tierNames:
        entries = grid.getTier(name).entries
        assert spoken(grid.getTier(name)) == spoken(plain.getTier(name))
        assert (entries[0].start, entries[-1].end) == (0, grid.maxTimestamp)
        assert all(a.end == b.start for a, b in itertools.pairwise(entries))
        sizes = [line for line in text.splitlines() if "intervals: size" in line]
    assert len(sizes) == len(grid.tierNames)
    assert sum(int(line.split("=")[1]) for line in sizes) == text.count("        intervals [")


def test_names_that_look_like_parts_of_a_textgrid_stay_names():
    name = "xmax = 3     item [9]: intervals: size = 2"
    made = document(names={A: name}, words=said("One two", speaker=A), segments=[segment(0)])
    text = textgrid.for_film(textgrid.write(made), Beside("film.mkv", "film", seconds=60.0))
    assert f'        name = "{name}" \n        xmin = 0 \n        xmax = 60 \n' in text
    assert text.count("\n    item [") == textgrid.write(made).count("\n    item [")


def test_elan_reads_the_same_intervals_and_words_lie_inside_utterances(tmp_path):
    made = conversation()
    grid, elan = in_praat(made, tmp_path), in_elan(made, tmp_path)
    assert list(elan.get_tier_names()) == list(grid.tierNames)
    for name in grid.tierNames:
        assert sorted(elan.get_annotation_data_for_tier(name)) == [
            (round(a * 1000), round(b * 1000), text) for a, b, text in spoken(grid.getTier(name))
        ]
    attributes = elan.tiers[f"{ANN} - words"][2]
    assert attributes["PARENT_REF"] == ANN
    assert attributes["PARTICIPANT"] == ANN
    utterances = elan.get_annotation_data_for_tier(ANN)
    for start, end, _ in elan.get_annotation_data_for_tier(f"{ANN} - words"):
        assert any(low <= start and end <= high for low, high, _ in utterances)


def test_elan_finds_the_film_beside_the_file(tmp_path):
    text = eaf.for_film(eaf.write(conversation()), Beside('A <film> & "more".mp4', 'A <film> & "more"'))
    (tmp_path / "film.eaf").write_bytes(text.encode())
    (media,) = Elan.Eaf(str(tmp_path / "film.eaf")).get_linked_files()
    assert media["RELATIVE_MEDIA_URL"] == "./A%20%3Cfilm%3E%20%26%20%22more%22.mp4"
    assert media["MIME_TYPE"] == "video/mp4"
    assert "TIME_ORIGIN" not in media


def test_elan_shows_a_clip_at_its_place_in_the_film(tmp_path):
    text = eaf.for_film(eaf.write(conversation()), Beside("film.mkv", "film", 10.5))
    (tmp_path / "film.eaf").write_bytes(text.encode())
    (media,) = Elan.Eaf(str(tmp_path / "film.eaf")).get_linked_files()
    assert (media["TIME_ORIGIN"], media["MIME_TYPE"]) == ("10500", "video/x-matroska")


@pytest.mark.parametrize("read", [in_praat, in_elan])
def test_speakers_with_the_names_of_other_tiers_have_tiers_of_their_own(read, tmp_path):
    names = {A: "cues", B: "cues - words", "C": "unknown"}
    rows = [segment(k, k, k + 0.9, "Yes", speaker=who) for k, who in enumerate([*names, None])]
    made = laid_out(rows, [word("Yes", k, k + 0.9, speaker=r["speaker"], segment=k)
                           for k, r in enumerate(rows)], names)  # fmt: skip
    grid = read(made, tmp_path)
    tiers = list(grid.tierNames if read is in_praat else grid.get_tier_names())
    assert len(tiers) == len(set(tiers)) == 9


def test_two_voices_with_one_name_share_a_tier(tmp_path):
    words = [word("One", 0, 1, speaker=A), word("Two", 0.5, 1.5, speaker=B, segment=1)]
    rows = [segment(0, 0, 1, "One", speaker=A), segment(1, 0.5, 1.5, "Two", speaker=B)]
    grid = in_praat(laid_out(rows, words, {A: "Zoe", B: "Zoe"}), tmp_path)
    assert spoken(grid.getTier("Zoe - words")) == [(0, 0.5, "One"), (0.5, 1.5, "Two")]


def test_words_without_a_length_have_a_millisecond_or_join_the_word_at_the_same_time(tmp_path):
    words = [word("a", 1, 1), word("b", 1, 1.5), word("c", 2, 2), word("d", 2.0, 2.0)]
    grid = in_praat(laid_out([segment(0, 1, 2, "a b c d")], words), tmp_path)
    assert spoken(grid.getTier("utterances - words")) == [(1, 1.5, "a b"), (2, 2.001, "c d")]


@pytest.mark.parametrize("made", [EMPTY, document()])
def test_a_film_without_words_has_an_empty_tier_of_cues(made, tmp_path):
    assert list(in_praat(made, tmp_path).tierNames) == ["cues"]
    assert list(in_elan(made, tmp_path).get_tier_names()) == ["cues"]


def test_overlapping_cues_are_cut(tmp_path):
    made = laid_out([segment(0, 0, 2, "Hello", speaker=A)], said("Hello", 0, 2, speaker=A))
    (one,) = made.cues
    doubled = document(one, type(one)(one.start + 500, one.end + 500, one.lines, (), ()))
    ends = [(a, b) for a, b, _ in spoken(in_praat(doubled, tmp_path).getTier("cues"))]
    start = one.start / 1000
    assert ends == [(start, start + 0.5), (start + 0.5, one.end / 1000 + 0.5)]


def test_three_hours_have_all_words_in_both_files(tmp_path):
    made = long_film()
    grid, elan = in_praat(made, tmp_path), in_elan(made, tmp_path)
    for name in ("Speaker 1 - words", "Speaker 2 - words"):
        count = len(spoken(grid.getTier(name)))
        assert count == len(elan.get_annotation_data_for_tier(name)) == len(made.words) / 2
