"""Reading a small file that may be none: pipes, devices, links and files without end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ipc import plain_file
from ipc.plain_file import UnusableFileError


def test_a_file_and_a_link_to_one_are_read(tmp_path):
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    assert plain_file.read(tmp_path / "file", 4) == plain_file.read(tmp_path / "link", 4) == b"text"


def test_a_pipe_without_a_writer_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnusableFileError, match="a pipe, not a file"):
        plain_file.read(tmp_path / "pipe", 100)


def test_a_link_to_a_device_without_an_end_is_not_read(tmp_path):
    (tmp_path / "link").symlink_to("/dev/zero")
    with pytest.raises(UnusableFileError, match="a device"):
        plain_file.read(tmp_path / "link", 100)


def test_a_file_of_a_terabyte_is_refused_at_once(tmp_path):
    with (tmp_path / "holes").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(UnusableFileError, match="larger than 64 kB"):
        plain_file.read(tmp_path / "holes", 64 << 10)


def test_the_null_device_is_an_empty_file():
    assert plain_file.read(Path("/dev/null"), 4) == b""
