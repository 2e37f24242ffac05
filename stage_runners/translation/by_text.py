"""Translation of a transcript, whatever translates: sentences in, checked sentences of another language out, with times.

A translator is an object with the few things that `Translator` names; the runners make one each. Here is the rest: sentences put
together, names hidden and shown again, every line checked, tried again where it fails, then marked, and words put into time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ipc.artifacts import read
from ipc.context import Context
from ipc.errors import StageError
from stage_runners.text import scripts as languages
from stage_runners.text.grammar import spaceless
from stage_runners.text.iso639 import same_language
from stage_runners.translation import placeholders as names
from stage_runners.translation import quality_checks as checks
from stage_runners.translation.sentences import Sentence, clauses, sentences, text_of
from stage_runners.translation.tables import lines_marked, tables
from stage_runners.translation.translator import Line, Translator

ATTEMPTS = 3
_TOO_MANY = 0.25
"""Share of lines that look wrong from which the whole is marked: then it is the model that does not fit."""
_FEW = 2
"""So many tell nothing of a model."""


@dataclass(slots=True)
class _Try:
    """The best attempt at a sentence so far."""

    text: str = ""
    faults: list[str] = field(default_factory=lambda: ["empty"])
    attempts: int = 0

    def offer(self, text: str, faults: list[str]) -> None:
        self.attempts += 1
        if self.attempts == 1 or (checks.worst(faults), len(faults)) < (
            checks.worst(self.faults),
            len(self.faults),
        ):
            self.text, self.faults = text, faults


def run(translator: Translator, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in the language `context.params["target"]`: a segment a sentence."""
    target = str(context.params.get("target") or "")
    if not target:
        raise StageError("config", "There is no language to translate to.", "Say it with --target-language.")
    context.method = translator.method
    spoken = sentences(read(inputs["segments"], "segments").rows(), read(inputs["words"], "words").rows())
    context.fact("target", target)
    context.fact("lines", len(spoken))
    if spoken and all(same_language(sentence.language, target) for sentence in spoken):
        context.fact("same_language", True)
        context.log(f"the film is in {languages.name(target)} already: nothing to translate")
        spoken = []
    job = Job(translator, target, spoken, _rows(inputs, "glossary"), _rows(inputs, "speakers"), context)
    for output, columns in tables(spoken, job.texts(), target).items():
        context.save(output, columns)


def _rows(inputs: Mapping[str, Path], name: str) -> list[dict[str, Any]]:
    return read(inputs[name], name).rows() if name in inputs else []


class Job:
    """One film to one language."""

    def __init__(
        self,
        translator: Translator,
        target: str,
        spoken: Sequence[Sentence],
        glossary: Sequence[Mapping[str, Any]],
        speakers: Sequence[Mapping[str, Any]],
        context: Context,
    ) -> None:
        self._translator, self._target, self._spoken, self._context = translator, target, spoken, context
        lower = frozenset(
            word.text.strip(".,!?;:…").casefold() for s in spoken for word in s.words if word.text.islower()
        )
        self._names = names.Names(glossary, target, lower)
        self._speakers = {row["speaker"]: row["name"] for row in speakers if row["name"]}
        self._languages = [languages.as_written(s.language, s.text) for s in spoken]
        self._tries = {
            k: _Try()
            for k, sentence in enumerate(spoken)
            if not same_language(sentence.language, target)
            and not same_language(self._languages[k], target)
            and any(map(str.isalnum, sentence.text))
        }
        self._done = 0
        self._plain: set[int] = set()
        """Sentences whose placeholders were lost: they go as they are."""

    def texts(self) -> list[str | None]:
        """Every sentence's translation, None where there is none; marks and facts are said."""
        self._say_scripts()
        refused = self._refused()
        for k in refused:
            del self._tries[k]
        film = [self._line(k, sentence.text) for k, sentence in enumerate(self._spoken)]
        self._translator.begin(film, self._target, self._context)
        pending = list(self._tries)
        again: set[int] = set()
        for attempt in range(ATTEMPTS):
            if not pending:
                break
            self._attempt(pending, attempt)
            pending = [k for k in pending if self._tries[k].faults]
            again |= set(pending)
        self._context.progress(len(self._spoken), len(self._spoken), "lines")
        self._report(len(again), refused)
        return [
            None if k in refused else self._tries[k].text if k in self._tries else sentence.text
            for k, sentence in enumerate(self._spoken)
        ]

    def _say_scripts(self) -> None:
        read = Counter((s.language, self._languages[k]) for k, s in enumerate(self._spoken))
        for (spoken, written), count in read.items():
            if spoken != written:
                said = (
                    f"{count} lines in {languages.name(spoken)} are written as {languages.name(written)} is"
                )
                self._context.log(f"{said}: they are read as that")
                self._context.fact("read_as", {written: count})

    def _refused(self) -> dict[int, str]:
        """Sentences in languages that the translator does not know, each with the reason; `StageError` where that is all of them."""
        reasons = {
            language: self._translator.refuses(language, self._target)
            for language in sorted({self._languages[k] for k in self._tries})
        }
        refused = {k: reasons[self._languages[k]] for k in self._tries if reasons[self._languages[k]]}
        if refused and len(refused) == len(self._tries):
            raise StageError(
                "config",
                "; ".join(sorted(set(refused.values()))),
                "Take another --translation-model, or a --translation-endpoint.",
            )
        return refused

    def _attempt(self, pending: Sequence[int], attempt: int) -> None:
        """Try every pending sentence once, and see what is wrong with each."""
        whole = attempt < ATTEMPTS - 1
        jobs = []
        for k in pending:
            parts = [list(self._spoken[k].words)] if whole else clauses(self._spoken[k].words)
            jobs.extend((k, text_of(part)) for part in parts)
        results: dict[int, list[tuple[str, int]]] = {}
        for (k, _), result in zip(jobs, self._translated(jobs, attempt), strict=True):
            results.setdefault(k, []).append(result)
        for k, parts_of in results.items():
            glue = "" if any(map(spaceless, parts_of[0][0])) else " "
            text = glue.join(text for text, _ in parts_of).strip()
            self._tries[k].offer(text, self._faults(k, text, sum(lost for _, lost in parts_of)))
        self._see_repeats(pending)

    def _faults(self, k: int, text: str, lost: int) -> list[str]:
        sentence = self._spoken[k]
        found = checks.faults(sentence.text, text, sentence.language, self._target)
        said = [name.written for _, _, name in self._names.found(sentence.text)]
        if not found and (lost or names.missing(text, said)):
            found = ["name"]
        if "name" in found or lost:
            self._plain.add(k)
        return found

    def _see_repeats(self, pending: Sequence[int]) -> None:
        """Mark lines that are what the lines before them are, though other things were said."""
        order = sorted(self._tries)
        sources = [self._spoken[k].text for k in order]
        for place in checks.repeated_lines(sources, [self._tries[k].text for k in order]):
            k = order[place]
            if k in pending and "repeated" not in self._tries[k].faults:
                self._tries[k].faults.append("repeated")

    def _translated(self, jobs: Sequence[tuple[int, str]], attempt: int) -> list[tuple[str, int]]:
        """The translation of every job (sentence, text), with how many of its names were lost as placeholders."""
        hidden = []
        for k, text in jobs:
            code = "" if k in self._plain else self._code(text)
            hidden.append((self._names.hide(text, code) if code else names.Hidden(text, ()), code))
        lines = [self._line(k, one.text) for (k, _), (one, _) in zip(jobs, hidden, strict=True)]
        found = self._batched(lines, attempt)
        return [names.shown(text or "", one, code) for text, (one, code) in zip(found, hidden, strict=True)]

    def _code(self, text: str) -> str:
        """The placeholder, unless the text has something like it of its own."""
        code = self._translator.placeholder
        return "" if code and code.partition("{")[0].casefold() in text.casefold() else code

    def _line(self, k: int, text: str) -> Line:
        sentence = self._spoken[k]
        told = tuple(dict.fromkeys(name.written[0] for _, _, name in self._names.found(sentence.text)))
        speaker = self._speakers.get(sentence.speaker or "", sentence.speaker or "")
        tried = self._tries.get(k)
        fault = ", ".join(checks.SAID[name] for name in tried.faults) if tried and tried.attempts else ""
        return Line(text, self._languages[k], k, speaker, told, fault)

    def _batched(self, lines: Sequence[Line], attempt: int) -> list[str | None]:
        """All translations, by batches; of lines that are alike only one is translated where neighbours do not matter."""
        translator = self._translator
        keys = (
            list(range(len(lines))) if translator.in_order else [(line.text, line.language) for line in lines]
        )
        first = {key: k for k, key in reversed(list(enumerate(keys)))}
        order = sorted(first.values())
        if not translator.in_order:
            order.sort(key=lambda k: (-len(lines[k].text), k))
        found: dict[Any, str | None] = {}
        counts = Counter(keys)
        start = 0
        while start < len(order):
            batch = order[start : start + max(1, translator.batch)]
            start += len(batch)
            self._context.check()
            plain = [
                lines[k] if translator.in_order else replace(lines[k], speaker="", fault="") for k in batch
            ]
            texts = translator.translate(plain, self._target, attempt)
            for k, text in zip(batch, texts, strict=True):
                found[keys[k]] = None if text is None else " ".join(text.split())
                self._done += counts[keys[k]] if not attempt else 0
            self._context.progress(min(self._done, len(self._spoken) - 1), len(self._spoken), "lines")
        return [found[key] for key in keys]

    def _report(self, again: int, refused: Mapping[int, str]) -> None:
        """Say what is marked, and degrade where lines are missing or too many are marked."""
        context = self._context
        marked = [(k, tried) for k, tried in self._tries.items() if tried.faults]
        for _, tried in marked:
            if "repeated" in tried.faults:
                tried.text = checks.unlooped(tried.text)
        missing = [k for k, tried in self._tries.items() if not tried.text]
        wrong = len(marked) - len(missing)
        context.metric("lines_again", again)
        context.fact("lines_passed", len(self._spoken) - len(self._tries) - len(refused))
        context.fact(
            "lines_marked", lines_marked([(self._spoken[k].start, tried.faults) for k, tried in marked])
        )
        for reason in sorted(set(refused.values())):
            count = sum(other == reason for other in refused.values())
            context.degraded(f"{_lines(count)} missing: {reason}")
        if missing:
            at = self._spoken[missing[0]].start
            context.degraded(
                f"{_lines(len(missing))} missing, for no translation came: the first at {at:.0f} s"
            )
        if wrong > max(_FEW, _TOO_MANY * len(self._tries)):
            context.degraded(
                f"{wrong} of {len(self._tries)} lines look wrong: the model may not fit these languages"
            )


def _lines(count: int) -> str:
    return "1 line is" if count == 1 else f"{count} lines are"
