"""`--speakers-by-track`, from a film with a track for each of two people to its subtitles."""

from __future__ import annotations

import json
import re
import wave

import pytest

from tests.stage_runners.apart import at_once


@pytest.fixture(scope="module")
def podcast(program, tmp_path_factory):
    """Two people who interrupt each other, a file each, joined; the second one begins 3 s late."""
    folder = tmp_path_factory.mktemp("podcast")
    tracks = at_once()
    for name, pcm in zip(("a.wav", "b.wav"), (tracks[0], tracks[1][48_000:]), strict=True):
        with wave.open(str(folder / name), "wb") as sink:
            sink.setnchannels(1)
            sink.setsampwidth(2)
            sink.setframerate(16_000)
            sink.writeframes(pcm.tobytes())
    shown = program("join", f"Paula's mic={folder}/a.wav", folder / "b.wav", "--late", "b=3",
                    "--output", folder / "podcast.mka").stdout  # fmt: skip
    assert "b.wav, 0:13, begins 3 s late" in shown
    assert f"orchestrator run {folder}/podcast.mka --speakers-by-track" in shown
    return folder / "podcast.mka"


def test_a_track_for_each_speaker_gives_labels_from_titles_and_turns_from_tracks(program, podcast):
    shown = program("run", podcast, "--speakers-by-track", "--language", "en", "--threads", 1).stderr
    srt = podcast.with_suffix(".en.srt").read_text()
    labels = re.findall(r"\[([^]]+)\]", srt)
    assert labels[:3] == ["PAULA", "SPEAKER 2", "PAULA"]
    assert "audio: a speaker in each track" in shown
    assert "SPEAKER_00 is Paula" in shown
    speakers = [line.split()[7] for line in podcast.with_suffix(".rttm").read_text().splitlines()]
    assert speakers[:4] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_01", "SPEAKER_00"]
    segments = json.loads(podcast.with_suffix(".json").read_text())["segments"]
    paula, sheila = (next(one for one in segments if name in one["text"]) for name in ("Diane", "Texas"))
    assert paula["text"].strip().endswith("New Jersey.")
    assert (paula["speaker"], sheila["speaker"]) == ("SPEAKER_00", "SPEAKER_01")
    assert sheila["start"] < paula["end"] - 0.3  # both are whole, and at once
    program("run", podcast, "--speakers-by-track", "--language", "en", "--threads", 1, "--speakers",
            "SPEAKER_00=Anna")  # fmt: skip
    assert "[ANNA]" in podcast.with_suffix(".en.srt").read_text()
    assert [name for name, how in program.how().items() if how == "done"] == ["naming", "subtitles", "mux"]


def test_a_film_with_one_track_is_refused_before_the_run(program, film):
    refused = program("run", film, "--speakers-by-track", status=2)
    assert "demo.mkv has only one track with a speaker" in refused.stderr
