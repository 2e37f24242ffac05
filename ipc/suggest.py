"""Suggests names for a misspelt one. Every "did you mean" of the program is made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_LIKE = 0.6
"""Similarity, by Ratcliff and Obershelp, from which a name is suggested; the default of `difflib`."""
_LISTED = 12
"""A list with more names than this is left out of a hint that has a suggestion."""


def nearest(word: str, names: Iterable[str], meanings: Mapping[str, str] | None = None) -> str:
    """The name that `word` probably means; empty if none is similar.

    `meanings` maps words that users write, in lower case, to names that are spelt differently.
    """
    known = {name.casefold(): name for name in names}
    written = word.strip().casefold()
    if meant := (meanings or {}).get(written):
        return meant
    for spelt in (written, written.replace("_", "-"), written.replace("-", "_")):
        if spelt in known:
            return known[spelt]
    import difflib  # only for a name that is wrong

    near = difflib.get_close_matches(written, known, 1, _LIKE)
    return known[near[0]] if near else ""


def hint(
    word: str, names: Iterable[str], meanings: Mapping[str, str] | None = None, *, more: str = ""
) -> str:
    """The hint for an unknown name: `did you mean mkv? choose from: mkv, mp4`.

    A long list is shown only if no name is similar. `more` follows the list.
    """
    listed = list(dict.fromkeys(names))
    near = nearest(word, listed, meanings)
    question = f"did you mean {near}?" if near else ""
    choices = f"choose from: {', '.join(listed)}{more}"
    return question if near and len(listed) > _LISTED else " ".join(filter(None, (question, choices)))
