"""Answers of servers that are broken or hostile are read within limits of size and time."""

from __future__ import annotations

import gzip
import resource
import time
import zlib

import pytest

from stage_runners.network import answers

MB = 1 << 20


class Response:
    """A response of httpx that is being streamed: its headers, and its body as it was sent."""

    def __init__(self, *pieces, packing=None):
        self.headers = {} if packing is None else {"content-encoding": packing}
        self._pieces = pieces

    def iter_raw(self):
        yield from self._pieces


def received(*pieces, packing=None, **limits):
    return answers.received(Response(*pieces, packing=packing), **{"until": time.monotonic() + 60, **limits})


def bomb(size, times=1):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(MB)
    packed = b"".join(packer.compress(block) for _ in range(size // MB)) + packer.flush()
    for _ in range(times - 1):
        packed = gzip.compress(packed)
    return packed


@pytest.mark.parametrize("packing", [None, "identity", "gzip", " GZIP "])
def test_an_answer_arrives_whole_however_it_is_cut(packing):
    sent = b'{"a": "\xc3\xa4"}' * 1000
    packed = gzip.compress(sent) if packing and packing.strip().lower() == "gzip" else sent
    pieces = [packed[k : k + 7] for k in range(0, len(packed), 7)]
    assert received(*pieces, packing=packing) == sent


def test_an_answer_that_unpacks_to_gigabytes_takes_no_more_memory_than_the_limit():
    packed = bomb(512 * MB)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(answers.EndlessError, match="does not end"):
        received(packed, packing="gzip", most=4 * MB)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100 * 1024  # kB, or bytes on a Mac: less still


def test_an_answer_that_is_not_packed_has_the_same_limit():
    with pytest.raises(answers.EndlessError, match="does not end"):
        received(*[bytes(MB)] * 6, most=4 * MB)


@pytest.mark.parametrize("packing", ["gzip, gzip", "gzip, gzip, gzip", "br", "zstd", "deflate", "x"])
def test_a_packing_that_was_not_asked_for_is_not_unpacked(packing):
    with pytest.raises(answers.UnreadableError, match="not asked for"):
        received(bomb(MB, 2), packing=packing)


@pytest.mark.parametrize(
    "sent", [b"no gzip", b"", gzip.compress(b"x" * 1000)[:-9]], ids=["no gzip", "empty", "cut off"]
)
def test_a_packing_that_is_damaged_is_said(sent):
    with pytest.raises(answers.UnreadableError, match="cannot be unpacked"):
        received(sent, packing="gzip")


def test_an_answer_that_drips_ends_at_its_time():
    with pytest.raises(answers.EndlessError, match="takes too long"):
        received(*[b" "] * 9, until=time.monotonic() - 1)


def test_a_stage_can_be_stopped_while_an_answer_drips():
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        received(b" ", check=stop)


def test_the_encoding_that_a_server_claims_is_not_used():
    assert answers.text_of(b"BZh9\xff") == "BZh9\ufffd"
