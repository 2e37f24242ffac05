"""Whether a film has the subtitles already that a run would make.

Wanted are the languages of `--target-language`, or else the language that is spoken. What counts is a file
or a track of text with the whole dialogue: not a forced one, which has foreign dialogue only, and not
pictures of text (PGS, VobSub), which cannot be searched, edited or shown everywhere. With `sdh` only
subtitles for deaf and hard-of-hearing viewers count; otherwise both kinds do. A file or track that states no
language is taken for the spoken one, and if nothing tells what is spoken, subtitles in any language count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestrator.film_files.language_words import Tag
from orchestrator.film_files.subtitles_there import Subtitles


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The subtitles that a run is to make: `targets` from `--target-language`, `spoken` if it is known."""

    targets: tuple[Tag, ...] = ()
    spoken: Tag | None = None
    sdh: bool = False


def why_there(wanted: Wanted, found: Iterable[Subtitles]) -> str:
    """Where the wanted subtitles are, such as `en: movie.en.srt`; empty if one of them is missing."""
    found = tuple(found)
    if silent := sorted(one.where for one in found if one.silent):
        return f"no speech, by an earlier run: {silent[-1]}"
    whole = [one for one in found if _counts(one, wanted)]
    places = []
    for tag in wanted.targets or (wanted.spoken,):
        serving = [one for one in whole if _serves(one, tag, wanted)]
        if not serving:
            return ""
        best = min(serving, key=lambda one: (not one.ours, not one.where.endswith(".srt")))
        places.append(_named(best, tag))
    return "; ".join(places)


def what_lacks(wanted: Wanted, found: Iterable[Subtitles]) -> str:
    """What is there in a wanted language and does not count, and why: `en: track 0 is forced`; else empty."""
    tags = wanted.targets or ((wanted.spoken,) if wanted.spoken else ())
    notes = []
    for one in found:
        tag = next((tag for tag in tags if tag and one.tag and one.tag.serves(tag)), None)
        if tag is not None and not _counts(one, wanted):
            why = "forced" if one.forced else "pictures" if one.form == "pictures" else "not SDH"
            notes.append(f"{tag.shown()}: {one.where} is {why}")
    return "; ".join(notes)


def _counts(one: Subtitles, wanted: Wanted) -> bool:
    return not one.forced and one.form == "text" and (one.sdh or not wanted.sdh)


def _serves(one: Subtitles, tag: Tag | None, wanted: Wanted) -> bool:
    if tag is None:
        return True
    if one.tag is None:
        return not wanted.targets or (wanted.spoken is not None and tag.serves(wanted.spoken))
    return one.tag.serves(tag)


def _named(one: Subtitles, tag: Tag | None) -> str:
    language = one.tag or tag
    kind = ", SDH" if one.sdh else ""
    whose = "" if one.where.startswith("track") else ", by this tool" if one.ours else ", not by this tool"
    return f"{language.shown() if language else 'no language stated'}: {one.where}{kind}{whose}"


def spoken_of(languages: Sequence[str]) -> str:
    """Languages in words: `de, en`, or `no language stated`."""
    return ", ".join(sorted(filter(None, languages))) or "no language stated"
