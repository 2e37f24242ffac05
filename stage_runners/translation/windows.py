"""Sentences gathered into the windows that Whisper translates, and a window's translation given back to its sentences.

Measured on twelve minutes of Czech with the base model, against a human translation (chrF of the text, share of time that both cover):
windows of the recogniser's 30 s 46.8 and .61, of whole sentences up to 28 s 45.1 and .69 (it falls into loops), up to 15 s
48.4 and .69, up to 7 s 47.8 and .69, one sentence a window 45.7 and .69 and four times the work of 15 s.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from stage_runners.asr.windows import Chunk
from stage_runners.text.grammar import ending
from stage_runners.translation.sentences import Sentence, Spoken, text_of
from stage_runners.translation.spread_times import Placed, spread

LIMIT = 15.0
"""Seconds of a window."""
_PAUSE = 3.0
"""Seconds of silence that a window may hold."""
_PAD = 0.2
"""Seconds kept around speech, never more than half of what lies between two windows."""


def groups(sentences: Sequence[Sentence], limit: float = LIMIT) -> list[list[Sentence]]:
    """Neighbouring sentences of one language that lie within `limit` seconds; none longer than that stays whole."""
    found: list[list[Sentence]] = []
    for sentence in (piece for whole in sentences for piece in _short(whole, limit)):
        last = found[-1] if found else []
        if (
            last
            and last[0].language == sentence.language
            and sentence.end - last[0].start <= limit
            and sentence.start - max(s.end for s in last) <= _PAUSE
        ):
            last.append(sentence)
        else:
            found.append([sentence])
    return found


def chunks(grouped: Sequence[Sequence[Sentence]], seconds: float) -> list[Chunk]:
    """The stretch of sound of each group, padded, within a recording of `seconds`."""
    spans = [(group[0].start, max(s.end for s in group)) for group in grouped]
    found = []
    latest = 0.0
    for k, (start, end) in enumerate(spans):
        before = start - latest if k else 2 * start
        latest = max(latest, end)
        after = (spans[k + 1][0] if k + 1 < len(spans) else 2 * seconds - end) - end
        low = max(0.0, start - min(_PAD, max(0.0, before / 2)))
        high = min(seconds, end + min(_PAD, max(0.0, after / 2)))
        found.append(Chunk(low, max(high, low + 0.1), end - start))
    return found


def given_back(group: Sequence[Sentence], text: str) -> list[tuple[Sentence, str]]:
    """The sentences of the translation `text`, each with those words of the group that were said meanwhile.

    A translation has sentences of its own. It is spread over the time that the group was spoken in, and each of its sentences
    takes the words that lie in its time: so it has their times, and the voice that says most of them.
    """
    words = [word for sentence in group for word in sentence.words]
    placed = spread(words, text)
    if not placed:
        return []
    lines = _sentences(placed)
    ends = [line[0].start for line in lines[1:]]
    found: list[tuple[list[Spoken], list[str]]] = []
    rest = list(words)
    for line, end in zip(lines, [*ends, None], strict=True):
        own = [word for word in rest if end is None or (word.start + word.end) / 2 < end]
        if own or not found:
            found.append((own, []))
            rest = [word for word in rest if word not in own]
        found[-1][1].append(_text(line))
    if not found[0][0] and len(found) > 1:  # said before anybody spoke: it belongs to what follows
        found[1] = (found[1][0], found[0][1] + found[1][1])
        del found[0]
    return [
        (_sentence(own, group[0].language), " ".join(texts)) for own, texts in found if own and any(texts)
    ]


def _sentences(placed: Sequence[Placed]) -> list[list[Placed]]:
    lines = [[placed[0]]]
    for before, part in pairwise(placed):
        if ending(before.text, part.text) == "sentence":
            lines.append([])
        lines[-1].append(part)
    return lines


def _text(line: Sequence[Placed]) -> str:
    return "".join((" " if part.space else "") + part.text for part in line).strip()


def _sentence(words: Sequence[Spoken], language: str) -> Sentence:
    share: dict[str, float] = {}
    for word in words:
        if word.speaker:
            share[word.speaker] = share.get(word.speaker, 0.0) + word.end - word.start
    speaker = max(sorted(share), key=lambda name: share[name]) if share else None
    return Sentence(text_of(words), language, speaker, tuple(words))


def _short(sentence: Sentence, limit: float) -> list[Sentence]:
    """The sentence, cut at its longest pauses where it lasts longer than a window."""
    words = sentence.words
    if sentence.end - sentence.start <= limit or len(words) < 2:
        return [sentence]

    def worth(k: int) -> float:
        middle = abs(words[k].start - (sentence.start + sentence.end) / 2) / (sentence.end - sentence.start)
        return words[k].start - words[k - 1].end - middle

    cut = max(range(1, len(words)), key=worth)
    halves = (words[:cut], words[cut:])
    return [piece for half in halves for piece in _short(_sentence(half, sentence.language), limit)]
