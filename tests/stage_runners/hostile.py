"""Checkpoints that run a command as they are unpickled: each touches a file, the canary."""

from __future__ import annotations

import io
import pickle
import tarfile
import zipfile
from pathlib import Path


class Touch:
    """Unpickles as the result of `os.system("touch CANARY")`."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        import os

        return os.system, (f"touch '{self.canary}'",)


def zipped(content: object, name: str = "archive") -> bytes:
    """A checkpoint in the form of today's `torch.save`."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(f"{name}/data.pkl", pickle.dumps(content, protocol=2))
        archive.writestr(f"{name}/version", "3\n")
        archive.writestr(f"{name}/byteorder", "little")
    return whole.getvalue()


def scripted(canary: Path) -> bytes:
    """The same with what marks a TorchScript archive, which torch.load passes to another loader."""
    whole = io.BytesIO(zipped({"state_dict": Touch(canary)}))
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr("archive/constants.pkl", pickle.dumps(Touch(canary), protocol=2))
        archive.writestr("archive/code/__torch__.py", f"open({str(canary)!r}, 'w')")
    return whole.getvalue()


def tarred(canary: Path) -> bytes:
    """The oldest form: a tar with pickles in it."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            content = pickle.dumps(Touch(canary), protocol=2)
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return whole.getvalue()


def by_instance(canary: Path) -> bytes:
    """A pickle without the instructions that scanners look for: INST names and calls at once."""
    return f"(S\"touch '{canary}'\"\nios\nsystem\n.".encode()


def hidden_name(canary: Path) -> bytes:
    """A pickle that puts the name of the function together on its stack (STACK_GLOBAL)."""
    command = f"touch '{canary}'".encode()
    short = b"\x8c" + bytes([len(command)]) + command
    return b"\x80\x04\x8c\x02os\x8c\x06system\x93" + short + b"\x85R."


def checkpoints(canary: Path) -> dict[str, bytes]:
    """Files of all these kinds, by name."""
    content = {"state_dict": Touch(canary)}
    return {
        "zip": zipped(content),
        "plain": pickle.dumps(content, protocol=2),
        "plain with torch's number": b"".join(
            pickle.dumps(part, protocol=2) for part in (0x1950A86A20F9469CFC6C, 1001, {}, Touch(canary))
        ),
        "zip in a zip": _nested(canary),
        "TorchScript": scripted(canary),
        "tar": tarred(canary),
        "INST": by_instance(canary),
        "STACK_GLOBAL": hidden_name(canary),
    }


def _nested(canary: Path) -> bytes:
    whole = io.BytesIO(zipped({"inner": zipped(Touch(canary))}))
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr("archive/inner/data.pkl", pickle.dumps(Touch(canary), protocol=2))
    return whole.getvalue()
