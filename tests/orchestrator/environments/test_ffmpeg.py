"""The version of ffmpeg is read once, and again if ffmpeg changes."""

from __future__ import annotations

import pytest

from orchestrator.environments import ffmpeg


@pytest.fixture
def binary(tmp_path, monkeypatch):
    """An ffmpeg that notes each time it is started."""
    file = tmp_path / "ffmpeg"

    def write(version):
        file.write_text(
            f"#!/bin/sh\necho x >> {tmp_path}/asked\necho 'ffmpeg version {version} Copyright (c) us'\n"
        )
        file.chmod(0o755)

    write("1.0")
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ORCHESTRATOR_FFMPEG", str(file))
    return write


def asked(tmp_path):
    return len((tmp_path / "asked").read_text().split())


def test_a_version_is_remembered_until_the_program_changes(binary, tmp_path):
    assert [ffmpeg.build(tmp_path) for _ in range(3)] == ["ffmpeg version 1.0"] * 3
    assert asked(tmp_path) == 1
    binary("1.0.1")
    assert ffmpeg.build(tmp_path) == "ffmpeg version 1.0.1"
    assert asked(tmp_path) == 2


def test_with_an_unwritable_home_the_version_is_read_each_time(binary, tmp_path):
    (tmp_path / "home").write_text("not a folder")
    assert [ffmpeg.build(tmp_path) for _ in range(2)] == ["ffmpeg version 1.0"] * 2
    assert asked(tmp_path) == 2


def test_a_missing_ffmpeg_has_no_version(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_FFMPEG", str(tmp_path / "none"))
    assert ffmpeg.build(tmp_path) == ""
