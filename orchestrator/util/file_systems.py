"""Whether a folder is on a file system that other machines may share."""

from __future__ import annotations

import os
import re
from pathlib import Path

_TABLE = Path("/proc/self/mountinfo")
_REMOTE = re.compile(
    r"nfs|nfs4|cifs|smb3?|smbfs|ncpfs|afs|coda|ceph|lustre|gpfs|beegfs|glusterfs|orangefs|pvfs2|ocfs2|gfs2|9p|"
    r"virtiofs|vboxsf|prl_fs|vmhgfs|panfs|wekafs|fuse(\..*)?"
)
"""Types of the kernel's table of mounts. Behind FUSE may be anything (sshfs, GlusterFS, mergerfs, rclone)."""


def is_remote(path: Path) -> bool:
    """Return whether another machine may see the file or folder too, as far as the system says."""
    try:
        lines = _TABLE.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    kind, longest = "", -1
    place = os.path.realpath(path)
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4])
        if (place == point or place.startswith(point.rstrip("/") + "/")) and len(point) >= longest:
            kind, longest = after.split()[0], len(point)
    return _REMOTE.fullmatch(kind) is not None
