"""Files beside the film: what is there and not ours is kept."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from ipc import host
from ipc.digests import file_digest
from orchestrator.errors import STORAGE, FatalError
from orchestrator.outputs import names
from orchestrator.outputs.ledger import Ledger
from orchestrator.outputs.named_copy import named_copy
from orchestrator.outputs.publish import adopt, check_writable, draft_beside, publish, withdraw


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "movie.mp4"
    path.write_text("the film")
    return path


def put(tmp_path, ledger, film, text, name="movie.en.srt", overwrite=False, clip=""):
    source = tmp_path / "source"
    source.write_text(text)
    return publish(source, tmp_path / name, file_digest(source), film, ledger, overwrite=overwrite, clip=clip)


def test_our_own_file_is_replaced(tmp_path, ledger, film):
    put(tmp_path, ledger, film, "one")
    assert put(tmp_path, ledger, film, "two").path.read_text() == "two"
    assert not put(tmp_path, ledger, film, "two").changed


def test_a_foreign_file_is_kept(tmp_path, ledger, film):
    (tmp_path / "movie.en.srt").write_text("theirs")
    done = put(tmp_path, ledger, film, "ours")
    assert (tmp_path / "movie.en.srt").read_text() == "theirs"
    assert done.path.name == "movie.en.1.srt"
    assert "was not written by this tool and is kept" in done.note
    assert put(tmp_path, ledger, film, "newer").path.name == "movie.en.1.srt"


def test_an_edited_file_is_kept_unless_overwriting_is_requested(tmp_path, ledger, film):
    put(tmp_path, ledger, film, "ours")
    (tmp_path / "movie.en.srt").write_text("edited")
    assert "was edited and is kept" in put(tmp_path, ledger, film, "newer").note
    assert put(tmp_path, ledger, film, "newest", overwrite=True).path.name == "movie.en.srt"
    assert (tmp_path / "movie.en.srt").read_text() == "newest"


def test_the_files_of_another_film_of_the_same_name_are_kept(tmp_path, ledger, film):
    put(tmp_path, ledger, film, "of the mp4")
    other = film.with_suffix(".mkv")
    other.write_text("another film")
    done = put(tmp_path, ledger, other, "of the mkv")
    assert (tmp_path / "movie.en.srt").read_text() == "of the mp4"
    assert "belongs to movie.mp4" in done.note


def test_output_of_a_whole_film_replaces_that_of_a_clip_but_not_vice_versa(tmp_path, ledger, film):
    assert put(tmp_path, ledger, film, "a clip", clip="0-5").path.name == "movie.en.srt"
    assert put(tmp_path, ledger, film, "another clip", clip="5-9").path.name == "movie.en.srt"
    assert put(tmp_path, ledger, film, "the whole").path.name == "movie.en.srt"
    assert not put(tmp_path, ledger, film, "the whole", clip="0-90").changed
    done = put(tmp_path, ledger, film, "a clip", clip="0-5")
    assert (done.path.name, (tmp_path / "movie.en.srt").read_text()) == ("movie.en.1.srt", "the whole")
    assert "movie.en.srt covers the whole film and is kept" in done.note
    assert not withdraw(tmp_path / "movie.en.srt", film, ledger, clip="0-5")
    assert withdraw(tmp_path / "movie.en.srt", film, ledger)


def test_the_film_itself_is_never_overwritten(tmp_path, ledger, film):
    draft = tmp_path / "draft"
    draft.write_text("muxed")
    done = adopt(draft, film, file_digest(draft), film, ledger, overwrite=True)
    assert film.read_text() == "the film"
    assert done.path.name == "movie.1.mp4"
    assert done.note == "movie.mp4 is the film itself and is kept; the new file is movie.1.mp4"


@pytest.mark.parametrize("in_the_way", ["a folder", "a link to nowhere"])
def test_a_folder_or_broken_link_is_kept_too(tmp_path, ledger, film, in_the_way):
    places = tmp_path / "movie.en.srt", tmp_path / "movie.subtitled.mkv"
    for place in places:
        place.mkdir() if in_the_way == "a folder" else place.symlink_to(tmp_path / "unplugged" / place.name)
    draft = draft_beside(places[1])
    draft.write_text("muxed")
    done = adopt(draft, places[1], file_digest(draft), film, ledger, overwrite=True)
    assert put(tmp_path, ledger, film, "ours").path.name == "movie.en.1.srt"
    assert (done.path.name, done.path.read_text()) == ("movie.subtitled.1.mkv", "muxed")
    assert done.note.startswith("movie.subtitled.mkv is not a file and is kept")
    assert all(place.is_dir() or place.is_symlink() for place in places)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_an_unreadable_file_is_kept(tmp_path, ledger, film):
    (tmp_path / "movie.en.srt").touch(0)
    assert put(tmp_path, ledger, film, "ours").path.name == "movie.en.1.srt"


def test_a_film_with_a_long_name_gets_its_files(tmp_path, ledger, film):
    name = "क" * 80 + ".en.srt"  # 247 of the 255 bytes that a name may have
    assert put(tmp_path, ledger, film, "ours", name=name).path.name == name


def test_a_draft_left_by_a_killed_run_is_removed_by_the_next(tmp_path, ledger, film):
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = tmp_path / f".movie.en.srt.{gone.pid}-{host.tag()}00ab12ff.part"
    left.touch()
    put(tmp_path, ledger, film, "ours")
    assert not left.exists()


def test_an_unwritable_folder_is_reported(tmp_path, ledger, film):
    (tmp_path / "file").write_text("")
    with pytest.raises(FatalError) as caught:
        put(tmp_path, ledger, film, "x", name="file/movie.en.srt")
    assert caught.value.status == STORAGE


def test_drafts_of_killed_runs_are_removed_and_those_of_living_ones_kept(tmp_path):
    target = tmp_path / "movie.subtitled.mkv"
    gone = subprocess.Popen(["true"])
    gone.wait()
    left, living, elsewhere, long_left = (
        tmp_path / f".{target.name}.{pid}-{machine}00ab12ff.part"
        for pid, machine in (
            (gone.pid, host.tag()),
            (os.getpid(), host.tag()),
            (gone.pid, "0123abcd"),  # of another machine, where a process may well have this id
            (os.getpid(), "0123abce"),
        )
    )
    theirs = tmp_path / f".{target.name}.backup"
    for path in (left, living, elsewhere, long_left, theirs):
        path.touch()
    os.utime(long_left, (time.time() - 2 * 86400,) * 2)
    draft = draft_beside(target)
    assert sorted(tmp_path.iterdir()) == sorted([living, elsewhere, theirs])
    assert draft.parent == tmp_path
    assert draft.name.startswith(".")


def test_a_file_that_comes_while_ours_is_written_is_kept(tmp_path, ledger, film, monkeypatch):
    theirs = tmp_path / "movie.en.srt"
    monkeypatch.setattr(
        "orchestrator.outputs.publish._sync", lambda _: theirs.exists() or theirs.write_text("theirs")
    )
    done = put(tmp_path, ledger, film, "ours")
    assert (theirs.read_text(), done.path.name, done.path.read_text()) == ("theirs", "movie.en.1.srt", "ours")


def test_a_file_system_without_hard_links_is_supported(tmp_path, ledger, film, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)
    assert put(tmp_path, ledger, film, "ours").path.read_text() == "ours"


def test_an_unwritable_folder_is_not_reported_as_a_full_disk(tmp_path, ledger, film):
    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(FatalError) as caught:
        put(tmp_path, ledger, film, "ours", name="file/movie.en.srt")
    assert caught.value.hint == "choose another folder with --output-dir"


def test_a_file_that_a_run_no_longer_makes_is_removed_unless_it_was_edited(tmp_path, ledger, film):
    ours = put(tmp_path, ledger, film, "who speaks", "movie.rttm").path
    assert not withdraw(ours, film.with_suffix(".mkv"), ledger)
    ours.write_text("edited")
    assert not withdraw(ours, film, ledger)
    put(tmp_path, ledger, film, "who speaks", "movie.rttm", overwrite=True)
    assert withdraw(ours, film, ledger)
    assert not ours.exists()
    assert not withdraw(ours, film, ledger)
    ours.mkdir()
    assert not withdraw(ours, film, ledger)


def test_an_rttm_file_names_its_film_without_spaces(tmp_path):
    source = tmp_path / "speakers.rttm"
    source.write_text("SPEAKER film 1 0.500 1.500 <NA> <NA> SPEAKER_00 <NA> <NA>\n")
    rewrite = names.BY_NAME["rttm"].for_film
    with named_copy(source, tmp_path / "Pather Panchali (1955).mkv", rewrite) as copy:
        assert copy.read_text() == (
            "SPEAKER Pather_Panchali_(1955) 1 0.500 1.500 <NA> <NA> SPEAKER_00 <NA> <NA>\n"
        )
    assert not copy.parent.exists()


def test_a_file_in_place_of_a_folder_is_reported(film):
    with pytest.raises(FatalError, match=r"movie\.mp4: this is a file, not a folder"):
        check_writable(film)


def test_a_folder_that_cannot_be_made_is_reported_with_what_is_in_its_way(tmp_path, film):
    with pytest.raises(FatalError, match=r"movie\.mp4/a/b: .*movie\.mp4: this is a file, not a folder"):
        check_writable(film / "a" / "b")
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FatalError, match="link: this is a link that leads nowhere, not a folder"):
        check_writable(tmp_path / "link")
    with pytest.raises(FatalError, match="File name too long"):
        check_writable(tmp_path / ("x" * 300))


# --- what a stranger puts where our files go


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("how", ["symlink_to", "hardlink_to"])
def test_a_link_under_the_name_of_an_output_never_leads_us_out_of_the_folder(
    tmp_path, ledger, film, how, overwrite
):
    outside = tmp_path / "home/.bashrc"
    outside.parent.mkdir()
    outside.write_text("precious")
    getattr(tmp_path / "movie.en.srt", how)(outside)
    done = put(tmp_path, ledger, film, "ours", overwrite=overwrite)
    assert outside.read_text() == "precious"
    assert done.path.read_text() == "ours"
    assert done.path.parent == tmp_path
    assert not done.path.is_symlink()
    assert withdraw(tmp_path / "movie.en.srt", film, ledger) is overwrite
    assert outside.read_text() == "precious"


def test_a_link_where_the_draft_goes_is_not_written_through(tmp_path, ledger, film, monkeypatch):
    """Its name is not to be guessed; but if it were, nothing outside would change."""
    outside = tmp_path / "precious"
    outside.write_text("precious")
    guessed = tmp_path / ".movie.en.srt.1-00000000.part"
    guessed.symlink_to(outside)
    monkeypatch.setattr("ipc.atomic.draft_of", lambda _: guessed)
    monkeypatch.setattr("ipc.atomic.is_abandoned", lambda *_: False)
    with pytest.raises(FatalError):
        put(tmp_path, ledger, film, "ours")
    assert outside.read_text() == "precious"


def test_drafts_with_the_name_of_a_dead_process_are_removed_and_not_what_they_link_to(tmp_path):
    outside = tmp_path / "precious"
    outside.write_text("precious")
    draft = tmp_path / f".movie.en.srt.4194999-{host.tag()}0000000a.part"
    draft.symlink_to(outside)
    draft_beside(tmp_path / "movie.en.srt")
    assert not draft.is_symlink()
    assert outside.read_text() == "precious"


@pytest.mark.parametrize("what", ["device", "pipe", "holes", "folder"])
def test_what_cannot_be_read_to_its_end_does_not_stop_an_output(tmp_path, ledger, film, what):
    place = tmp_path / "movie.en.srt"
    if what == "device":
        place.symlink_to("/dev/zero")
    elif what == "pipe":
        os.mkfifo(place)
    elif what == "folder":
        place.mkdir()
    else:
        with place.open("wb") as stream:
            stream.truncate(1 << 42)
    assert put(tmp_path, ledger, film, "ours").path.name == "movie.en.1.srt"


def test_a_name_with_a_line_break_stays_in_its_folder(tmp_path, ledger):
    film = tmp_path / "a\n..\nb.mkv"
    film.write_text("film")
    target = names.name_of(film, "srt", "en")
    done = put(tmp_path, ledger, film, "ours", name=target)
    assert done.path == tmp_path / "a\n..\nb.en.srt"
