"""A made-up library: 30 films and more, by ffmpeg's generators, with what lies beside films in real ones.

`docs/libraries.md` has a row for each, with what the plan says of it.
"""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

from orchestrator.environments import ffmpeg, registry

SUBTITLE = "1\n00:00:00,500 --> 00:00:02,000\nHello.\n"
LONG_AGO = 1_700_000_000
FILMS = {
    "Alien (1979)/Alien (1979).mkv": "eng",
    "Alien (1979)/Alien (1979)-trailer.mkv": "eng",
    "Alien (1979)/sample.mkv": "eng",
    "Alien (1979)/Extras/Making of.mkv": "eng",
    "Alien (1979)/Behind The Scenes/Set.mkv": "eng",
    "Alien (1979)/Shorts/Storyboard.mkv": "eng",
    "Alien (1979)/backdrops/loop.mkv": "eng",
    "Amelie (2001)/Amelie.mkv": "fre",
    "Archive/new/Metropolis.mkv": "eng",
    "Archive/old/Metropolis.mkv": "eng",
    "Borgen/S01E01.mkv": "dan",
    "Borgen/S01E02.mkv": "dan",
    "Borgen/S01E04.mkv": "dan",
    "Borgen/S01E10.mkv": "dan",
    "Das Boot.mkv": "ger",
    "Fails.mkv": "eng",
    "Heat.mkv": "eng",
    "Heat 2.mkv": "eng",
    "Heat.subtitled.mkv": "eng",
    "Holidays/Beach.mkv": "",
    "Holidays/Rushes.mkv": "",
    "Kids/Cartoon.mkv": "eng",
    "Lagaan.mkv": "hin",
    "Nosferatu.mkv": "eng",
    "Ran.mkv": "eng",
    "Shorts/A Walk.mkv": "eng",
    "@eaDir/thumb.mkv": "eng",
    ".hidden.mkv": "eng",
    "Old DVD/VIDEO_TS/VTS_01_1.VOB": "eng",
    "Untitled": "eng",
    "Brazil.mkv": "eng",
}
"""The films that are copies of one with this language, each with other bytes at its end."""
FILES = {
    "Amelie (2001)/Amelie.fr.srt": SUBTITLE,
    "Archive/.orchestratorignore": "# what is archived twice\n/old/\n",
    "Borgen/S01E01.da.forced.srt": SUBTITLE,
    "Borgen/S01E02.Danish.srt": SUBTITLE,
    "Borgen/S01E04.da.idx": "# VobSub index file, v7\n",
    "Borgen/S01E04.da.sub": "pictures, not text",
    "Brazil.pt-BR.srt": SUBTITLE,
    "Heat.de.srt": SUBTITLE,
    "Heat 2.en.sdh.srt": SUBTITLE,
    "Holidays/.plexignore": "Rushes*\n",
    "Kids/.ignore": "",
    "Lagaan.hi.srt": SUBTITLE,
    "Nosferatu.srt": SUBTITLE,
    "Dune.mkv.part": "half of a film",
    "Tenet.mp4.crdownload": "half of a film",
    "Solaris.mp4": "<html>404 Not Found</html>",
    "Stalker/BDMV/index.bdmv": "INDX0200",
    "Empty.mkv": "",
    "app.ts": "export const film = 'this is TypeScript';\n",
    "cover.jpg": "a picture",
}


_TONE = ("-f", "lavfi", "-i", "sine=440:d=4", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=4")


def tone(path: Path) -> Path:
    """Make a film of four seconds at `path`."""
    return _ffmpeg(*_TONE, "-c:v", "mpeg4", "-c:a", "aac", "-shortest", path)


def make(root: Path) -> None:
    """Make the library in an empty folder."""
    base = root / "base"
    base.mkdir()
    plain = tone(base / "plain.mkv")
    spoken = {
        code: _ffmpeg("-i", plain, "-c", "copy", "-metadata:s:a:0", f"language={code}", base / f"{code}.mkv")
        for code in sorted(filter(None, set(FILMS.values())))
    }
    films = root / "Films"
    for number, (name, code) in enumerate(FILMS.items()):
        film = spoken.get(code, plain).read_bytes() + _void(number)
        _write(films / name, film)
    for name, text in FILES.items():
        _write(films / name, text.encode())
    subtitle = base / "danish.srt"
    subtitle.write_text(SUBTITLE)
    _ffmpeg(
        "-i", spoken["dan"], "-i", subtitle, "-map", "0", "-map", "1", "-c", "copy", "-metadata:s:s:0",
        "language=dan", films / "Borgen/S01E03.mkv",
    )  # fmt: skip
    _ffmpeg("-i", plain, "-c", "copy", "-an", films / "No sound.mkv")
    _ffmpeg("-i", plain, "-c", "copy", "-t", "1", films / "Blip.mkv")
    _ffmpeg("-i", plain, "-vn", films / "Alien (1979)/theme.mp3")
    _ffmpeg("-i", spoken["eng"], "-c", "copy", films / "Ran.mp4")
    whole = (films / "Heat.mkv").read_bytes()
    _write(films / "Arrival.mkv", whole[: len(whole) * 2 // 3])
    _write(films / "Copies/Heat, again.mkv", whole)
    (films / "Copies/Alien.mkv").hardlink_to(films / "Alien (1979)/Alien (1979).mkv")
    (films / "Copies/Lagaan.mkv").symlink_to(films / "Lagaan.mkv")
    (films / "Copies/Lost.mkv").symlink_to(films / "Never there.mkv")
    (films / "Copies/everything").symlink_to(films)
    for path in films.rglob("*"):
        if path.is_file():
            os.utime(path, (LONG_AGO, LONG_AGO))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _void(number: int) -> bytes:
    """A Void element of Matroska, which players pass over: no two films have the same bytes."""
    return b"\xec\x84" + struct.pack(">I", number)


def _ffmpeg(*words: str | Path) -> Path:
    program = ffmpeg.binary(registry.python("media"))
    assert program
    subprocess.run([program, "-v", "error", "-nostdin", *words], check=True)
    return Path(words[-1])
