"""Biases recognition towards names of the glossary, only in windows where they may have been misheard.

Hotwords for a whole film change words everywhere, and names of a wrong cast appear (see docs/decisions). So
the film is decoded without hotwords. A window with an unsure word that resembles a name is decoded again with
these names as hotwords. Only the names are taken from the new text, and only if the engine without hotwords
finds the result about as likely. The film must support its cast: the name itself, or two others of the
glossary, were recognised without hotwords.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners.asr import reading
from stage_runners.asr.name_bias_words import (
    Name,
    Proposal,
    Right,
    names,
    proposals,
    recognised,
    resembling,
    text_of,
    trusted,
)
from stage_runners.asr.thresholds import NAMES
from stage_runners.recognition.recognizer import (
    Prompt,
    Recognizer,
    Settings,
    Sound,
    TextScorer,
    Token,
    Transcript,
)

SettingsOf = Callable[[Transcript], Settings]


def biased(
    recognizer: Recognizer,
    sound: Sound,
    decoded: Sequence[Transcript],
    glossary: Path | None,
    settings_of: SettingsOf,
    context: Context,
) -> list[Transcript]:
    """`decoded` with misheard names of the glossary replaced; the fact `bias` reports the changes.

    `settings_of` gives the settings that a window was decoded with. Nothing changes without a glossary, with
    `bias` off, or if the engine takes no hotwords or cannot score texts.
    """
    from ipc.artifacts import read

    if glossary is None or not context.params.get("bias", True):
        return list(decoded)
    if recognizer.prompt is None or recognizer.scorer is None:
        context.log("this engine does not support name hints: the glossary is not used")
        context.fact("names_unused", True)
        return list(decoded)
    rows = read(glossary, "glossary").rows()
    done = 0

    def next_window() -> None:
        nonlocal done
        context.check()
        context.progress(done, len(decoded), unit="windows", phase="names")
        done += 1

    undone = frozenset(str(pair).casefold() for pair in context.params.get("undone") or ())
    result, report = rescored(recognizer, sound, decoded, rows, settings_of, next_window, undone)
    context.fact("bias", report)
    return result


def rescored(
    recognizer: Recognizer,
    sound: Sound,
    decoded: Sequence[Transcript],
    rows: Sequence[Mapping[str, Any]],
    settings_of: SettingsOf,
    check: Callable[[], None] = lambda: None,
    undone: AbstractSet[str] = frozenset(),
) -> tuple[list[Transcript], dict[str, Any]]:
    """The windows with misheard names replaced, and a report of the changes.

    `rows` are the glossary's rows, `undone` the corrections that the user undid (`from>to`). The engine must
    take hotwords and score texts.
    """
    prompt, scorer = recognizer.prompt, recognizer.scorer
    if prompt is None or scorer is None:
        raise ValueError("the engine must take hotwords and score texts")
    expected = names(rows)
    support = recognised(decoded, expected)
    borne = [name for name in expected if support[name.text] or len(support) > 1]
    right = trusted(decoded, expected)
    work = _Rescoring(recognizer, scorer, sound, right, undone)
    result = []
    terms: dict[str, None] = {}
    windows = 0
    for window in decoded:
        check()
        settings = settings_of(window)
        wanted = fitting(prompt, settings, resembling(window, borne, right))
        if not wanted:
            result.append(window)
            continue
        terms.update(dict.fromkeys(name.text for name in wanted))
        windows += 1
        result.append(work.of(window, wanted, settings))
    report = {
        "names": len(expected),
        "heard": len(support),
        "terms": list(terms),
        "windows": windows,
        **work.report,
    }
    return result, report


def fitting(prompt: Prompt, settings: Settings, wanted: Sequence[Name]) -> list[Name]:
    """The first names that fit in addition to the user's prompt and hotwords."""
    return list(wanted[: prompt.fitting((name.text for name in wanted), settings)])


@dataclass(frozen=True)
class _Rescoring:
    """Decodes windows again with names as hotwords; reports each name as changed, refused or undone."""

    recognizer: Recognizer
    scorer: TextScorer
    sound: Sound
    right: Right
    undone: AbstractSet[str]
    report: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"changed": [], "refused": [], "undone": []}
    )

    def of(self, window: Transcript, wanted: Sequence[Name], settings: Settings) -> Transcript:
        """The window with the names that appear with hotwords and are likely without them."""
        user = [settings.hotwords] if settings.hotwords else []
        with_names = replace(settings, hotwords=", ".join([*user, *(name.text for name in wanted)]))
        (encoded,) = self.recognizer.encode(self.sound, [window.chunk])
        (again,) = reading.transcribe_once(self.recognizer, [encoded], with_names)
        changes = list(proposals(window.words, again.words, wanted, self.right))
        if not changes:
            return window

        def likelihood(words: Sequence[Token]) -> float:
            """Log-probability of the words' text without hotwords, in nats."""
            probabilities = self.scorer.probabilities(encoded, text_of(words), settings)
            return sum(math.log(max(p, NAMES.least_probability)) for p in probabilities)

        before = likelihood(window.words)
        words = list(window.words)
        for one in reversed(changes):
            changed = _with(window.words, one)
            if self._accepted(window, one, before - likelihood(changed)):
                words[one.first : one.last] = [changed[one.first]]
        if words == list(window.words):
            return window
        return replace(window, words=tuple(words), text=text_of(words).strip(), tokens=())

    def _accepted(self, window: Transcript, one: Proposal, less: float) -> bool:
        """Report whether a name that makes the text `less` likely, in nats, is accepted."""
        entry = {
            "start": round(window.words[one.first].start, 2),
            "from": text_of(window.words[one.first : one.last]).strip(),
            "to": one.text.strip(),
            "less_likely": round(less, 1),
        }
        if less > NAMES.less_likely:
            self.report["refused"].insert(0, entry)
            return False
        if f"{entry['from']}>{entry['to']}".casefold() in self.undone:
            self.report["undone"].insert(0, entry)
            return False
        self.report["changed"].append(entry)
        return True


def _with(words: Sequence[Token], one: Proposal) -> list[Token]:
    run = words[one.first : one.last]
    measured = [word.probability for word in run if word.probability is not None]
    name = Token(one.text, run[0].start, run[-1].end, min(measured) if measured else None)
    return [*words[: one.first], name, *words[one.last :]]
