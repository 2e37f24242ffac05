"""Folders in which systems, disk stations and media servers keep what is theirs.

Sources: Jellyfin's `IgnorePatterns.cs` and Plex's `Filters.py`, both as of 2026.
"""

from __future__ import annotations

import re

_NAMES = frozenset(
    name.casefold()
    for name in (
        "@eaDir", "eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "$RECYCLE.BIN",
        "RECYCLER", "System Volume Information", "Recovery", "lost+found", "Network Trash Folder",
        "Temporary Items", "TempRec", "TempSBE", "ps3_update", "ps3_vprm", "extrafanart", "extrathumbs",
    )
)  # fmt: skip
_ENDINGS = (".trickplay", ".photoslibrary", ".itlp", ".lrdata", ".app")
_UNPACKING = re.compile(r"_(?:UNPACK|FAILED)_")
"""What SABnzbd adds to the folder of a download that is being unpacked, or could not be."""
DISC_FOLDERS = frozenset(["video_ts", "bdmv", "hvdvd_ts", "avchd"])
"""Folders of a DVD, a Blu-ray disc, an HD DVD, and a camera that records as on Blu-ray."""


def is_of_system(name: str) -> bool:
    """Return whether a folder of this name belongs to a system or a server, not to the user."""
    plain = name.casefold()
    return plain in _NAMES or plain.endswith(_ENDINGS)


def is_being_unpacked(name: str) -> bool:
    """Return whether a folder of this name holds an incomplete download."""
    return bool(_UNPACKING.search(name))
