"""Voices get their names: by what is said, by a clip of the person, by the user."""

from __future__ import annotations

import wave

import pytest

AMELIA = ((8.32, 9.9), (10.57, 14.45), (18.6, 21.5))
"""Seconds in which the first speaker of the recording speaks alone, by the `.rttm` that ships with it."""


@pytest.fixture
def clip(recording, tmp_path):
    """The speech of the first speaker."""
    return cut(recording, tmp_path / "amelia.wav", AMELIA)


def cut(recording, path, spans):
    """Some spans of a recording, in seconds, one after the other."""
    with wave.open(str(recording)) as source, wave.open(str(path), "wb") as target:
        target.setparams(source.getparams())
        for start, end in spans:
            source.setpos(round(start * source.getframerate()))
            target.writeframes(source.readframes(round((end - start) * source.getframerate())))
    return path


def test_a_speaker_who_introduces_herself_is_named_in_the_subtitles(finished):
    shown = (finished / "demo.en.srt").read_text()
    assert "[DIANE]" in shown
    assert "[SHEILA]" in shown


def test_speaker_names_from_the_user_win_and_an_unknown_label_is_reported(program, finished, film, tmp_path):
    program("run", film, "-o", tmp_path, "--no-mux", "--speakers", "SPEAKER_00=Amelia")
    assert "[AMELIA]" in (tmp_path / "demo.en.srt").read_text()
    done = program("run", film, "-o", tmp_path, "--no-mux", "--speakers", "SPEAKER_09=Amelia", status=2)
    assert "demo.mkv has no SPEAKER_09" in done.stderr
    assert "choose from: SPEAKER_00, SPEAKER_01" in " ".join(done.stderr.split())


def test_a_voice_is_enrolled_from_a_clip_recognised_in_a_film_and_removed(
    program, finished, film, clip, tmp_path
):
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


def test_a_clip_with_two_speakers_or_no_speech_is_refused(program, recording, tmp_path):
    both = cut(recording, tmp_path / "both.wav", [(8.0, 20.0)])
    assert "2 speakers were detected" in program("voices", "add", "Amelia", both, status=4).stderr
    silent = tmp_path / "silent.wav"
    with wave.open(str(silent), "wb") as target:
        target.setparams((1, 2, 16000, 0, "NONE", ""))
        target.writeframes(bytes(2 * 16000 * 6))
    assert "no speech was detected" in program("voices", "add", "Amelia", silent, status=4).stderr
