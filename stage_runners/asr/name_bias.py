"""Names of the glossary as hotwords, where they may have been misheard and only there.

Hotwords for a whole film change words everywhere, and a wrong cast's names come up in it (see docs/decisions). So a film is decoded
without any; then a window in which an unsure word resembles a name is decoded again with just those names as hotwords, and of
the new text only these names are taken, if Whisper without hotwords finds the text with them about as likely. A name counts
only where the film bears its cast out: it, or two others of the glossary, must have been heard somewhere without help.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from stage_runners.asr.name_bias_words import (
    Name,
    Proposal,
    Right,
    heard,
    names,
    proposals,
    resembling,
    text_of,
    trusted,
)
from stage_runners.whisper import decode
from stage_runners.whisper.decode import Decoded, Token

LESS_LIKELY = 3.0
"""Nats that the text with the name may be less likely without hotwords: a rare name is what Whisper does not expect."""


def biased(
    model: Any,
    audio: Any,
    decoded: Sequence[Decoded],
    glossary: Path | None,
    options_of: Callable[[Decoded], decode.Options],
    context: Any,
) -> list[Decoded]:
    """`decoded` with the names of the glossary heard where they were said; the fact `bias` says what was done.

    `options_of` gives the options that a window was decoded with. Nothing is done without a glossary, or with `bias` off.
    """
    from ipc.artifacts import read

    if glossary is None or not context.params.get("bias", True):
        return list(decoded)
    rows = read(glossary, "glossary").rows()
    done = 0

    def next_window() -> None:
        nonlocal done
        context.check()
        context.progress(done, len(decoded), unit="windows", phase="names")
        done += 1

    undone = frozenset(str(pair).casefold() for pair in context.params.get("undone") or ())
    result, told = rescored(
        model, audio.samples, audio.sample_rate, decoded, rows, options_of, next_window, undone
    )
    context.fact("bias", told)
    return result


def rescored(
    model: Any,
    samples: Any,
    sample_rate: int,
    decoded: Sequence[Decoded],
    rows: Sequence[Mapping[str, Any]],
    options_of: Callable[[Decoded], decode.Options],
    check: Callable[[], None] = lambda: None,
    undone: AbstractSet[str] = frozenset(),
) -> tuple[list[Decoded], dict[str, Any]]:
    """The windows with names taken over, and what was done. `rows` are the glossary's, `undone` what the user took back (`from>to`)."""
    known = names(rows)
    support = heard(decoded, known)
    borne = [name for name in known if support[name.text] or len(support) > 1]
    right = trusted(decoded, known)
    told: dict[str, Any] = {
        "names": len(known),
        "heard": len(support),
        "terms": [],
        "windows": 0,
        "changed": [],
        "refused": [],
        "undone": [],
    }
    result = []
    terms: dict[str, None] = {}
    for window in decoded:
        check()
        options = options_of(window)
        wanted = fitting(model, options, resembling(window, borne, right))
        if not wanted:
            result.append(window)
            continue
        terms.update(dict.fromkeys(name.text for name in wanted))
        told["windows"] += 1
        result.append(_heard_again(model, samples, sample_rate, window, wanted, right, options, told, undone))
    told["terms"] = list(terms)
    return result, told


def fitting(model: Any, options: decode.Options, wanted: Sequence[Name]) -> list[Name]:
    """The first of the names, as many as there is room for beside what the user's prompt and hotwords take."""
    used, room = decode.prompt_size(model, options)
    kept = []
    for name in wanted:
        used += len(options.tokenizer.encode(f" {name.text},"))
        if used > room:
            break
        kept.append(name)
    return kept


def _heard_again(
    model: Any,
    samples: Any,
    rate: int,
    window: Decoded,
    wanted: Sequence[Name],
    right: Right,
    options: decode.Options,
    told: dict[str, Any],
    undone: AbstractSet[str],
) -> Decoded:
    """The window with the names that it has by hotwords and that are likely without them."""
    hotwords = ", ".join([*([options.hotwords] if options.hotwords else []), *(name.text for name in wanted)])
    asked = decode.Options(**{**vars(options), "hotwords": hotwords})
    results, encoded = decode.generate(model, samples, rate, [window.chunk], asked)
    again = decode.align(model, encoded, results, options)[0]
    found = list(proposals(window.words, again.words, wanted, right))
    if not found:
        return window
    before = _likelihood(model, encoded, window, window.words, options)
    words = list(window.words)
    for one in reversed(found):
        changed = _with(window.words, one)
        less = before - _likelihood(model, encoded, window, changed, options)
        entry = {
            "start": round(window.words[one.first].start, 2),
            "from": text_of(window.words[one.first : one.last]).strip(),
            "to": one.text.strip(),
            "less_likely": round(less, 1),
        }
        if less > LESS_LIKELY:
            told["refused"].insert(0, entry)
            continue
        if f"{entry['from']}>{entry['to']}".casefold() in undone:
            told["undone"].insert(0, entry)
            continue
        told["changed"].append(entry)
        words[one.first : one.last] = [changed[one.first]]
    if words == list(window.words):
        return window
    text = text_of(words)
    return Decoded(
        **{
            **vars(window),
            "words": tuple(words),
            "text": text.strip(),
            "tokens": options.tokenizer.encode(text),
        }
    )


def _likelihood(
    model: Any, encoded: Any, window: Decoded, words: Sequence[Token], options: decode.Options
) -> float:
    """Log-probability of the words' text after no hotwords, in nats."""
    tokens = options.tokenizer.encode(text_of(words))
    frames = min(3000, round((window.chunk.end - window.chunk.start) * 100))
    found = model.model.align(encoded, options.tokenizer.sot_sequence, [tokens], [frames])[0]
    return sum(math.log(max(float(value), 1e-9)) for value in found.text_token_probs)


def _with(words: Sequence[Token], one: Proposal) -> list[Token]:
    run = words[one.first : one.last]
    name = Token(one.text, run[0].start, run[-1].end, min(word.probability for word in run))
    return [*words[: one.first], name, *words[one.last :]]
