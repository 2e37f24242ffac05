"""Translation from the sound, in windows of whole sentences.

The words of the transcript only give the times and speakers of sentences; a `SoundTranslator` takes their
meaning from the sound.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ipc.artifacts import Audio, open_audio
from ipc.context import Context
from ipc.errors import StageError
from ipc.parsing import json_of
from stage_runners.recognition.windows import Chunk
from stage_runners.text import scripts
from stage_runners.text.repetition import loop
from stage_runners.translation import quality_checks, windows
from stage_runners.translation.film import read_film
from stage_runners.translation.memory import Memory
from stage_runners.translation.sentences import Sentence
from stage_runners.translation.tables import lines_marked, tables
from stage_runners.translation.thresholds import SOUND_WINDOWS
from stage_runners.translation.translator import Rendering, SoundTranslator

_LONGEST_BATCH_S = 60.0
"""Seconds of a batch above which the next one is half as large: progress is reported between batches."""


@dataclass(slots=True)
class _Window:
    """A group of sentences with its best translation so far, what is wrong with it, and its mean
    log-probability. One that is `recalled` is of an earlier run.
    """

    group: list[Sentence]
    text: str = ""
    faults: list[str] = field(default_factory=lambda: ["empty"])
    likely: float = -9.0
    recalled: bool = False

    @property
    def source(self) -> str:
        return " ".join(sentence.text for sentence in self.group)

    def offer(self, text: str, faults: list[str], likely: float) -> None:
        """Take this attempt if it is better."""
        worst = quality_checks.worst
        if (worst(faults), -likely) < (worst(self.faults), -self.likely):
            self.text, self.faults, self.likely = text, faults, likely


def run(translator: SoundTranslator, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in the target language."""
    target = str(context.params["target"] or "")
    if target != translator.target:
        only = scripts.name(translator.target)
        raise StageError(
            "config",
            f"this model translates to {only} only, and the target language is {target or 'not set'}",
            "name another one with --translation-model",
        )
    context.method = translator.method
    film = read_film(inputs, context)
    foreign = [sentence for sentence in film.sentences if film.is_foreign(sentence)]
    context.fact("lines_passed", len(film.sentences) - len(foreign))
    memory = Memory(context, inputs, translator.method)
    translated = _Translation(translator, open_audio(inputs["audio"]), memory, context).of(foreign)
    memory.save()
    if context.params.get("recall"):
        context.fact("edits_unheard", True)
        context.fact("windows_recalled", memory.recalled)
    passed = [] if film.in_target_language else [s for s in film.sentences if not film.is_foreign(s)]
    lines = sorted([*translated, *((s, s.text) for s in passed)], key=lambda line: line[0].start)
    if translator.rough and foreign:
        languages = [sentence.language for sentence in foreign]
        most = max(sorted(set(languages)), key=languages.count)
        context.fact("rough", f"{translator.rough} translates {scripts.name(most)} roughly")
    for output, columns in tables([s for s, _ in lines], [text for _, text in lines], target).items():
        context.save(output, columns)


class _Translation:
    """The translation of one film's sentences."""

    def __init__(self, translator: SoundTranslator, audio: Audio, memory: Memory, context: Context) -> None:
        self._translator, self._audio = translator, audio
        self._memory, self._context = memory, context
        self._done = self._total = 0.0

    def of(self, foreign: Sequence[Sentence]) -> list[tuple[Sentence, str]]:
        """Translated sentences, each with the words that are spoken at its time. Reports marks and facts."""
        made = list(self._windows(foreign))
        context = self._context
        new = [(w, chunk) for w, chunk in zip(made, self._chunks(made), strict=True) if not w.recalled]
        self._total = sum(chunk.speech for _, chunk in new)
        self._decode([window for window, _ in new], chunks=[chunk for _, chunk in new])
        self._mark_repeats(made)
        doubtful = [window for window in made if window.faults and not window.recalled]
        context.metric("windows", len(made))
        context.metric("decoded_again", len(doubtful))
        self._total += 2 * sum(chunk.speech for chunk in self._chunks(doubtful))
        for window in doubtful:
            self._retry(window)
        self._mark_repeats(made)
        self._report(made)
        for window in made:
            if window.text:
                value = [window.text, window.faults]
                self._memory.keep(_key(window.group), window.group[0].start, value)
        return [line for window in made for line in windows.given_back(window.group, window.text)]

    def _windows(self, foreign: Sequence[Sentence]) -> Iterator[_Window]:
        """The windows of the sentences, in order; those of an earlier run whose sentences are all there stay.

        A sentence is the same if it is spoken at the same time: its sound has not changed.
        """
        pieces = [piece for group in windows.groups(foreign) for piece in group]
        starts = {(round(one.start, 2), round(one.end, 2)): k for k, one in enumerate(pieces)}
        rest = 0
        for key in self._memory.known():
            spans = _spans(key)
            first = starts.get(spans[0]) if spans else None
            if first is None or first < rest:
                continue
            group = pieces[first : first + len(spans)]
            value = self._memory.get(key, group[0].start, _is_window) if _key(group) == key else None
            if value is None:
                continue
            yield from (_Window(new) for new in windows.groups(pieces[rest:first]))
            yield _Window(group, text=value[0], faults=list(value[1]), recalled=True)
            rest = first + len(spans)
        yield from (_Window(new) for new in windows.groups(pieces[rest:]))

    def _chunks(self, made: Sequence[_Window]) -> list[Chunk]:
        return windows.chunks([window.group for window in made], self._audio.seconds)

    def _decode(
        self, made: Sequence[_Window], no_repeat: int = 0, chunks: Sequence[Chunk] | None = None
    ) -> None:
        """Try every window once, in batches of one language, and check each. `chunks` are their windows."""
        chunks = self._chunks(made) if chunks is None else chunks
        size = max(1, self._translator.batch)
        first = 0
        while first < len(made):
            language = made[first].group[0].language
            last = first + 1
            while last < min(len(made), first + size) and made[last].group[0].language == language:
                last += 1
            self._context.check()
            started = time.monotonic()
            results = self._translator.translate(self._audio, chunks[first:last], language, no_repeat)
            for window, chunk, result in zip(made[first:last], chunks[first:last], results, strict=True):
                text = "" if result.silent else result.text  # text of silence is hallucinated
                window.offer(text, self._faults(window, text, result), result.avg_logprob)
                self._done += chunk.speech
            self._context.progress(min(self._done, self._total), self._total)
            first = last
            if time.monotonic() - started > _LONGEST_BATCH_S and size > 1:
                size = max(1, size // 2)

    def _faults(self, window: _Window, text: str, result: Rendering) -> list[str]:
        faults = quality_checks.faults(window.source, text, window.group[0].language, self._translator.target)
        # A repetition in the transcript may be a loop too: here the sound counts, not the text.
        if (result.looped or loop(text)) and text and "repeated" not in faults:
            faults.append("repeated")
        return faults

    def _retry(self, window: _Window) -> None:
        """Translate a window with a fault sentence by sentence, and one that cannot be cut without repeated
        word groups.
        """
        no_repeat = SOUND_WINDOWS.no_repeat
        if len(window.group) > 1:
            parts = [_Window([sentence]) for sentence in window.group]
            self._decode(parts)
            for part in (part for part in parts if part.faults):
                self._decode([part], no_repeat)
            faults = list(dict.fromkeys(fault for part in parts for fault in part.faults))
            text = " ".join(part.text for part in parts if part.text)
            window.offer(text, faults, sum(part.likely for part in parts) / len(parts))
        if window.faults:
            self._decode([window], no_repeat)

    def _mark_repeats(self, made: Sequence[_Window]) -> None:
        """Mark windows with the text of those before them though their sources differ."""
        sources = [window.source for window in made]
        for place in quality_checks.repeated_lines(sources, [window.text for window in made]):
            if "repeated" not in made[place].faults:
                made[place].faults.append("repeated")

    def _report(self, made: Sequence[_Window]) -> None:
        """Report what is marked, and degrade the result if lines are missing."""
        marked = [window for window in made if window.faults]
        missing = [window for window in marked if not any(map(str.isalnum, window.text))]
        for window in marked:
            if "repeated" in window.faults:
                window.text = quality_checks.unlooped(window.text)
        for window in missing:
            window.text = ""
        times = [(window.group[0].start, window.faults) for window in marked]
        self._context.fact("lines_marked", lines_marked(times))
        if missing:
            count = sum(len(window.group) for window in missing)
            lines = "1 line is" if count == 1 else f"{count} lines are"
            at = missing[0].group[0].start
            self._context.degraded(f"{lines} missing, because no translation came: the first at {at:.0f} s")


def _key(group: Sequence[Sentence]) -> str:
    """What a window is kept by: its language and when its sentences are spoken."""
    spans = [[round(sentence.start, 2), round(sentence.end, 2)] for sentence in group]
    return json.dumps([group[0].language if group else "", spans])


def _spans(key: str) -> list[tuple[float, float]]:
    """The times of a key's sentences; none of a damaged key."""
    try:
        return [(float(start), float(end)) for start, end in json_of(key)[1]]
    except (ValueError, TypeError, KeyError, IndexError):
        return []


def _is_window(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], list)
        and all(fault in quality_checks.DESCRIBED for fault in value[1])
    )
