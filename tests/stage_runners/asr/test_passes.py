"""What is read again in which language, once all of the film has been heard."""

from stage_runners.asr.passes import Part, left_over, together
from stage_runners.recognition.windows import Chunk

WINDOWS = [Chunk(0.0, 28.0, 28.0), Chunk(28.0, 56.0, 28.0), Chunk(60.0, 80.0, 20.0), Chunk(81.0, 108.0, 27.0)]


def part(window, start, end, language):
    return Part(window, Chunk(start, end, end - start), language)


PARTS = [
    part(0, 0.0, 20.0, "en"), part(0, 20.0, 28.0, "de"), part(1, 28.0, 32.0, "de"), part(1, 32.0, 36.0, "en"),
    part(1, 36.0, 40.0, "ja"), part(1, 40.0, 56.0, "en"),
    part(3, 81.0, 90.0, "ja"), part(3, 90.0, 108.0, "en"),
]  # fmt: skip


def spans(chunks):
    return [(chunk.start, chunk.end) for chunk in chunks]


def test_parts_in_one_language_across_a_window_edge_are_decoded_together():
    found = [(language, chunk.start, chunk.end) for language, chunk in together(PARTS, 30.0)]
    assert ("de", 20.0, 32.0) in found


def test_parts_with_another_window_between_them_stay_apart():
    parts = [part(1, 50.0, 56.0, "ja"), part(3, 60.0, 62.0, "ja")]
    assert [chunk[:2] for _, chunk in together(parts, 30.0)] == [(50.0, 56.0), (60.0, 62.0)]


def test_a_window_in_the_main_language_after_all_does_not_change():
    assert left_over(PARTS, WINDOWS, [], 30.0) == [WINDOWS[0], WINDOWS[1], WINDOWS[3]]


def test_the_rest_of_a_window_never_overlaps_the_part_in_another_language():
    believed = [Chunk(36.0, 40.0, 4.0)]
    assert spans(left_over(PARTS, WINDOWS, believed, 30.0)) == [(0, 28), (28, 36), (40, 56), (81, 108)]


def test_an_unconfirmed_part_is_merged_with_its_neighbours():
    believed = [Chunk(20.0, 32.0, 12.0)]
    assert spans(left_over(PARTS, WINDOWS, believed, 30.0)) == [(0, 20), (32, 56), (81, 108)]
