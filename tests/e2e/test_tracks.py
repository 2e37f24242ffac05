"""`--speakers-by-track`, from a film with a track for each of two people to its subtitles."""

from __future__ import annotations

import re
import wave

import pytest

from tests.e2e.conftest import ffmpeg
from tests.stage_runners.apart import microphones


@pytest.fixture(scope="module")
def podcast(tmp_path_factory):
    """Two tracks, of which the first is called `Paula's mic`, and the second begins 3 s late."""
    folder = tmp_path_factory.mktemp("podcast")
    tracks, _ = microphones()
    for name, pcm in zip(("a.wav", "b.wav"), (tracks[0], tracks[1][48_000:]), strict=True):
        with wave.open(str(folder / name), "wb") as sink:
            sink.setnchannels(1)
            sink.setsampwidth(2)
            sink.setframerate(16_000)
            sink.writeframes(pcm.tobytes())
    film = folder / "podcast.mka"
    ffmpeg(
        "-i", folder / "a.wav", "-itsoffset", 3, "-i", folder / "b.wav", "-map", 0, "-map", 1,
        "-c:a", "flac", "-metadata:s:a:0", "title=Paula's mic", "-metadata:s:a:1", "title=Stereo", film,
    )  # fmt: skip
    return film


def test_a_track_for_each_speaker_gives_labels_from_titles_and_turns_from_tracks(program, podcast):
    shown = program("run", podcast, "--speakers-by-track", "--language", "en", "--threads", 1).stderr
    srt = podcast.with_suffix(".en.srt").read_text()
    labels = re.findall(r"\[([^]]+)\]", srt)
    assert labels[:4] == ["PAULA", "SHEILA", "PAULA", "SHEILA"]  # Sheila says her name
    assert set(labels) == {"PAULA", "SHEILA"}
    assert "audio: a speaker in each track" in shown
    assert "SPEAKER_00 is Paula" in shown
    speakers = [line.split()[7] for line in podcast.with_suffix(".rttm").read_text().splitlines()]
    assert speakers[:4] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00", "SPEAKER_01"]
    program("run", podcast, "--speakers-by-track", "--language", "en", "--threads", 1, "--speakers",
            "SPEAKER_00=Anna")  # fmt: skip
    assert "[ANNA]" in podcast.with_suffix(".en.srt").read_text()
    assert [name for name, how in program.how().items() if how == "done"] == ["naming", "subtitles", "mux"]


def test_a_film_with_one_track_is_refused_before_the_run(program, film):
    refused = program("run", film, "--speakers-by-track", status=2)
    assert "demo.mkv has only one track with a speaker" in refused.stderr
