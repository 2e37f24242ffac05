"""Recordings of one conversation become one file with a track each; nothing of the user's is replaced."""

from __future__ import annotations

import numpy as np
import pytest

from ipc.artifacts import open_audio, read
from orchestrator.errors import INPUT, STORAGE, USAGE, FatalError
from orchestrator.runs import one_conversation
from orchestrator.runs.join_recordings import Recording, delays_of, join, recordings_of, shorter
from tests.stage_runners import films
from tests.stage_runners.spec import run_stage

env = pytest.mark.env("media")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Anna and Ben of one episode, Ben as AAC and shorter, and a film of Carol."""
    folder = tmp_path_factory.mktemp("episode")
    anna = films.recording(folder / "ep1-anna.wav", (1.0, 4.0), seconds=20.0)
    wav = films.recording(folder / "ben.wav", (2.0,), seconds=8.0)
    ben = films.make("-i", wav, "-c:a", "aac", folder / "ep1-ben.m4a")
    carol = films.make(
        "-f", "lavfi", "-i", "color=black:s=64x64:r=5:d=20", "-i", anna, "-map", "0", "-map", "1",
        "-c:a", "flac", folder / "ep1-carol.mkv",
    )  # fmt: skip
    return anna, ben, carol


def titles_and_voices(film, folder):
    done, out = run_stage("demux", {"film": film}, folder, {"speakers_by_track": True}, "media")
    assert done.returncode == 0, done.stderr
    names = [row["name"] for row in read(out / "titles.parquet", "speakers").rows()]
    return names, open_audio(out / "voices.arrow").samples.reshape(len(names), -1)


@env
def test_each_file_is_a_track_named_after_it_and_late_by_what_was_said(files, tmp_path):
    recordings = recordings_of([str(file) for file in files])
    path, tracks = join(recordings, {"Ben": 3.5}, tmp_path / "joined.mka", overwrite=False)
    assert [(track["title"], track["late"]) for track in tracks] == [("Anna", 0), ("Ben", 3.5), ("Carol", 0)]
    names, voices = titles_and_voices(path, tmp_path)
    assert names == ["Anna", "Ben", "Carol"]
    for voice, times in zip(voices, ((1.0, 4.0), (5.5,), (1.0, 4.0)), strict=True):
        heard = films.heard(voice)
        assert np.allclose(heard, times, atol=0.03), heard
    assert [one.name for one in tmp_path.glob("*.part")] == []
    ((title, seconds),) = shorter(tracks)
    assert (title, round(seconds, 1)) == ("Ben", 8.5)


@env
def test_a_file_that_is_there_is_replaced_only_if_asked_and_a_recording_never(files, tmp_path):
    recordings = recordings_of([f"Anna={files[0]}", str(files[1])])
    assert recordings[0] == Recording(path=files[0], title="Anna")
    there = tmp_path / "there.mka"
    there.write_bytes(b"the user's")
    with pytest.raises(FatalError, match=r"there\.mka already exists"):
        join(recordings, {}, there, overwrite=False)
    assert there.read_bytes() == b"the user's"
    join(recordings, {}, there, overwrite=True)
    assert there.read_bytes() != b"the user's"
    with pytest.raises(FatalError, match=r"ep1-carol\.mkv is one of the recordings"):
        join(recordings_of([str(files[0]), str(files[2])]), {}, files[2], overwrite=True)


@env
def test_what_cannot_be_joined_is_an_error_and_leaves_nothing(files, tmp_path):
    noise = tmp_path / "noise.wav"
    noise.write_bytes(np.random.default_rng(0).bytes(5000))
    for recordings, late, message, status in (
        ([files[0], noise], {}, r"noise\.wav: not a film", INPUT),
        (files[:2], {"Bob": 1.0}, "--late Bob: there is no such recording", USAGE),
    ):
        with pytest.raises(FatalError, match=message) as refused:
            join(recordings_of(list(map(str, recordings))), late, tmp_path / "out.mka", overwrite=False)
        assert refused.value.status == status
    assert [one.name for one in tmp_path.iterdir()] == ["noise.wav"]


@env
def test_a_full_disk_is_not_a_bad_recording(files, tmp_path, monkeypatch):
    full = tmp_path / "ffmpeg"
    full.write_text("#!/bin/sh\necho 'av_interleaved_write_frame(): No space left on device' >&2\nexit 228\n")
    full.chmod(0o755)
    monkeypatch.setenv("ORCHESTRATOR_FFMPEG", str(full))
    with pytest.raises(FatalError, match="the disk is full") as refused:
        join(recordings_of(list(map(str, files[:2]))), {}, tmp_path / "out.mka", overwrite=False)
    assert refused.value.status == STORAGE
    assert [one.name for one in tmp_path.iterdir()] == ["ffmpeg"]


def test_words_that_cannot_be_used_are_refused(tmp_path):
    wav = films.recording(tmp_path / "a.wav", (0.5,), seconds=1.0)
    named = films.recording(tmp_path / "Ben=late.wav", (0.5,), seconds=1.0)
    assert [one.title for one in recordings_of([str(wav), str(named)])] == ["", ""]
    for words, message in (
        ([str(wav)], "two recordings or more"),
        ([str(wav), str(wav)], "named twice"),
        ([str(wav), str(tmp_path / "b.wav")], "file not found"),
    ):
        with pytest.raises(FatalError, match=message):
            recordings_of(words)
    assert delays_of(["Ben=3.2", "a=b.wav=1"]) == {"Ben": 3.2, "a=b.wav": 1.0}
    for word in ("Ben", "Ben=", "Ben=x", "=3", "Ben=-1", "Ben=nan", "Ben=1e9"):
        with pytest.raises(FatalError) as refused:
            delays_of([word])
        assert refused.value.status == USAGE
    with pytest.raises(FatalError, match="a Matroska file"):
        join([Recording(path=wav), Recording(path=named)], {}, tmp_path / "x.wav", overwrite=False)


@env
def test_a_run_of_the_files_of_one_conversation_names_the_command(files, tmp_path):
    same = [films.recording(tmp_path / f"{name}.wav", (1.0,), seconds=5.0) for name in ("anna", "ben")]
    assert f"orchestrator join {same[0]} {same[1]}" in one_conversation.hint(same)
    longer = films.recording(tmp_path / "lecture.wav", (1.0,), seconds=9.0)
    assert one_conversation.hint([*same, longer]) == ""
    assert one_conversation.hint(same[:1]) == ""
    assert one_conversation.hint([same[0], files[0]]) == ""  # another folder
    assert one_conversation.hint([files[2], files[2]]) == ""  # films
