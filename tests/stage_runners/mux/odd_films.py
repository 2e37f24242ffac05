"""Films made odd by the specifications of their containers, from plain ones that ffmpeg wrote."""

from __future__ import annotations

import struct

from stage_runners.mux import ebml
from stage_runners.mux.ebml import CHAPTERS, TRACKS, Element

PACKET = 188


def stream_type(data, pid, entry):
    """Put `entry` (a stream type and its descriptors) in place of what a transport stream's PMT says of a
    PID.

    ISO 13818-1, 2.4.4.8. The PMT is one packet, as ffmpeg writes it.
    """
    data = bytearray(data)
    for at in range(0, len(data), PACKET):
        p = data[at : at + PACKET]
        if not p[1] & 0x40 or p[3] & 0x20 or p[4] or p[5] != 2:
            continue
        end = 8 + ((p[6] & 15) << 8 | p[7]) - 4
        i = 17 + ((p[15] & 15) << 8 | p[16])
        new = bytearray(p[5:i])
        while i < end:
            n = 5 + ((p[i + 3] & 15) << 8 | p[i + 4])
            here = (p[i + 1] & 31) << 8 | p[i + 2]
            changed = bytes([entry[0]]) + p[i + 1 : i + 3] + bytes([0xF0, len(entry) - 1]) + entry[1:]
            new += changed if here == pid else p[i : i + n]
            i += n
        new[1], new[2] = 0xB0 | (len(new) + 1) >> 8, (len(new) + 1) & 255
        data[at + 5 : at + PACKET] = (bytes(new) + _crc(new) + b"\xff" * PACKET)[: PACKET - 5]
    return bytes(data)


def private(data, pid, entry):
    """A transport stream in which a PID is announced by `entry`, and its packets (PES, with times) hold
    zeros.

    libavformat would hear sound that is announced as something else.
    """
    data = bytearray(stream_type(data, pid, entry))
    for at in range(0, len(data), PACKET):
        if (data[at + 1] & 31) << 8 | data[at + 2] != pid:
            continue
        begin = at + 4 + (1 + data[at + 4] if data[at + 3] & 0x20 else 0)
        if data[at + 1] & 0x40:
            data[begin + 3] = 0xBD  # private_stream_1
            begin += 9 + data[begin + 8]
        data[begin : at + PACKET] = bytes(max(0, at + PACKET - begin))
    return bytes(data)


def _crc(data):
    c = 0xFFFFFFFF
    for byte in data:
        c ^= byte << 24
        for _ in range(8):
            c = (c << 1 ^ 0x04C11DB7 if c >> 31 else c << 1) & 0xFFFFFFFF
    return c.to_bytes(4, "big")


def with_entry(data, id_, change):
    """A Matroska file in which `change` made another element of its first element `id_`.

    Nothing before a cluster is found by position if the SeekHead, the Cues and the CRC-32 are gone.
    """
    head, segment = list(ebml.parsed(data))
    children = [
        change(child) if child.id == id_ else child
        for child in segment.children()
        if child.id not in {ebml.SEEK_HEAD, 0x1C53BB6B, ebml.VOID}
    ]
    return head.written() + ebml.master(ebml.SEGMENT, children).written()


def with_tracks(data, change):
    """A Matroska file whose track entries are what `change(number, children)` makes of them."""

    def tracks(element):
        entries = [child for child in element.children() if child.id == 0xAE]
        return ebml.master(
            TRACKS, [ebml.master(0xAE, change(k, entry.children())) for k, entry in enumerate(entries)]
        )

    return with_entry(data, TRACKS, tracks)


def with_chapters(data, *editions):
    """A Matroska file with these editions."""
    return with_entry(data, TRACKS, lambda tracks: _Both(tracks, ebml.master(CHAPTERS, list(editions))))


class _Both:
    """Two elements in place of one."""

    def __init__(self, *elements):
        self.elements = elements

    def written(self):
        return b"".join(element.written() for element in self.elements)


def edition(*children, uid=1, ordered=0):
    return ebml.master(0x45B9, [ebml.number(0x45BC, uid), ebml.number(0x45DD, ordered), *children])


def atom(start, *rest, uid=1, end=None, names=(), hidden=0):
    """A chapter: seconds, chapters in it, and names as (text, language) pairs."""
    times = [ebml.number(0x91, round(start * 1e9))]
    if end is not None:
        times.append(ebml.number(0x92, round(end * 1e9)))
    shown = [
        ebml.master(0x80, [ebml.text(0x85, name), ebml.text(0x437C, language)]) for name, language in names
    ]
    return ebml.master(0xB6, [ebml.number(0x73C4, uid), *times, ebml.number(0x98, hidden), *shown, *rest])


def tagged(children, tag):
    """A track entry with a BCP 47 tag."""
    return [*children, Element(0x22B59D, tag.encode())]


def id3_cover(sound, mime, picture):
    """An MP3 file with a picture (ID3v2.3, APIC)."""
    body = b"\0" + mime.encode() + b"\0\3\0" + picture
    frame = b"APIC" + len(body).to_bytes(4, "big") + b"\0\0" + body
    size = bytes(len(frame) >> 7 * k & 127 for k in (3, 2, 1, 0))
    return b"ID3\3\0\0" + size + frame + sound


def flac_picture(sound, mime, picture):
    """A FLAC file with a picture (a METADATA_BLOCK_PICTURE after STREAMINFO; RFC 9639, 8.8)."""
    name = mime.encode()
    block = struct.pack(f">II{len(name)}sI4II", 3, len(name), name, 0, 32, 32, 24, 0, len(picture)) + picture
    cut = 8 + int.from_bytes(sound[5:8], "big")
    return sound[:cut] + bytes([6]) + len(block).to_bytes(3, "big") + block + sound[cut:]


def sample_entry(data, old, new):
    """An MP4 file with another name for a codec: a sample entry that no decoder knows."""
    place = data.index(old, data.index(b"stsd"))
    return data[:place] + new + data[place + len(old) :]
