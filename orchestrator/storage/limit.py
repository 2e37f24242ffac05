"""How large the cache of results may become."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestrator.util import quantities

NO_LIMIT = "none"
SHARE, LEAST = 0.1, 10e9
"""By default a tenth of the disk, and at least 10 GB: the results of a film of two hours take 0.3 GB, so that
thirty films fit on the smallest disk, and a large one is never filled without a word."""


def of(text: str | None, root: Path) -> int | None:
    """The limit in bytes for the store at `root`; None for no limit. Without `text`, the default.

    Raises `BadQuantityError` if it is no size.
    """
    if text == NO_LIMIT:
        return None
    if text:
        return quantities.size(text)
    place = root
    while not place.exists():
        place = place.parent
    return int(max(LEAST, SHARE * shutil.disk_usage(place).total))
