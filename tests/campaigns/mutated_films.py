"""Runs the program on films that were damaged at random: bytes, sizes, packets, whole parts.

Each run ends with a proper status and a sentence: never by a bug, a traceback or a hang, and with no process
left. Every tenth film is run as a whole, the others until what reads the film has ended.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable

from tests.campaigns import work
from tests.e2e.conftest import ffmpeg

Mutation = Callable[[bytearray, random.Random], None]
_EBML = tuple(
    bytes.fromhex(name)
    for name in (
        "1a45dfa3",
        "18538067",
        "1f43b675",
        "1654ae6b",
        "1549a966",
        "ae",
        "a3",
        "a0",
        "86",
        "e1",
        "b5",
    )
)
"""Of Matroska's elements: head, segment, cluster, tracks, info, entry, blocks, codec, audio."""
_BOXES = b"moov mdat trak mdia stbl stsz stco stts stsc mvhd mdhd ftyp esds avcC stsd elst".split()


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 10, 300))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _flip_head(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 5, 40))):
        data[chance.randrange(min(len(data), 4096))] = chance.randrange(256)


def _truncate(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _lose(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 5, 20))):
        at = chance.randrange(len(data))
        at -= at % 188 if data[:1] == b"\x47" else 0
        del data[at : at + 188 * chance.choice((1, 3, 50))]


def _insert(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.randbytes(chance.choice((1, 188, 5000)))


def _zero(data: bytearray, chance: random.Random) -> None:
    at, length = chance.randrange(len(data)), chance.choice((16, 4096, 100_000))
    data[at : at + length] = bytes(len(data[at : at + length]))


def _swap(data: bytearray, chance: random.Random) -> None:
    length = min(20_000, len(data) // 4)
    one, other = sorted(chance.sample(range(0, len(data) - length, length), 2))
    data[one : one + length], data[other : other + length] = (
        data[other : other + length], data[one : one + length])  # fmt: skip


def _resize(data: bytearray, chance: random.Random) -> None:
    """Change the sizes of some boxes (MP4) or elements (Matroska); of frames elsewhere."""
    places = [at for name in _BOXES if (at := data.find(name)) >= 4]
    sizes = [(at - 4, 4) for at in places]
    sizes += [(at + len(name), 1) for name in _EBML if (at := data.find(name)) >= 0] if not places else []
    for at, length in chance.sample(sizes, min(len(sizes), chance.choice((1, 3)))):
        data[at : at + length] = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))


def _twice(data: bytearray, chance: random.Random) -> None:
    data += data[chance.randrange(len(data)) :]


MUTATIONS: dict[str, Mutation] = {
    "bytes changed": _flip, "bytes of its head changed": _flip_head, "cut off": _truncate,
    "parts lost": _lose, "parts inserted": _insert, "parts zero": _zero,
    "parts exchanged": _swap, "sizes changed": _resize,
    "a part twice": _twice,
}  # fmt: skip
CONTAINERS = {"mkv": ("-c", "copy"), "mp4": ("-c", "copy"), "ts": ("-c", "copy"), "mp3": ("-vn",)}


def main() -> int:
    """Run the campaign."""
    campaign, arguments = work.campaign(
        "mutated_films", __doc__.splitlines()[0], 60,
        lambda parser: parser.add_argument("--only", type=int, help="this trial alone"),
    )  # fmt: skip
    film = work.small_film(campaign.folder / "whole.mkv")
    sound = {}
    for suffix, words in CONTAINERS.items():
        sound[suffix] = campaign.folder / f"sound.{suffix}"
        ffmpeg("-i", film, *words, sound[suffix])
    tool = work.Tool(campaign.folder / "home")
    for number, chance in campaign.trials():
        suffix, name = chance.choice(list(CONTAINERS)), chance.choice(list(MUTATIONS))
        data = bytearray(sound[suffix].read_bytes())
        MUTATIONS[name](data, chance)
        if arguments.only is None or number == arguments.only:
            _try(campaign, number, tool, f"{suffix}: {name}", data, suffix)
    return campaign.close()


def _try(campaign: work.Campaign, number: int, tool: work.Tool, what: str, data: bytes, suffix: str) -> None:
    folder = campaign.folder / "trial"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    film = folder / f"film.{suffix}"
    film.write_bytes(data)
    whole = number % 10 == 9
    untils: tuple[tuple[object, ...], ...] = (
        ((),) if whole else (("--until", "waveform"), ("--until", "shots"))
    )
    for until in untils:
        ended = tool.ended(
            "run", film, *work.OPTIONS, "--language", "en", *until, "-o", folder / "out", patience=600
        )
        for fault in ended.faults({0, 1, 2, 4, 6}):
            campaign.fault(number, f"{what}: {' '.join(map(str, until)) or 'whole run'}: {fault}", ended.text)
            shutil.copy(film, campaign.folder / f"fault-{number}.{suffix}")
        campaign.figures[f"status {ended.status}{', whole run' if whole else ''}"] += 1
        if ended.status not in {0, 6} and not _has_sentence(ended.text):
            campaign.fault(number, f"{what}: no sentence says why", ended.text)
    if left := tool.left():
        campaign.fault(number, f"{what}: processes left", "\n".join(left))
    print(f"{number}: {what}: {ended.status}", flush=True)


def _has_sentence(text: str) -> bool:
    """Whether something says what is wrong with the film."""
    return any("film" in line and (":" in line or "cannot" in line) for line in text.splitlines())


if __name__ == "__main__":
    sys.exit(main())
