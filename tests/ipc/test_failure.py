"""From an exception to what a person is told."""

from __future__ import annotations

import errno

import pytest

from ipc.classify_error import to_event
from ipc.console import describe
from ipc.errors import StageError, storage_hint


@pytest.mark.parametrize(
    ("number", "frees"),
    [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False), (errno.EEXIST, False)],
)
def test_freeing_space_is_suggested_only_on_a_full_disk(number, frees):
    told = storage_hint(OSError(number, "no"), "choose another folder")
    assert ("free some space" in told, "another folder" in told) == (frees, True)
    assert "free some space" not in to_event(OSError(errno.EROFS, "Read-only file system")).hint


def test_only_bugs_are_printed_with_a_traceback():
    wrong = StageError("config", "there is no track 7", "there is: 0")
    assert describe(to_event(wrong)).splitlines() == [
        "error     [config] there is no track 7",
        "hint      there is: 0",
    ]
    with pytest.raises(ZeroDivisionError) as bug:
        1 / 0  # noqa: B018
    assert "Traceback" in describe(to_event(bug.value))
