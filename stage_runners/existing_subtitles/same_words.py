"""Unsure words that subtitles in the spoken language have otherwise, between words that both have alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ipc.rows import WordRow
from stage_runners.existing_subtitles.passages import Passage, Said
from stage_runners.existing_subtitles.thresholds import AGREEMENT, SAME_WORDS
from stage_runners.text.phonetics import alike, core, folded
from stage_runners.text.replaced_words import Replacement


class Change(NamedTuple):
    """A replacement of words, without the marks around them; `likeness` is from 0 to 1."""

    replacement: Replacement
    before: str
    after: str
    likeness: float
    evidence: tuple[str, ...]


def changes(
    found: Sequence[Passage], words: Sequence[WordRow], source: str, *, capitals: bool
) -> Iterator[Change]:
    """The changes in order. `capitals` is whether the subtitles are in capitals, which then tell nothing."""
    for passage in found:
        blocks = passage.blocks()
        for k, (op, a, b, c, d) in enumerate(blocks):
            if op != "replace" or max(b - a, d - c) > SAME_WORDS.longest:
                continue
            if _beside(blocks, k) < SAME_WORDS.beside:
                continue
            for rows, said in _parts(passage.rows[a:b], passage.said[c:d]):
                if one := _change(rows, said, words, source, capitals=capitals):
                    yield one


def _parts(rows: Sequence[int], said: Sequence[Said]) -> Iterator[tuple[Sequence[int], Sequence[Said]]]:
    """The words that stand for each other: one for one if there are as many, else all for all."""
    if len(rows) != len(said):
        yield rows, said
        return
    yield from (([row], [one]) for row, one in zip(rows, said, strict=True))


def _beside(blocks: Sequence[tuple[str, int, int, int, int]], k: int) -> int:
    """How many words next to a block are the same in both; 0 if one of its sides has none."""
    before = blocks[k - 1] if k else None
    after = blocks[k + 1] if k + 1 < len(blocks) else None
    sides = [one[2] - one[1] if one[0] == "equal" else 0 for one in (before, after) if one is not None]
    return sum(sides) if all(sides) else 0


def _change(
    rows: Sequence[int], said: Sequence[Said], words: Sequence[WordRow], source: str, *, capitals: bool
) -> Change | None:
    if list(rows) != list(range(rows[0], rows[-1] + 1)):
        return None
    run = [words[row] for row in rows]
    if len({word["segment"] for word in run}) > 1:
        return None
    known = [1.0 if word["probability"] is None else float(word["probability"]) for word in run]
    if min(known) >= SAME_WORDS.unsure or max(known) >= SAME_WORDS.sure:
        return None
    start, end = run[0]["start"] or 0.0, run[-1]["end"] or 0.0
    if end < said[0].start - AGREEMENT.around_s or start > said[-1].end + AGREEMENT.around_s:
        return None
    heard = [core(word["text"])[1] for word in run]
    theirs = [one.text for one in said]
    likeness = alike("".join(heard), "".join(theirs))
    if likeness < SAME_WORDS.alike or folded("".join(heard)) == folded("".join(theirs)):
        return None
    if any(char.isdigit() for text in (*heard, *theirs) for char in text):
        return None  # a number in digits or in words is a matter of style
    if capitals:
        theirs = [text.lower() for text in theirs]
    if heard[0][:1].isupper():
        theirs[0] = theirs[0][:1].upper() + theirs[0][1:]
    texts = list(theirs)
    texts[0] = core(run[0]["text"])[0] + texts[0]
    texts[-1] += core(run[-1]["text"])[2]
    return Change(
        Replacement(first=rows[0], last=rows[-1] + 1, texts=tuple(texts)),
        " ".join(heard),
        " ".join(theirs),
        likeness,
        (f"in {source}", f"alike {likeness:.2f}", f"probability {min(known):.2f}"),
    )
