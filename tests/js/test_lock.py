"""The lock of what checks the page's JavaScript: exact versions with hashes, and no address of a registry."""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).parent
LOCK = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
WANTED = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))["devDependencies"]


def test_every_package_has_a_hash_and_none_an_address_to_load_it_from():
    packages = {name: one for name, one in LOCK["packages"].items() if name}
    assert len(packages) > len(WANTED)
    for name, one in packages.items():
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name


def test_what_is_asked_for_is_an_exact_version_and_the_locked_one():
    for name, version in WANTED.items():
        assert version[0].isdigit(), name
        assert LOCK["packages"][f"node_modules/{name}"]["version"] == version
