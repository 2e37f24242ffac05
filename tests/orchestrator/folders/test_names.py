"""What names say: which files are films, which are extras, in which language subtitles are."""

from __future__ import annotations

import pytest

from orchestrator.film_files import kinds, language_words
from orchestrator.film_files.language_words import Tag
from orchestrator.folders import extras, natural
from orchestrator.folders.found import EXTRA, SAMPLE, THEME, TRAILER


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mkv", "film"), ("A.MP4", "film"), ("a.mkv.part", "unfinished"), ("a.part", "unfinished"),
        ("a.pdf.part", "other"), ("song.mp3.crdownload", "other"), ("a.tmp", "other"),
        ("a.mkv.tmp", "unfinished"),
        ("a.avi.!qB", "unfinished"), ("a.mp3", "recording"), ("a.mks", "other"), ("a.srt", "other"),
        ("a.ts", "unknown"), ("a", "unknown"),
        ("Blade 2.0", "unknown"), ("a.iso", "unknown"), ("a.nrg", "disc"),
    ],
)  # fmt: skip
def test_the_ending_of_a_name_tells_what_a_file_is(name, kind):
    assert kinds.by_name(name) == kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x1a\x45\xdf\xa3\x01", "film"),
        (b"\x00\x00\x00\x18ftypmp42", "film"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "film"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "other"),
        ((b"\x47" + bytes(187)) * 6, "film"),
        ((bytes(4) + b"\x47" + bytes(187)) * 6, "film"),
        (b"G is for TypeScript" * 20, "other"),
        (b"", "other"),
    ],
)
def test_the_first_bytes_tell_where_the_ending_does_not(tmp_path, head, kind):
    file = tmp_path / "a.ts"
    file.write_bytes(head)
    assert kinds.by_content(file, file.name) == kind


def test_a_disc_image_is_no_film(tmp_path):
    file = tmp_path / "a.iso"
    file.write_bytes(bytes(4096))
    assert kinds.by_content(file, file.name) == "disc"


@pytest.mark.parametrize(
    ("stem", "size", "rule"),
    [
        ("Alien-trailer", 0, TRAILER), ("Alien-trailer2", 0, TRAILER), ("Alien.trailer", 0, TRAILER),
        ("Trailer", 0, TRAILER), ("Alien-behindthescenes", 0, EXTRA), ("Alien-deleted", 0, EXTRA),
        ("The Interview", 0, None), ("Alien-interview", 0, EXTRA), ("sample", 0, SAMPLE),
        ("grp-alien.sample", 1 << 40, SAMPLE), ("sample-grp-alien", 1 << 20, SAMPLE),
        ("The Sample Case", 1 << 20, SAMPLE),
        ("The Sample Case", 1 << 30, None), ("Trailer Park Boys", 0, None),
        ("Short Cuts", 0, None), ("Alien", 0, None), ("Resampled", 0, None),
    ],
)  # fmt: skip
def test_extras_are_known_by_their_names(stem, size, rule):
    assert extras.of_file(stem, size) is rule


def test_folders_of_extras_are_known_by_their_names_and_ambiguous_ones_by_their_place():
    def of(name, above="Films", films=("Heat", "Ran"), siblings=()):
        return extras.of_folder(name, above, films, siblings)

    assert of("Behind The Scenes") is of("extras") is EXTRA
    assert of("backdrops") is THEME
    assert of("Sample") is SAMPLE
    assert of("Shorts") is None
    assert of("Shorts", films=["Heat"]) is EXTRA
    assert of("Shorts", above="Heat (1995)", films=["Heat cd1", "Heat cd2", "Other"]) is EXTRA
    assert of("Other", siblings=["Season 1"]) is of("Interviews", above="S02") is EXTRA
    assert of("Season 1", films=["Heat"]) is None


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("en", Tag("en")), ("eng", Tag("en")), ("English", Tag("en")), ("ger", Tag("de")), ("deu", Tag("de")),
        ("Deutsch", Tag("de")), ("pt-BR", Tag("pt", "br")),
        ("pt_BR", Tag("pt", "br")), ("pob", Tag("pt", "br")),
        ("zh-Hant", Tag("zh", "hant")), ("zh-TW", Tag("zh", "hant")), ("chs", Tag("zh", "hans")),
        ("es-419", Tag("es", "419")), ("sdh", None), ("YIFY", None), ("en-sdh", None), ("1080p", None),
    ],
)  # fmt: skip
def test_a_word_names_a_language(word, tag):
    assert language_words.tag_of(word) == tag


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("hi", (Tag("hi"), False, False)),
        ("en hi", (Tag("en"), False, True)),
        ("en forced", (Tag("en"), True, False)),
        ("English SDH", (Tag("en"), False, True)),
        ("en-sdh", (Tag("en"), False, True)),
        ("default de foreign", (Tag("de"), True, False)),
        ("2", (None, False, False)),
    ],
)
def test_the_words_of_a_subtitle_file_tell_language_and_audience(words, said):
    found = language_words.read(words.split())
    assert (found.tag, found.forced, found.sdh, found.first) == (*said, True)


def test_a_region_is_served_by_itself_and_by_none():
    brazil, portugal, any_region = Tag("pt", "br"), Tag("pt", "pt"), Tag("pt")
    assert brazil.serves(brazil)
    assert any_region.serves(brazil)
    assert brazil.serves(any_region)
    assert not portugal.serves(brazil)


def test_episode_2_stands_before_episode_10():
    names = ["Episode 10", "episode 2", "Episode 1", "Éa", "S01E02", "s01e10", "10 Things", "9 to 5"]
    assert sorted(names, key=natural.of_name) == [
        "9 to 5", "10 Things", "Episode 1", "episode 2", "Episode 10", "S01E02", "s01e10", "Éa"
    ]  # fmt: skip
