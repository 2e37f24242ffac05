"""Names of people in the names of files that were recorded together, a file for each person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stage_runners.media.track_names import name_in

_BETWEEN = re.compile(r"[\s_.,()\[\]-]+")
_ZOOM = re.compile(r"^audio(?=[A-Z])|\d{6,}$")
"""What Zoom writes around a name: `audioAnnaSmith21839201`."""
_WORDS_JOINED = re.compile(r"(?<=[^\W\d_])(?<![A-Z])(?=[A-Z])")


def titles_of(stems: Sequence[str]) -> list[str]:
    """A title for each file: the name in it, or the file's own name if there is none.

    Words that all files have are the recording's: `ep12-anna`, `ep12-ben` are Anna and Ben.
    """
    split = [_words(stem) for stem in stems]
    common = set.intersection(*({word.casefold() for word in words} for words in split))
    names = [
        name_in(" ".join(word[:1].upper() + word[1:] for word in words if word.casefold() not in common))
        for words in split
    ]
    return [
        name if name and names.count(name) == 1 else stem for name, stem in zip(names, stems, strict=True)
    ]


def _words(stem: str) -> list[str]:
    bare = _ZOOM.sub("", stem)
    if bare != stem:
        bare = _WORDS_JOINED.sub(" ", bare)
    return [word for word in _BETWEEN.split(bare) if word]
