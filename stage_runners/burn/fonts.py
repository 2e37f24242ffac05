"""Finds the fonts that libass selects for the subtitles, and letters without a font, before encoding.

One picture is rendered with words that contain every letter of the subtitles. libass logs the selected fonts,
and the letters for which it found none (`fontselect`, libass 0.17).
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ipc.errors import StageError
from stage_runners.media import ffmpeg

_SELECTED = re.compile(r"fontselect: \(.*\) -> (.+), -?\d+, (\S+)\s*$", re.MULTILINE)
_MISSING = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]+)")
_UNSEEN = {"Cf", "Cc", "Zs", "Zl", "Zp"}
"""Unicode categories of characters without a glyph."""


class Fonts(NamedTuple):
    """The names of the fonts used, and the letters that would appear as boxes."""

    names: tuple[str, ...]
    missing: str


def programs() -> list[str]:
    """The available ffmpeg programs, the one that the stages use first."""
    import imageio_ffmpeg

    found = [ffmpeg.executable()]
    with contextlib.suppress(RuntimeError):  # no packaged build for this machine
        found.append(str(imageio_ffmpeg.get_ffmpeg_exe()))
    return list(dict.fromkeys(found))


def program(candidates: Sequence[str], encoder: str) -> str:
    """The first ffmpeg with libass and this encoder; `StageError("env")` if none has both."""
    lacks = []
    for candidate in candidates:
        filters, encoders = (_listed(candidate, what) for what in ("-filters", "-encoders"))
        missing = [
            name
            for name, there in (("libass", "ass" in filters), (encoder, encoder in encoders))
            if not there
        ]
        if not missing:
            return candidate
        lacks.append(f"{candidate} lacks {' and '.join(missing)}")
    raise StageError(
        "env",
        f"subtitles cannot be burned in: {'; '.join(lacks)}",
        f"install an ffmpeg with libass, or set {ffmpeg.OVERRIDE} to one",
    )


def _listed(candidate: str, what: str) -> set[str]:
    """The names of filters or encoders: the second column of ffmpeg's tables."""
    try:
        done = subprocess.run([candidate, "-hide_banner", what], capture_output=True, text=True, check=False)
    except OSError:
        return set()
    return {words[1] for line in done.stdout.splitlines() if len(words := line.split()) > 2}


def fonts(executable: str, ass: Path, scratch: Path) -> Fonts:
    """The fonts that libass selects for the subtitles in `ass`; `StageError("env")` if there is no font."""
    page = scratch / "letters.ass"
    _page(ass, page)
    done = subprocess.run(
        [
            executable, "-hide_banner", "-nostdin", "-loglevel", "verbose",
            "-f", "lavfi", "-i", "color=s=320x180:d=1:r=1",
            "-vf", f"ass=filename={escaped(page)}", "-f", "null", "-",
        ],
        capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    names = tuple(dict.fromkeys(name for _, name in _SELECTED.findall(done.stderr)))
    if done.returncode or not names:
        raise StageError(
            "env",
            "no font found for the subtitles",
            "install fontconfig and a font such as DejaVu or Noto",
        )
    letters = dict.fromkeys(chr(int(code, 16)) for code in _MISSING.findall(done.stderr))
    return Fonts(names, "".join(c for c in letters if unicodedata.category(c) not in _UNSEEN))


def _page(ass: Path, page: Path) -> None:
    """An ASS file that shows, within one second, words with every letter of each style."""
    import pysubs2

    subs = pysubs2.load(str(ass), encoding="utf-8")
    words: dict[str, dict[str, None]] = {}
    for event in subs:
        for word in event.plaintext.split():
            words.setdefault(event.style, {})[word] = None
    subs.events = []
    for style, there in words.items():
        seen: set[str] = set()
        shown = []
        for word in there:
            if not seen.issuperset(word):
                seen |= set(word)
                shown.append(word)
        text = " ".join(shown).replace("\\", "\\\u2060").replace("{", r"\{").replace("}", r"\}")
        subs.events.append(pysubs2.SSAEvent(start=0, end=1000, text=text, style=style))
    subs.save(str(page), encoding="utf-8", format_="ass")


def escaped(path: Path) -> str:
    """A path as an option value in ffmpeg's filter graphs, which unescape twice."""
    value = re.sub(r"([\\':])", r"\\\1", str(path))
    return re.sub(r"([\\'\[\],;])", r"\\\1", value)
