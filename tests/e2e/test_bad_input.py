"""Bad input gets a sentence and the right exit status, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import INPUT, STORAGE, USAGE
from tests.e2e.conftest import ffmpeg


def a_sentence(done, *says):
    assert "Traceback" not in done.stdout + done.stderr
    for text in says:
        assert text in done.stderr, done.stderr


def test_a_missing_film_is_reported(program, tmp_path):
    a_sentence(program("run", tmp_path / "no.mkv", status=INPUT), "file not found", "no.mkv")


def test_a_folder_without_films_is_rejected(program, tmp_path):
    a_sentence(program("run", tmp_path, status=INPUT), "no film is in it")


def test_an_empty_file_is_rejected(program, tmp_path):
    (tmp_path / "empty.mkv").touch()
    a_sentence(program("run", tmp_path / "empty.mkv", status=INPUT), "empty.mkv: the file is empty")


def test_a_text_file_named_like_a_film_is_rejected(program, tmp_path):
    (tmp_path / "film.mp4").write_text("this is no film, it is a text\n" * 50)
    a_sentence(
        program("run", tmp_path / "film.mp4", status=INPUT), "film.mp4: not a film that ffmpeg can read"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    a_sentence(
        program("stage", "asr", tmp_path / "film.mp4", status=INPUT), "not a film that ffmpeg can read"
    )


def test_a_film_without_sound_is_rejected(program, tmp_path):
    ffmpeg("-f", "lavfi", "-i", "testsrc2=d=1:s=64x64", tmp_path / "silent.mkv")
    a_sentence(program("run", tmp_path / "silent.mkv", status=INPUT), "silent.mkv: no audio track")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_reported(program, film, tmp_path):
    copy = shutil.copy(film, tmp_path / "secret.mkv")
    Path(copy).chmod(0)
    a_sentence(program("run", copy, status=INPUT), "cannot be read")


def test_a_film_without_its_index_is_rejected(program, film, tmp_path):
    ffmpeg("-i", film, "-c", "copy", tmp_path / "whole.mp4")
    broken = tmp_path / "broken.mp4"
    broken.write_bytes((tmp_path / "whole.mp4").read_bytes()[:100_000])
    a_sentence(program("run", broken, status=INPUT), "broken.mp4")


def test_a_film_that_ends_early_is_salvaged_and_marked(program, film, tmp_path):
    broken = tmp_path / "cut.mkv"
    broken.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    done = program("run", broken, "--until", "demux")
    a_sentence(done, "degraded", "ends early")
    a_sentence(program("run", broken, "--until", "demux", "--strict", status=6), "ends early")


@pytest.mark.parametrize(
    "name", ["ein Film mit Leerraum.mkv", "qu\"ote's.mkv", "चलचित्र.mkv", "-dash.mkv", "100%d.mkv", "a:b.mkv"]
)
def test_unusual_file_names_are_accepted(program, finished, film, tmp_path, name):
    shutil.copy(film, tmp_path / name)
    program("run", f"./{name}", cwd=tmp_path)
    stem = name.removesuffix(".mkv")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{stem}.{ending}"
        for ending in ("mkv", "en.srt", "en.vtt", "en.ass", "json", "report.html", "rttm", "subtitled.mkv")
    )


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("mount"), reason="needs mount")
def test_an_unwritable_output_folder_is_reported(program, finished, film, tmp_path):
    folder = mounted(tmp_path / "ro", "ro,size=1m")
    try:
        done = program("run", film, "-o", folder, status=STORAGE)
        a_sentence(done, "cannot write", str(folder))
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_too_small_is_reported_before_anything_starts(program, finished, film, tmp_path):
    folder = mounted(tmp_path / "small", "size=1m")
    try:
        done = program("run", film, "-o", folder, status=STORAGE)
        a_sentence(done, "needs about", str(folder))
        assert list(folder.iterdir()) == []
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_disk_that_fills_up_during_a_run_is_reported(program, film, tmp_path):
    folder = mounted(tmp_path / "home", "size=900k")
    try:
        other = type(program)(folder)
        (folder / "models").symlink_to(program.home / "models")
        done = other("run", film, "--until", "demux", status=STORAGE)
        a_sentence(done)
    finally:
        subprocess.run(["umount", folder], check=True)


def mounted(folder, options):
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this user cannot mount a tmpfs")
    return folder


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--model", "no-such-model"], "no-such-model"),
        (["--model", "/no/such/folder"], "there is no file or folder /no/such/folder"),
        (["--device", "cuda"], "cuda"),
        (["--language", "English"], "not a language code"),
        (["--until", "lunch"], "unknown stage 'lunch'"),
        (["--output-format", "doc"], "there is no format 'doc'"),
        (["--min-speakers", "3", "--max-speakers", "2"], "is more than"),
        (["--speakers", "Aditi"], "expected LABEL=NAME"),
        (["--speakers", "SPEAKER_00=Aditi", "--no-diarize"], "diarization is off (--no-diarize)"),
    ],
)
def test_invalid_options_are_reported(program, film, words, says):
    done = subprocess.run(
        program.command("run", film, "--offline", *words),
        env=program.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (1, USAGE, 3)
    a_sentence(done, says)
