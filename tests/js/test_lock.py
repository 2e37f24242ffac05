"""The lock of what checks the page's JavaScript: exact versions with hashes, and no address of a registry."""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).parent
LOCK = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
WANTED = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))["devDependencies"]


def test_every_package_has_a_hash_and_no_download_address():
    packages = {name: one for name, one in LOCK["packages"].items() if name}
    assert len(packages) > len(WANTED)
    for name, one in packages.items():
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name


def test_requested_versions_are_exact_and_match_the_lock():
    for name, version in WANTED.items():
        assert version[0].isdigit(), name
        assert LOCK["packages"][f"node_modules/{name}"]["version"] == version
