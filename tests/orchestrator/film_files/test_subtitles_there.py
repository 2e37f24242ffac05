"""The subtitles that lie beside a film or inside it, and whether they are those that a run would make."""

from __future__ import annotations

import pytest

from orchestrator.film_files import subtitles_there
from orchestrator.film_files.headers import SubtitleTrack
from orchestrator.film_files.language_words import Tag
from orchestrator.film_files.subtitles_there import Subtitles
from orchestrator.folders import wanted
from orchestrator.folders.wanted import Wanted
from orchestrator.outputs.ledger import Ledger

TEXT = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n"


@pytest.fixture
def folder(tmp_path):
    subtitles_there.forget()
    return Folder(tmp_path)


class Folder:
    """A folder with films and other files, and what is recorded of them."""

    def __init__(self, path):
        self.path, self.ledger = path, Ledger(path / "home/memo/written")

    def holds(self, *names, text=TEXT):
        for name in names:
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def of(self, film, *folders):
        return {
            one.where: one
            for one in subtitles_there.beside(self.path / film, [self.path / f for f in folders], self.ledger)
        }


def test_a_file_belongs_to_the_film_with_the_longest_name_that_it_begins_with(folder):
    folder.holds(
        "Alien.mkv", "Alien 3.mkv", "Alien.en.srt", "Alien 3.en.srt", "Alien.Resurrection.en.srt", "B.srt"
    )
    assert list(folder.of("Alien.mkv")) == ["Alien.en.srt"]
    assert list(folder.of("Alien 3.mkv")) == ["Alien 3.en.srt"]


def test_the_only_film_of_a_folder_has_every_file_with_its_name(folder):
    folder.holds(
        "Alien.mkv", "Alien.YIFY.en.srt", "Alien-de.srt", "Subs/2_French.srt", "Subs/Alien/3_Dutch.srt"
    )
    assert {where: one.tag for where, one in folder.of("Alien.mkv").items()} == {
        "Alien.YIFY.en.srt": Tag("en"),
        "Alien-de.srt": Tag("de"),
        "Subs/2_French.srt": Tag("fr"),
        "Alien/3_Dutch.srt": Tag("nl"),
    }


def test_pictures_empty_files_and_forced_ones_are_told_apart(folder):
    folder.holds("a.mkv", "a.en.idx", "a.en.sub", "a.de.sup", "a.nl.sub", "a.fr.forced.srt", "a.es.sdh.srt")
    folder.holds("a.it.srt", text="")
    found = folder.of("a.mkv")
    assert {name: one.form for name, one in found.items() if "srt" not in name} == {
        "a.en.idx": "pictures", "a.en.sub": "pictures", "a.de.sup": "pictures", "a.nl.sub": "text"
    }  # fmt: skip
    assert found["a.fr.forced.srt"].forced
    assert found["a.es.sdh.srt"].sdh
    assert "a.it.srt" not in found


def test_our_own_files_are_known_and_those_of_a_part_or_a_failed_run_do_not_count(folder):
    folder.holds("a.mkv", "a.en.srt", "a.de.srt", "a.fr.srt", "out/a.nl.srt", "out/a.it.srt")
    film = folder.path / "a.mkv"
    folder.ledger.remember(folder.path / "a.en.srt", "digest", film)
    folder.ledger.remember(folder.path / "a.de.srt", "digest", film, "0:10-0:20")
    folder.ledger.remember(folder.path / "a.fr.srt", "digest", film)
    folder.ledger.mark_partial(folder.path / "a.fr.srt")
    folder.ledger.remember(folder.path / "out/a.nl.srt", "digest", film)
    found = folder.of("a.mkv", "out")
    assert {name: one.ours for name, one in found.items()} == {"a.en.srt": True, "out/a.nl.srt": True}


def test_tracks_are_judged_by_flags_titles_and_formats():
    tracks = [
        SubtitleTrack(language="eng", title="SDH", coding="subrip"),
        SubtitleTrack(language="eng", purposes=("forced",), coding="subrip"),
        SubtitleTrack(language="eng", title="Signs & Songs", coding="ass"),
        SubtitleTrack(language="ger", coding="hdmv_pgs_subtitle"),
        SubtitleTrack(language="por", title="Português (pt-BR)", coding="subrip"),
        SubtitleTrack(language="eng", title="Commentary by the director", coding="subrip"),
    ]
    assert subtitles_there.in_tracks(tracks) == (
        Subtitles(tag=Tag("en"), where="track 0", sdh=True),
        Subtitles(tag=Tag("en"), where="track 1", forced=True),
        Subtitles(tag=Tag("en"), where="track 2", forced=True),
        Subtitles(tag=Tag("de"), where="track 3", form="pictures"),
        Subtitles(tag=Tag("pt", "br"), where="track 4"),
    )


def test_a_film_in_which_nobody_speaks_is_not_taken_again(folder):
    folder.holds("Alien.mkv", "Alien.und.srt", "Ran.mkv", "Ran.und.srt", text="")
    film, srt = folder.path / "Alien.mkv", folder.path / "Alien.und.srt"
    folder.ledger.remember(srt, "d", film)
    there = folder.of("Alien.mkv").values()
    assert wanted.why_there(Wanted(spoken=Tag("en")), there) == "no speech, by an earlier run: Alien.und.srt"
    assert wanted.why_there(Wanted(), folder.of("Ran.mkv").values()) == ""  # somebody else's


def test_of_our_files_the_srt_is_named():
    files = [Subtitles(tag=Tag("en"), where=f"a.en.{suffix}", ours=True) for suffix in ("ass", "srt", "vtt")]
    assert wanted.why_there(Wanted(spoken=Tag("en")), files) == "en: a.en.srt, by this tool"


PLAIN = Subtitles(tag=Tag("en"), where="a.en.srt")
SDH = Subtitles(tag=Tag("en"), where="a.en.sdh.srt", sdh=True)
FORCED = Subtitles(tag=Tag("en"), where="a.en.forced.srt", forced=True)
PICTURES = Subtitles(tag=Tag("en"), where="track 0", form="pictures")
UNTAGGED = Subtitles(tag=None, where="a.srt")
GERMAN = Subtitles(tag=Tag("de"), where="a.de.srt", ours=True)
ENGLISH = Wanted(spoken=Tag("en"))


@pytest.mark.parametrize(
    ("asked", "found", "why"),
    [
        (ENGLISH, [PLAIN], "en: a.en.srt, not by this tool"),
        (ENGLISH, [SDH], "en: a.en.sdh.srt, SDH, not by this tool"),
        (ENGLISH, [FORCED, PICTURES, GERMAN], ""),
        (ENGLISH, [UNTAGGED], "en: a.srt, not by this tool"),
        (Wanted(spoken=Tag("en"), sdh=True), [PLAIN], ""),
        (Wanted(spoken=Tag("en"), sdh=True), [PLAIN, SDH], "en: a.en.sdh.srt, SDH, not by this tool"),
        (Wanted(), [GERMAN], "de: a.de.srt, by this tool"),
        (Wanted(), [UNTAGGED], "no language stated: a.srt, not by this tool"),
        (Wanted(), [FORCED], ""),
        (Wanted(spoken=Tag("en"), targets=(Tag("de"),)), [GERMAN], "de: a.de.srt, by this tool"),
        (Wanted(spoken=Tag("en"), targets=(Tag("de"),)), [PLAIN, UNTAGGED], ""),
        (Wanted(spoken=Tag("en"), targets=(Tag("de"), Tag("en"))), [GERMAN], ""),
        (Wanted(targets=(Tag("pt", "br"),)), [Subtitles(tag=Tag("pt", "pt"), where="a")], ""),
    ],
)
def test_whether_the_wanted_subtitles_are_there(asked, found, why):
    assert wanted.why_there(asked, found) == why


def test_what_is_there_and_does_not_count_is_named():
    assert wanted.what_lacks(ENGLISH, [FORCED, PICTURES, GERMAN]) == (
        "en: a.en.forced.srt is forced; en: track 0 is pictures"
    )
