"""Sentences gathered into windows of sound, and a window's translation given back to its sentences.

Measured on twelve minutes of Czech with the base model, against a human translation (chrF of the text, share
of time that both cover): windows of the recogniser's 30 s 46.8 and .61, of whole sentences up to 28 s 45.1
and .69 (it gets into loops), up to 15 s 48.4 and .69, up to 7 s 47.8 and .69, one sentence a window 45.7 and
.69 at four times the work of 15 s.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from stage_runners.recognition.windows import Chunk
from stage_runners.text.grammar import ending
from stage_runners.translation.sentences import Sentence, TimedWord, text_of
from stage_runners.translation.spread_times import PlacedWord, spread
from stage_runners.translation.thresholds import SOUND_WINDOWS


def groups(sentences: Sequence[Sentence], limit: float = SOUND_WINDOWS.longest) -> list[list[Sentence]]:
    """Neighbouring sentences of one language within `limit` seconds; longer sentences are cut."""
    grouped: list[list[Sentence]] = []
    for sentence in (piece for whole in sentences for piece in _short(whole, limit)):
        last = grouped[-1] if grouped else []
        if (
            last
            and last[0].language == sentence.language
            and sentence.end - last[0].start <= limit
            and sentence.start - max(s.end for s in last) <= SOUND_WINDOWS.pause
        ):
            last.append(sentence)
        else:
            grouped.append([sentence])
    return grouped


def chunks(grouped: Sequence[Sequence[Sentence]], seconds: float) -> list[Chunk]:
    """The window of each group, padded, within a recording of `seconds`."""
    spans = [(group[0].start, max(s.end for s in group)) for group in grouped]
    windows = []
    latest = 0.0
    for k, (start, end) in enumerate(spans):
        before = start - latest if k else 2 * start
        latest = max(latest, end)
        after = (spans[k + 1][0] if k + 1 < len(spans) else 2 * seconds - end) - end
        low = max(0.0, start - min(SOUND_WINDOWS.pad, max(0.0, before / 2)))
        high = min(seconds, end + min(SOUND_WINDOWS.pad, max(0.0, after / 2)))
        windows.append(Chunk(low, max(high, low + SOUND_WINDOWS.shortest), end - start))
    return windows


def given_back(group: Sequence[Sentence], text: str) -> list[tuple[Sentence, str]]:
    """The sentences of the translation `text`, each with the words of the group that are spoken at its time.

    A translation has other sentences than its source. It is spread over the time of the group, and each of
    its sentences takes the words in its time: so it has their times, and the speaker of most of them.
    """
    words = [word for sentence in group for word in sentence.words]
    placed = spread(words, text)
    if not placed:
        return []
    lines = _sentences(placed)
    ends = [line[0].start for line in lines[1:]]
    given: list[tuple[list[TimedWord], list[str]]] = []
    rest = list(words)
    for line, end in zip(lines, [*ends, None], strict=True):
        taken = [word for word in rest if end is None or (word.start + word.end) / 2 < end]
        if taken or not given:
            given.append((taken, []))
            rest = [word for word in rest if word not in taken]
        given[-1][1].append(_text(line))
    if not given[0][0] and len(given) > 1:  # no word is spoken at its time: it belongs to the next one
        given[1] = (given[1][0], given[0][1] + given[1][1])
        del given[0]
    return [
        (_sentence(taken, group[0].language), " ".join(texts))
        for taken, texts in given
        if taken and any(texts)
    ]


def _sentences(placed: Sequence[PlacedWord]) -> list[list[PlacedWord]]:
    lines = [[placed[0]]]
    for before, part in pairwise(placed):
        if ending(before.text, part.text) == "sentence":
            lines.append([])
        lines[-1].append(part)
    return lines


def _text(line: Sequence[PlacedWord]) -> str:
    return "".join((" " if part.space else "") + part.text for part in line).strip()


def _sentence(words: Sequence[TimedWord], language: str) -> Sentence:
    share: dict[str, float] = {}
    for word in words:
        if word.speaker:
            share[word.speaker] = share.get(word.speaker, 0.0) + word.end - word.start
    speaker = max(sorted(share), key=lambda name: share[name]) if share else None
    return Sentence(text_of(words), language, speaker, tuple(words))


def _short(sentence: Sentence, limit: float) -> list[Sentence]:
    """The sentence; one that is longer than a window, cut at its longest pauses."""
    words = sentence.words
    if sentence.end - sentence.start <= limit or len(words) < 2:
        return [sentence]

    def worth(k: int) -> float:
        middle = abs(words[k].start - (sentence.start + sentence.end) / 2) / (sentence.end - sentence.start)
        return words[k].start - words[k - 1].end - middle

    cut = max(range(1, len(words)), key=worth)
    halves = (words[:cut], words[cut:])
    return [piece for half in halves for piece in _short(_sentence(half, sentence.language), limit)]
