"""A server's two films of one name, and files that may be them."""

from __future__ import annotations

import contextlib
import struct

from tests import fake_tmdb
from tests.stage_runners.kept import Kept

RIVER = {
    "cast": [
        ("Meera Joshi", "Actor One"),
        ('Vikram "Vicky" Rao / Narrator (voice)', "Actor Two"),
        ("Young Meera", "Actor Three"),
        ("Bartender", "Actor Four"),
    ],
    "original_title": "नदी के पार",
    "also": ["Beyond the Water"],
    "overview": "Meera leaves Nashik and meets Vikram.",
    "runtime": 120,
    "keywords": ["nashik, india", "river", "friendship, loss"],
}
NFO = """<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<movie>
  <title>Across the River</title><year>2011</year>
  <plot>Two friends &amp; a boat.</plot>
  <uniqueid type="tmdb" default="true">71</uniqueid>
  <actor><name>Actor One</name><role>Meera</role><order>0</order></actor>
  <actor><name>Actor Nine</name><role>Inspector Patil</role><order>1</order></actor>
</movie>
"""


FILMS = {
    71: fake_tmdb.movie(71, "Across the River", "2011-03-04", **RIVER),
    72: fake_tmdb.movie(72, "Across the River", "1958-01-01", cast=[("Tom", "Actor Ten")], runtime=88),
}
"""Two films of one name, years apart."""


def film(path, minutes=1.0, title=""):
    """A recording of silence, with its length and a title tag."""
    size = round(minutes * 60 * 100)
    info = b"INFOINAM" + struct.pack("<I", len(title)) + title.encode() + b"\0" * (len(title) % 2)
    chunks = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 100, 100, 1, 8)
    chunks += (b"LIST" + struct.pack("<I", len(info)) + info) if title else b""
    chunks += b"data" + struct.pack("<I", size) + b"\x80" * size
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    return path


def names(cast, kind="character"):
    return [row["name"] for row in cast.rows() if row["kind"] == kind]


@contextlib.contextmanager
def kept(address, key, **more):
    """A process of the stage that sends requests to this address with this key, and never prints the key."""
    process = Kept(
        "tmdb", {"ORCHESTRATOR_TMDB_URL": address, "TMDB_API_KEY": key, "NO_PROXY": "127.0.0.1", **more}
    )
    try:
        yield process
    finally:
        errors = process.close()
    assert key not in errors
