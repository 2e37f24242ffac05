"""Scores a result against references; `orchestrator score` runs it in the environment `scoring`.

`python -P -m stage_runners.scoring.main REQUEST` reads a JSON file (`film`, `language`, `translated`, `clip`,
`hypothesis` and `references` as paths, `shown` if a user edited the cues, `limits`). It prints one line of
JSON: `scores`, `left_out` with a reason for each score that the references cannot support, and `notes`; or an
`error` with a message and a hint. Rates are shares; times are not shifted to fit.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc import json_text
from ipc.cue_rules import limits_of
from ipc.errors import StageError
from stage_runners.scoring import cues as score_cues
from stage_runners.scoring import diarization, language, times
from stage_runners.scoring import text as score_text
from stage_runners.scoring.reference_files import first, read
from stage_runners.scoring.units import Cue, Scope, Source, Unit
from stage_runners.scoring.voices import attributed, edited

_TEXTS = "stm txt ctm csv srt"
"""Kinds of reference, the most faithful text first: an STM is made for scoring, subtitles condense."""
_OUR_TEXTS = "json stm ctm csv txt srt"
_FEW = 0.1
"""Below this share of matching words, the two are probably of different films or languages."""
_OUTSIDE = 0.05
_LATE_MS = 250
"""Median difference of starts from which a note reports the delay."""


def main() -> int:
    """Answer the request in the file named by the first argument; errors are printed, and the status is 0."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        answer = Scoring(request).scored()
    except StageError as error:
        answer = {"error": {"message": error.message, "hint": error.hint}}
    print(json_text.dumps(_rounded(answer)))
    return 0


class Scoring:
    """One request: its files, the part of the film that is scored, and the scores so far."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._request = request
        name = str(request["film"])
        clip = request.get("clip")
        begin = clip[0] if clip else 0.0
        self._ours = [read(Path(path), name).later(begin) for path in request["hypothesis"]]
        self._shown = edited(request["shown"], begin) if request.get("shown") is not None else None
        languages = (source.language for source in self._ours)
        self._language = str(request.get("language") or next(filter(None, languages), ""))
        self._references = [read(Path(path), name, self._language) for path in request["references"]]
        ignored = tuple(span for source in self._references for span in source.ignored)
        self._scope = Scope(within=(clip[0], clip[1]) if clip else None, without=ignored)
        self._scores: dict[str, Any] = {}
        self._left_out: dict[str, str] = {}
        self._notes = [note for source in self._references for note in source.notes]

    def scored(self) -> dict[str, Any]:
        """Every score that the references support; StageError("input") if one is in another language."""
        for source in self._references:
            language.check(source, self._language)
        if not self._language:
            self._notes.append("the language is unknown: scored as a language with spaces between words")
        for score in (self._text, self._speakers, self._who_said_what, self._times, self._cues, self._rules):
            score()
        return {
            "language": self._language,
            "scores": self._scores,
            "left_out": self._left_out,
            "notes": list(dict.fromkeys(self._notes)),
        }

    def _text(self) -> None:
        """WER and CER."""
        of = first(self._references, lambda s: s.units, _TEXTS)
        if of is not None and self._scope.within and not of.timed:
            of = first(self._references, lambda s: s.timed, _TEXTS)
            if of is None:
                self._leave_out("the run covers a clip, and the reference text has no times", "wer", "cer")
                return
        if of is None:
            self._leave_out("no reference has text", "wer", "cer")
            return
        scope, across = self._scope.around(of.units)
        truth = " ".join(unit.text for unit in scope.kept(of.units))
        if not score_text.normal(truth):
            self._leave_out(f"{of.name} has no words in the scored part", "wer", "cer")
            return
        if across:
            self._notes.append(
                f"{across} passages of {of.name} cross the clip's edges: they and our words there are skipped"
            )
        self._scores |= {
            name: {**rate, "reference": of.name}
            for name, rate in score_text.rates(truth, self._our_text(scope), self._language).items()
        }
        if "wer" not in self._scores:
            self._leave_out("the language is written without spaces between words: see cer", "wer")
        self._note_mismatch(of, scope)

    def _note_mismatch(self, of: Source, scope: Scope) -> None:
        """Add notes about a reference that does not match the scored result."""
        of_text = self._scores.get("wer") or self._scores["cer"]
        wrong = of_text["substitutions"] + of_text["deletions"]
        if of_text["of"] >= 20 and 1 - wrong / of_text["of"] < _FEW:
            self._notes.append(
                f"{of.name} has hardly any words in common with the result: is it for this film and language?"
            )
        ours = [unit for unit in scope.kept(self._our_words()) if unit.timed]
        if not of.timed or not ours:
            return
        begin, end = min(u.start or 0.0 for u in of.units), max(u.end or 0.0 for u in of.units)
        outside = sum(not begin <= unit.middle <= end for unit in ours)
        if outside > max(5, _OUTSIDE * len(ours)):
            self._notes.append(
                f"{outside} of our {len(ours)} words are outside the part that {of.name} covers "
                f"({begin:.1f} to {end:.1f} s): they count as errors"
            )

    def _speakers(self) -> None:
        """Diarization error rates."""
        of = first(self._references, lambda s: s.turns, "rttm stm")
        ours = first(self._ours, lambda s: s.turns, "rttm stm")
        if of is None:
            self._leave_out("no reference has speaker turns (RTTM or STM)", "der", "der_025", "speakers")
        elif ours is None:
            self._leave_out("the run has no speaker turns", "der", "der_025", "speakers")
        else:
            rates = diarization.diarization(of.turns, ours.turns, self._scope)
            self._scores |= {name: {**score, "reference": of.name} for name, score in rates.items()}

    def _who_said_what(self) -> None:
        """Who said what (cpWER), against an STM, subtitles with labels, or a timed text with turns."""
        name = "cpcer" if self._language in score_text.SPACELESS else "cpwer"
        of = first(self._references, lambda s: s.attributed, "stm srt")
        turns = first(self._references, lambda s: s.turns, "rttm")
        timed = first(self._references, lambda s: s.timed, "ctm csv srt")
        if of is not None:
            units, by = list(of.units), of.name
        elif timed is not None and turns is not None:
            units, by = attributed(timed.units, turns.turns), f"{timed.name} and {turns.name}"
        else:
            some = first(self._references, lambda s: any(unit.speaker for unit in s.units), "srt")
            why = (
                f"{some.name} has lines without a speaker" if some else "no reference has text with speakers"
            )
            self._leave_out(why, name)
            return
        ours = self._our_voices()
        if not any(unit.speaker for unit in ours):
            self._leave_out("the run has no text with speakers", name)
            return
        scope, _ = self._scope.around(units)
        truth = self._by_speaker(scope.kept(units))
        if truth:
            rate = score_text.cpwer(truth, self._by_speaker(scope.kept(ours)))
            self._scores[name] = {**rate, "reference": by}
        else:
            self._leave_out(f"{by} has no words in the scored part", name)

    def _times(self) -> None:
        """Times of words, or of an STM's segments."""
        if self._request.get("translated"):
            self._leave_out("the words of a translation have no times", "word_times")
            return
        ours = [word for source in self._ours for word in source.words if word.timed]
        of = first(self._references, lambda s: s.words, "ctm csv")
        segments = first(self._references, lambda s: s.timed, "stm")
        if not ours:
            self._leave_out("the result has no word times", "word_times")
        elif of is None and segments is None:
            self._leave_out("no reference has times of words (CTM, CSV) or segments (STM)", "word_times")
        if of is not None and ours:
            found = times.word_times(self._scope.kept(of.words), self._scope.kept(ours))
            self._add_times("word_times", found, of)
        if segments is not None and ours:
            scope, _ = self._scope.around(segments.units)
            found = times.segment_times(scope.kept(segments.units), scope.kept(ours), self._language)
            self._add_times("segment_times", found, segments)
            if of is None:
                self._leave_out(f"{segments.name} has segment times only: see segment_times", "word_times")

    def _cues(self) -> None:
        """SubER and the times of cues, against subtitles made by a person."""
        of = first(self._references, lambda s: s.cues, "srt")
        ours = first(self._ours, lambda s: s.cues, "srt")
        if of is None or ours is None:
            why = "no reference has subtitles (SRT)" if of is None else "the result has no cues"
            self._leave_out(why, "suber", "cue_times")
            return
        true, hypothesis = self._scope.kept_cues(of.cues), self._scope.kept_cues(ours.cues)
        if not true:
            self._leave_out(f"{of.name} has no cues in the scored part", "suber", "cue_times")
            return
        if why := score_cues.why_no_suber(self._language):
            self._leave_out(why, "suber")
        elif (rate := score_cues.suber(true, hypothesis, self._language)) is None:
            why = f"SubER took more than {score_cues.TIME_LIMIT_S} s: too few pauses between the cues"
            self._leave_out(why, "suber")
        else:
            self._scores["suber"] = {"rate": rate, "reference": of.name}
        self._add_times("cue_times", times.cue_times(true, hypothesis, self._language), of)

    def _rules(self) -> None:
        """Compliance with a profile's rules, of our cues and the references' cues."""
        limits = limits_of(self._request["limits"], self._language)
        by_source: dict[str, Any] = {}
        ours = first(self._ours, lambda s: s.cues, "srt")
        if ours is not None:
            by_source["ours"] = score_cues.rules(ours.cues, limits)
            written = first(self._ours, lambda s: s.units, "json")
            if written is not None and self._shown is None and written.text:
                by_source["ours"]["text"] = _share_shown(written.text, ours.cues)
        for source in self._references:
            if cues := self._scope.kept_cues(source.cues):
                by_source[source.name] = score_cues.rules(cues, limits)
        if by_source:
            self._scores["rules"] = by_source
        else:
            self._leave_out("there are no cues", "rules")

    def _our_text(self, scope: Scope) -> str:
        if self._shown is not None:
            return " ".join(unit.text for unit in scope.kept(self._shown))
        source = first(self._ours, lambda s: s.units, _OUR_TEXTS)
        if source is None:
            return ""
        return source.text if scope.everything else " ".join(u.text for u in scope.kept(self._our_words()))

    def _our_words(self) -> list[Unit]:
        """Our text in the smallest units available: words if there are any."""
        if self._shown is not None:
            return self._shown
        source = first(self._ours, lambda s: s.units, _OUR_TEXTS)
        return list(source.words or source.units) if source else []

    def _our_voices(self) -> list[Unit]:
        """Our text with speakers: those of the words, or else those of our turns."""
        words = self._our_words()
        turns = first(self._ours, lambda s: s.turns, "rttm")
        if any(word.speaker for word in words) or turns is None:
            return words
        return attributed(words, turns.turns) if all(word.timed for word in words) else words

    def _by_speaker(self, units: Sequence[Unit]) -> dict[str, list[str]]:
        speakers: dict[str, list[str]] = {}
        for unit in units:
            if tokens := score_text.tokens(unit.text, self._language):
                speakers.setdefault(unit.speaker or "", []).extend(tokens)
        return speakers

    def _add_times(self, name: str, found: dict[str, Any] | None, of: Source) -> None:
        if found is None:
            self._leave_out(f"nothing in {of.name} matches", name)
            return
        self._scores[name] = {**found, "reference": of.name}
        if abs(found["later_ms"]) >= _LATE_MS:
            late = "later" if found["later_ms"] > 0 else "earlier"
            self._notes.append(
                f"the result is {abs(found['later_ms']) / 1000:.2f} s {late} than {of.name} (median): "
                "its times are scored unchanged"
            )

    def _leave_out(self, why: str, *names: str) -> None:
        self._left_out |= dict.fromkeys(names, why)


def _share_shown(text: str, cues: Sequence[Cue]) -> float:
    """The share of the transcript's characters that the cues show, in order.

    It reveals cues that comply with the rules only because words are missing.
    """
    from rapidfuzz.distance import LCSseq

    spoken = score_text.normal(text).replace(" ", "")
    shown = score_text.normal(" ".join(line for cue in cues for line in cue.said)).replace(" ", "")
    return int(LCSseq.similarity(spoken, shown)) / max(len(spoken), 1)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
