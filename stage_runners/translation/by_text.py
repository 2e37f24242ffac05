"""Translation of a transcript's text, whatever translates: sentences in, checked sentences of another
language out, with times.

Here is what every `TextTranslator` needs around it: sentences put together, names hidden and shown again,
every line checked, translated again if it fails, then marked, and words placed in time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ipc.context import Context
from ipc.errors import StageError
from ipc.rows import SpeakerRow, read_rows
from stage_runners.names.rows import GlossaryRow, read_glossary
from stage_runners.text import scripts
from stage_runners.text.grammar import spaceless
from stage_runners.text.iso639 import same_language
from stage_runners.translation import batches, placeholders
from stage_runners.translation import quality_checks as checks
from stage_runners.translation.film import Film, read_film
from stage_runners.translation.memory import Memory
from stage_runners.translation.placeholders import GlossaryNames, Hidden
from stage_runners.translation.sentences import clauses, text_of
from stage_runners.translation.tables import lines_marked, tables
from stage_runners.translation.terms import USER, Term, relevant
from stage_runners.translation.terms import lost as lost_term
from stage_runners.translation.thresholds import ATTEMPTS
from stage_runners.translation.translator import Line, TextTranslator


@dataclass(slots=True)
class _Best:
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


def run(
    translator: TextTranslator, inputs: Mapping[str, Path], context: Context, terms: Sequence[Term] = ()
) -> None:
    """Write `segments` and `words` in the language `context.params["target"]`: a segment a sentence.

    Of `terms`, those of the user are searched for in every translation, in place of names that they say.
    """
    context.method = translator.method
    film = read_film(inputs, context)
    if film.in_target_language:
        film = Film((), film.target)
    glossary = read_glossary(inputs["glossary"]) if "glossary" in inputs else []
    speakers = read_rows(inputs["speakers"], "speakers") if "speakers" in inputs else []
    memory = Memory(context, inputs, translator.method)
    texts = _Job(translator, film, glossary, speakers, memory, context, terms).texts()
    memory.save()
    for output, columns in tables(film.sentences, texts, film.target).items():
        context.save(output, columns)


class _Job:
    """One film to one language. Sentences go by their place in the film."""

    def __init__(
        self,
        translator: TextTranslator,
        film: Film,
        glossary: Sequence[GlossaryRow],
        speakers: Sequence[SpeakerRow],
        memory: Memory,
        context: Context,
        terms: Sequence[Term] = (),
    ) -> None:
        self._translator, self._memory, self._context = translator, memory, context
        self._terms = terms
        self._target, self._sentences = film.target, film.sentences
        lower = frozenset(
            word.text.strip(".,!?;:…").casefold()
            for sentence in film.sentences
            for word in sentence.words
            if word.text.islower()
        )
        mine = {term.source.casefold() for term in terms if term.origin == USER}
        left = [
            row for row in glossary if mine.isdisjoint(map(str.casefold, (row["term"], *row["variants"])))
        ]
        self._names = GlossaryNames(left, film.target, lower)
        self._speakers = {row["speaker"]: row["name"] for row in speakers if row["name"]}
        self._languages = [scripts.as_written(s.language, s.text) for s in film.sentences]
        self._best = {
            k: _Best()
            for k, sentence in enumerate(film.sentences)
            if film.is_foreign(sentence)
            and not same_language(self._languages[k], film.target)
            and any(map(str.isalnum, sentence.text))
        }
        self._plain: set[int] = set()
        """Sentences whose placeholders were lost: they are translated as they are."""

    def texts(self) -> list[str | None]:
        """Every sentence's translation, None if there is none. Reports marks and facts."""
        self._report_scripts()
        refused = self._refused()
        for k in refused:
            del self._best[k]
        lines = [self._line(k, sentence.text) for k, sentence in enumerate(self._sentences)]
        self._recall()
        self._translator.begin(
            [
                replace(line, translation=self._best[k].text) if k in self._best else line
                for k, line in enumerate(lines)
            ]
        )
        pending = [k for k, best in self._best.items() if not best.attempts]
        retried: set[int] = set()
        for attempt in range(ATTEMPTS.most):
            if not pending:
                break
            self._attempt(pending, attempt)
            pending = [k for k in pending if self._best[k].faults]
            retried |= set(pending)
        self._context.progress(len(self._sentences), len(self._sentences), "lines")
        self._report(len(retried), refused)
        for k, best in self._best.items():
            if best.text:
                self._memory.keep(self._key(k), self._sentences[k].start, best.text)
        return [
            None if k in refused else self._best[k].text if k in self._best else sentence.text
            for k, sentence in enumerate(self._sentences)
        ]

    def _recall(self) -> None:
        """Take the translations of sentences that have not changed."""
        for k, best in self._best.items():
            text = self._memory.get(self._key(k), self._sentences[k].start, _is_text)
            if text is not None:
                best.offer(text, self._faults(k, text, 0))
        if self._memory.recalled:
            self._context.fact("lines_recalled", self._memory.recalled)

    def _key(self, k: int) -> str:
        """What the translation of a sentence is kept by: all that its own line says."""
        line = self._line(k, self._sentences[k].text)
        told: list[object] = [line.speaker] if self._translator.in_order else []
        told += relevant(self._terms, [line.text], [line.speaker])
        return json.dumps([line.text, line.language, *line.names, *told])

    def _report_scripts(self) -> None:
        """Report lines in the letters of another language than they are spoken in."""
        pairs = Counter((s.language, self._languages[k]) for k, s in enumerate(self._sentences))
        for (spoken, written), count in pairs.items():
            if spoken != written:
                letters = scripts.name(written)
                self._context.log(
                    f"{count} lines in {scripts.name(spoken)} are in the script of {letters}: translated "
                    f"from {letters}"
                )
                self._context.fact("read_as", {written: count})

    def _refused(self) -> dict[int, str]:
        """Sentences in languages that the translator refuses, each with the reason; `StageError` if those are
        all.
        """
        reasons = {
            language: self._translator.refusal(language, self._target)
            for language in sorted({self._languages[k] for k in self._best})
        }
        refused = {k: reason for k in self._best if (reason := reasons[self._languages[k]])}
        if refused and len(refused) == len(self._best):
            raise StageError(
                "config",
                "; ".join(sorted(set(refused.values()))),
                "use another --translation-model, or a --translation-endpoint",
            )
        return refused

    def _attempt(self, pending: Sequence[int], attempt: int) -> None:
        """Translate every pending sentence once, and check each."""
        whole = attempt < ATTEMPTS.most - 1
        parts: list[tuple[int, str]] = []
        for k in pending:
            words = self._sentences[k].words
            parts.extend((k, text_of(part)) for part in ([words] if whole else clauses(words)))
        results: dict[int, list[tuple[str, int]]] = {}
        for (k, _), result in zip(parts, self._translated(parts, attempt), strict=True):
            results.setdefault(k, []).append(result)
        for k, translated in results.items():
            glue = "" if any(map(spaceless, translated[0][0])) else " "
            text = glue.join(text for text, _ in translated).strip()
            self._best[k].offer(text, self._faults(k, text, sum(lost for _, lost in translated)))
        self._mark_repeats(pending)

    def _translated(self, parts: Sequence[tuple[int, str]], attempt: int) -> list[tuple[str, int]]:
        """The translation of every part (sentence, text), with how many of its names were lost as
        placeholders.
        """
        hidden: list[tuple[Hidden, str]] = []
        for k, text in parts:
            code = "" if k in self._plain else self._code(text)
            hidden.append((self._names.hide(text, code) if code else Hidden(text, ()), code))
        lines = [self._line(k, one.text) for (k, _), (one, _) in zip(parts, hidden, strict=True)]
        texts = batches.translated(
            self._translator, lines, self._target, attempt, self._context, len(self._sentences)
        )
        return [
            placeholders.shown(text or "", one, code) for text, (one, code) in zip(texts, hidden, strict=True)
        ]

    def _code(self, text: str) -> str:
        """The placeholder; empty if the text holds something like it."""
        code = self._translator.placeholder
        return "" if code and code.partition("{")[0].casefold() in text.casefold() else code

    def _line(self, k: int, text: str) -> Line:
        sentence = self._sentences[k]
        names = tuple(dict.fromkeys(name.written[0] for _, _, name in self._names.found(sentence.text)))
        speaker = self._speakers.get(sentence.speaker or "", sentence.speaker or "")
        best = self._best.get(k)
        fault = ", ".join(checks.DESCRIBED[name] for name in best.faults) if best and best.attempts else ""
        return Line(text, self._languages[k], k, speaker, names, fault, sentence.start, sentence.end)

    def _faults(self, k: int, text: str, lost: int) -> list[str]:
        """What is wrong with a translation, in which `lost` placeholders did not come back."""
        sentence = self._sentences[k]
        faults = checks.faults(sentence.text, text, sentence.language, self._target)
        names = [name.written for _, _, name in self._names.found(sentence.text)]
        if not faults and (lost or placeholders.missing(text, names)):
            faults = ["name"]
        if not faults and lost_term(self._terms, sentence.text, text):
            faults = ["term"]
        if "name" in faults or lost:
            self._plain.add(k)
        return faults

    def _mark_repeats(self, pending: Sequence[int]) -> None:
        """Mark lines with the text of the lines before them though their sources differ."""
        order = sorted(self._best)
        sources = [self._sentences[k].text for k in order]
        for place in checks.repeated_lines(sources, [self._best[k].text for k in order]):
            k = order[place]
            if k in pending and "repeated" not in self._best[k].faults:
                self._best[k].faults.append("repeated")

    def _report(self, retried: int, refused: Mapping[int, str]) -> None:
        """Report what is marked, and degrade the result if lines are missing or too many are marked."""
        context = self._context
        marked = [(k, best) for k, best in self._best.items() if best.faults]
        for _, best in marked:
            if "repeated" in best.faults:
                best.text = checks.unlooped(best.text)
        missing = [k for k, best in self._best.items() if not best.text]
        wrong = len(marked) - len(missing)
        context.metric("lines_again", retried)
        context.fact("lines_passed", len(self._sentences) - len(self._best) - len(refused))
        times = [(self._sentences[k].start, best.faults) for k, best in marked]
        context.fact("lines_marked", lines_marked(times))
        for reason in sorted(set(refused.values())):
            count = sum(other == reason for other in refused.values())
            context.degraded(f"{_lines(count)} missing: {reason}")
        if missing:
            at = self._sentences[missing[0]].start
            context.degraded(
                f"{_lines(len(missing))} missing, because no translation came: the first at {at:.0f} s"
            )
        if wrong > max(ATTEMPTS.wrong_lines, ATTEMPTS.wrong * len(self._best)):
            context.degraded(
                f"{wrong} of {len(self._best)} lines look wrong: the model may not fit these languages"
            )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _lines(count: int) -> str:
    return "1 line is" if count == 1 else f"{count} lines are"
