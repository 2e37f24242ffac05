"""EBML is read and changed in place: nothing else in the file moves."""

import zlib

import pytest

from stage_runners.mux import boxes, chapters, ebml
from stage_runners.mux.ebml import CHAPTERS, CRC, TRACKS, Element
from tests.stage_runners.mux.odd_films import atom, edition

HEAD = Element(0x1A45DFA3, ebml.text(0x4282, "matroska").written())
END = Element(ebml.CLUSTER, b"packets")


def placed(tmp_path, *elements, end=END):
    path = tmp_path / "film.mkv"
    path.write_bytes(HEAD.written() + ebml.master(ebml.SEGMENT, [*elements, end]).written())
    return path


def test_elements_before_the_first_cluster_are_found_and_those_that_the_index_names(tmp_path):
    marks = ebml.master(CHAPTERS, [edition(atom(1, names=[("One", "eng")]))])
    tracks = Element(TRACKS, b"")
    seek = ebml.master(
        ebml.SEEK,
        [Element(ebml.SEEK_ID, CHAPTERS.to_bytes(4, "big")), Element(ebml.SEEK_POSITION, b"\0\0\0\0")],
    )
    head = ebml.master(ebml.SEEK_HEAD, [seek])
    at = len(head.written() + tracks.written() + END.written())
    head = Element(ebml.SEEK_HEAD, head.content[:-4] + at.to_bytes(4, "big"))
    path = tmp_path / "film.mkv"
    path.write_bytes(HEAD.written() + ebml.master(ebml.SEGMENT, [head, tracks, END, marks]).written())
    found = ebml.top_level(path, [TRACKS, CHAPTERS])
    assert found[TRACKS].element == tracks
    assert found[CHAPTERS].element == marks
    assert [chapters.title(one) for one in chapters.atoms(chapters.of(path))] == ["'One'"]


@pytest.mark.parametrize("data", [b"", b"RIFF....", HEAD.written(), HEAD.written() + b"\x18\x53\x80\x67"])
def test_other_files_and_cut_ones_have_no_elements(tmp_path, data):
    path = tmp_path / "film.mkv"
    path.write_bytes(data)
    assert ebml.top_level(path, [TRACKS]) == {}
    assert boxes.languages(path) == []


@pytest.mark.parametrize("less", [0, 1, 2, 3, 130, 300])
def test_a_shorter_element_leaves_a_void_and_gets_its_checksum_anew(tmp_path, less):
    long = ebml.master(CHAPTERS, [Element(CRC, b"\0\0\0\0"), ebml.text(0xEC, "x" * 400)])
    path = placed(tmp_path, long)
    before = path.stat().st_size
    short = ebml.master(CHAPTERS, [ebml.text(0xEC, "y" * (400 - less))])
    ebml.put(path, ebml.top_level(path, [CHAPTERS])[CHAPTERS], short)
    _, segment = ebml.parsed(path.read_bytes())
    first, *rest = segment.children()
    assert path.stat().st_size == before
    assert {child.id for child in rest[:-1]} <= {ebml.VOID}
    assert rest[-1] == END
    checksum, text = first.children()
    assert checksum.content == zlib.crc32(text.written()).to_bytes(4, "little")
    assert text.content == b"y" * (400 - less)


def test_an_element_that_does_not_fit_is_refused(tmp_path):
    path = placed(tmp_path, ebml.master(CHAPTERS, [edition()]))
    place = ebml.top_level(path, [CHAPTERS])[CHAPTERS]
    with pytest.raises(ValueError, match="does not fit"):
        ebml.put(path, place, ebml.master(CHAPTERS, [edition(atom(1))]))


def test_chapters_move_with_the_clock_and_a_clip_has_those_inside_it():
    tree = ebml.master(
        CHAPTERS,
        [edition(atom(0, uid=1), atom(5, atom(6, uid=3), atom(8, uid=4), uid=2, end=9), atom(9, uid=5))],
    )
    found = chapters.moved(tree, 7.0, 8.5)
    assert [(chapters.seconds(one), one.number(0x73C4, 0)) for one in chapters.atoms(found.element)] == [
        (0.0, 2), (0.0, 3), (1.0, 4),
    ]  # fmt: skip
    assert found.before == ("without a name",)
    ends = [one.number(0x92, 0) / 1e9 for one in chapters.atoms(found.element)]
    assert ends == [1.5, 0.0, 0.0]


def test_only_what_ffmpeg_writes_itself_is_left_to_ffmpeg():
    def one(*rest, **more):
        return ebml.master(CHAPTERS, [edition(atom(0, *rest, end=1, **more))])

    assert chapters.as_ffmpeg(one(names=[("One", "und")]))
    assert chapters.as_ffmpeg(one())
    for other in (
        one(names=[("One", "eng")]), one(names=[("One", "und"), ("Uno", "und")]), one(hidden=1), one(atom(0)),
        ebml.master(CHAPTERS, [edition(atom(0)), edition(atom(0), uid=2)]),
        ebml.master(CHAPTERS, [edition(atom(0), ordered=1)]),
    ):  # fmt: skip
        assert not chapters.as_ffmpeg(other)


def test_only_an_ordered_edition_that_leaves_the_file_s_order_is_played_otherwise():
    def played(*atoms, ordered=1):
        return chapters.played_otherwise(ebml.master(CHAPTERS, [edition(*atoms, ordered=ordered)]))

    one, two = atom(0, end=6, names=[("One", "eng")]), atom(6, end=12, names=[("Two", "eng")])
    linked = atom(0, ebml.Element(0x6E67, bytes(16)), end=3, names=[("Opening", "eng")])
    assert played(one, two) == played(two, one, ordered=0) == ""
    assert played(two, one) == played(two) == "in another order, or not all of it"
    assert played(one, linked, two) == "with parts of other files ('Opening')"
    plain = edition(one, two, uid=7)
    both = ebml.master(CHAPTERS, [plain, edition(two, one, ordered=1)])
    assert chapters.played_otherwise(both) == ""


def test_the_reserved_chapters_take_as_much_room_as_the_real_ones():
    tree = ebml.master(CHAPTERS, [edition(*[atom(k, names=[("ü" * 60, "ger")] * 3) for k in range(40)])])
    titles = [line[6:] for line in chapters.reserve(tree).splitlines() if line.startswith("title=")]
    assert sum(map(len, titles)) > len(tree.written())
    assert max(map(len, titles)) < 1000


def test_chapters_that_are_nested_without_end_are_none(tmp_path):
    one = atom(1)
    for _ in range(2000):
        one = ebml.master(one.id, [one])
    assert chapters.of(placed(tmp_path, ebml.master(CHAPTERS, [edition(one)]))) is None


def box(kind, content, *, long=False):
    if long:
        return (1).to_bytes(4, "big") + kind + (len(content) + 16).to_bytes(8, "big") + content
    return (len(content) + 8).to_bytes(4, "big") + kind + content


@pytest.mark.parametrize("long", [False, True])
def test_the_languages_of_an_mp4_are_read_whatever_the_form_of_its_sizes(tmp_path, long):
    head = box(b"tkhd", bytes(12) + (7).to_bytes(4, "big"))
    language = box(b"mdia", box(b"elng", bytes(4) + b"pt-BR\0"))
    path = tmp_path / "film.mp4"
    path.write_bytes(box(b"ftyp", b"isom") + box(b"moov", box(b"trak", head + language), long=long))
    assert [(one.track, one.language) for one in boxes.languages(path)] == [(7, "pt-BR")]


def test_a_track_without_anything_in_its_header_has_no_number(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(box(b"moov", box(b"trak", box(b"tkhd", b""))))
    assert [(one.track, one.language) for one in boxes.languages(path)] == [(0, "")]


@pytest.mark.parametrize(
    "damaged",
    [
        Element(chapters.ATOM, Element(chapters.START, b"\xff" * 400).written()),
        Element(chapters.ATOM, Element(chapters.DISPLAY, b"\x85\xff").written()),
        atom(1, Element(chapters.ENABLED, b"\1" * 9)),
    ],
    ids=["a time of 400 bytes", "a name without an end", "a long flag"],
)
def test_chapters_that_cannot_be_read_to_the_end_are_left_out_and_no_film_fails_by_them(tmp_path, damaged):
    path = placed(tmp_path, ebml.master(CHAPTERS, [edition(atom(2, names=[("Two", "eng")]), damaged)]))
    found = chapters.of(path)
    if found is not None:  # or every reader has to bear it
        chapters.beyond_a_list(found)
        chapters.as_ffmpeg(found)
        [(chapters.title(one), chapters.seconds(one)) for one in chapters.atoms(found)]
    assert found is None
