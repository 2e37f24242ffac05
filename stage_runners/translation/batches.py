"""Lines handed to a translator of text in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace

from ipc.context import Context
from stage_runners.translation.translator import Line, TextTranslator


def translated(
    translator: TextTranslator,
    lines: Sequence[Line],
    target: str,
    attempt: int,
    context: Context,
    total: int,
) -> list[str | None]:
    """The translations of all lines, None for one that does not come; of equal lines one is translated if
    neighbours do not matter.

    Progress of the first attempt is reported in lines of `total`.
    """
    keys: list[Hashable] = [
        k if translator.in_order else (line.text, line.language) for k, line in enumerate(lines)
    ]
    counts = Counter(keys)
    texts: dict[Hashable, str | None] = {}
    done = 0
    order = _order(lines, keys, in_order=translator.in_order)
    size = max(1, translator.batch)
    for first in range(0, len(order), size):
        places = order[first : first + size]
        context.check()
        batch = [lines[k] if translator.in_order else replace(lines[k], speaker="", fault="") for k in places]
        for k, text in zip(places, translator.translate(batch, target, attempt), strict=True):
            texts[keys[k]] = None if text is None else " ".join(text.split())
            done += counts[keys[k]]
        context.progress(min(done if attempt == 0 else total, total - 1), total, "lines")
    return [texts[key] for key in keys]


def _order(lines: Sequence[Line], keys: Sequence[Hashable], *, in_order: bool) -> list[int]:
    """The places of the lines to translate: each different one once, the longest first if neighbours do not
    matter.
    """
    first = {key: k for k, key in reversed(list(enumerate(keys)))}
    order = sorted(first.values())
    if not in_order:
        order.sort(key=lambda k: (-len(lines[k].text), k))
    return order
