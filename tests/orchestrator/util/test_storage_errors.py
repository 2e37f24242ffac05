"""What a disk refuses is a sentence."""

from __future__ import annotations

import errno

import pytest

from orchestrator.errors import STORAGE, FatalError
from orchestrator.util.storage_errors import storage_errors


def refused(error):
    with (
        pytest.raises(FatalError) as caught,
        storage_errors("cannot write the list", "make its folder writable"),
    ):
        raise error
    return caught.value.message, caught.value.hint, caught.value.status


def test_a_refused_write_is_reported_with_a_hint():
    error = PermissionError(errno.EACCES, "Permission denied")
    assert refused(error) == ("cannot write the list: Permission denied", "make its folder writable", STORAGE)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_the_hint_for_a_full_disk_is_to_free_space_first(number):
    assert refused(OSError(number, "full"))[1] == "free some space there, or make its folder writable"


def test_the_hint_for_a_file_beyond_the_limit_names_the_limit():
    assert "ulimit -f" in refused(OSError(errno.EFBIG, "File too large"))[1]


def test_other_errors_are_unchanged():
    with pytest.raises(ValueError, match="not a disk"), storage_errors("cannot write", "do something"):
        raise ValueError("not a disk")
