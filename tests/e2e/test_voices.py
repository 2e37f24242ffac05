"""Voices get their names: by what is said, by a clip of the person, by the user."""

from __future__ import annotations

import wave

import pytest

AMELIA = ((8.32, 9.9), (10.57, 14.45), (18.6, 21.5))
"""Seconds in which the first speaker of the recording speaks alone, by the `.rttm` that ships with it."""


@pytest.fixture
def clip(recording, tmp_path):
    """The speech of the first speaker."""
    path = tmp_path / "amelia.wav"
    with wave.open(str(recording)) as source, wave.open(str(path), "wb") as target:
        target.setparams(source.getparams())
        for start, end in AMELIA:
            source.setpos(round(start * source.getframerate()))
            target.writeframes(source.readframes(round((end - start) * source.getframerate())))
    return path


def test_who_introduces_herself_has_her_name_in_the_subtitles(finished):
    shown = (finished / "demo.en.srt").read_text()
    assert "[DIANE]" in shown
    assert "[SHEILA]" in shown


def test_what_the_user_says_wins_and_a_voice_that_is_not_there_is_said(program, finished, film, tmp_path):
    program("run", film, "-o", tmp_path, "--no-mux", "--speakers", "SPEAKER_00=Amelia")
    assert "[AMELIA]" in (tmp_path / "demo.en.srt").read_text()
    done = program("run", film, "-o", tmp_path, "--no-mux", "--speakers", "SPEAKER_09=Amelia", status=2)
    assert "this film has no SPEAKER_09" in done.stderr
    assert "SPEAKER_00 (SPEAKER 1), SPEAKER_01 (SPEAKER 2)" in " ".join(done.stderr.split())


def test_a_voice_is_learnt_from_a_clip_known_in_a_film_and_forgotten(program, finished, film, clip, tmp_path):
    said = program("voices", "add", "Amelia", clip).stdout
    try:
        assert "saved: 7 s in 1 clip" in said
        program("run", film, "-o", tmp_path, "--no-mux")
        shown = (tmp_path / "demo.en.srt").read_text()
        assert "[AMELIA]" in shown
        assert "[SHEILA]" in shown
        assert "[DIANE]" not in shown
    finally:
        program("voices", "remove", "Amelia")
    assert "CACHED" in program("plan", film, "-o", finished, "--until", "naming").stdout


def test_a_clip_of_two_people_or_of_nobody_is_refused(program, recording, tmp_path):
    assert "2 speakers were detected" in program("voices", "add", "Amelia", recording, status=4).stderr
    silent = tmp_path / "silent.wav"
    with wave.open(str(silent), "wb") as target:
        target.setparams((1, 2, 16000, 0, "NONE", ""))
        target.writeframes(bytes(2 * 16000 * 6))
    assert "no speech was detected" in program("voices", "add", "Amelia", silent, status=4).stderr
