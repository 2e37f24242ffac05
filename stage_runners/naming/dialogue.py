"""Names for speakers from the dialogue: people introduce themselves, and answer when somebody calls them.

The cues are those of the literature on naming speakers from transcripts (Canseco-Rodriguez, Lamel and Gauvain
2004; Tranter 2006; Estève et al. 2007; for films Haurilet et al. 2016): a name in the first person is the
speaker's, a name in a call is that of the next or the previous speaker, and never the caller's. Each is a
vote with a reliability r and the weight ln(r / (1 - r)): Good's weight of evidence, by which independent
observations add up. The probability that a speaker has a name is 1 / (1 + exp(-sum)). The sum is that of the
votes for it, less those that give the name to another speaker, or the speaker another name. The reliabilities
stand in `thresholds`, with what was measured.
"""

# ruff: noqa: RUF001 - punctuation of other scripts
from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stage_runners.naming import phrases
from stage_runners.naming.cast import Names, inside
from stage_runners.naming.thresholds import EVIDENCE
from stage_runners.text.word_times import by_segment, places

_FINAL = tuple(".!?…。！？।")


@dataclass(frozen=True)
class Sentence:
    """A sentence of one speaker; `sure` is the speaker's confidence."""

    speaker: str
    start: float
    end: float
    text: str
    language: str
    sure: float = 1.0


@dataclass(frozen=True)
class Vote:
    """Evidence that `speaker` is called `name`, or with `against` is not; it is right with the probability
    `reliability`.
    """

    speaker: str
    name: str
    reliability: float
    said: str
    against: bool = False

    @property
    def weight(self) -> float:
        """Its weight of evidence in nats; negative if it is against."""
        found = math.log(self.reliability / (1 - self.reliability))
        return -found if self.against else found


@dataclass(frozen=True)
class Candidate:
    """A name for a speaker, its probability, and the evidence."""

    speaker: str
    name: str
    confidence: float
    evidence: tuple[str, ...]


def sentences(segments: Sequence[Mapping[str, Any]], words: Sequence[Mapping[str, Any]]) -> list[Sentence]:
    """The film's sentences in order of time, without those that have no speaker or are mostly overlapped."""
    spots, members = places(words, segments), by_segment(words, segments)
    languages = {segment["id"]: segment["language"] for segment in segments}
    found: list[tuple[float, Sentence]] = []
    run: list[int] = []

    def close() -> None:
        own = [words[k] for k in run]
        if own and own[0]["speaker"] and sum(w["overlap"] for w in own) <= EVIDENCE.overlapped * len(own):
            text = "".join((" " if w["space"] else "") + w["text"] for w in own).strip()
            sure = [w["speaker_confidence"] for w in own if w["speaker_confidence"] is not None]
            start, end = spots[run[0]].start, max(spots[k].end for k in run)
            mean = sum(sure) / len(sure) if sure else 1.0
            said = Sentence(own[0]["speaker"], start, end, text, languages[own[0]["segment"]], mean)
            found.append((start, said))
        run.clear()

    for k, word in enumerate(words):
        if run and (
            words[run[-1]]["speaker"] != word["speaker"]
            or spots[k].start - spots[run[-1]].end > EVIDENCE.pause_s
        ):
            close()
        run.append(k)
        if word["text"].rstrip("\"'”’»)").endswith(_FINAL) and not _title(word["text"]):
            close()
    close()
    for segment in segments:
        if not members[segment["id"]] and segment["speaker"] and segment["text"].strip():
            said = Sentence(
                segment["speaker"],
                segment["start"],
                segment["end"],
                segment["text"].strip(),
                segment["language"],
            )
            found.append((segment["start"], said))
    return [said for _, said in sorted(found, key=lambda pair: pair[0])]


def votes(spoken: Sequence[Sentence], names: Names, people: Any) -> list[Vote]:
    """Every piece of evidence in the sentences.

    Without a list of names, `people(text)` gives the names of persons in an English sentence by a tagger. A
    speaker who introduces himself adds a name to `names`, which calls may then use.
    """
    found: list[Vote] = []
    greeted: dict[str, float] = {}
    for at, said in enumerate(spoken):
        just = said.start - greeted.get(said.speaker, -math.inf) <= EVIDENCE.greeted_s
        found += _introduced(said, just and _returned(spoken, at), names, people)
        if phrases.greets(said.text, said.language):
            greeted[said.speaker] = said.end
    surfaces = phrases.surfaces_of(list(names.forms))
    if surfaces is None:
        return found
    turns = _turns(spoken)
    introduced = {(vote.said, vote.name) for vote in found}
    last: dict[tuple[str, str, bool], float] = {}
    for at, said in enumerate(spoken):
        match = phrases.called(said.text, said.language, surfaces)
        name = names.shown(match["name"]) if match else None
        if name is None or (_own_words(said), name) in introduced or _an_answer(spoken, at):
            continue
        for vote in _called(spoken, at, turns, name):
            # Calls of one scene err together: the wrong speaker answers both.
            key = (vote.speaker, name, vote.against)
            if said.start - last.get(key, -EVIDENCE.scene_s) >= EVIDENCE.scene_s:
                found.append(vote)
                last[key] = said.start
    return found


def candidates(found: Sequence[Vote]) -> list[Candidate]:
    """The most probable name of each speaker, each name once, the surest first; only above a probability of
    one half.
    """
    pairs = dict.fromkeys((vote.speaker, vote.name) for vote in found if not vote.against)
    scored = []
    for speaker, name in pairs:
        total, said = 0.0, []
        for vote in found:
            if vote.speaker == speaker and vote.name == name:
                total += vote.weight
                said += [] if vote.against else [vote.said]
            elif not vote.against and (vote.speaker == speaker or vote.name == name):
                total -= vote.weight
        confidence = 1 / (1 + math.exp(-total))
        if confidence > 0.5:
            scored.append(Candidate(speaker, name, confidence, tuple(dict.fromkeys(said))))
    chosen: list[Candidate] = []
    for one in sorted(scored, key=lambda c: (-c.confidence, c.speaker, c.name)):
        if all(one.speaker != other.speaker and one.name != other.name for other in chosen):
            chosen.append(one)
    return chosen


def _introduced(said: Sentence, greeted: bool, names: Names, people: Any) -> list[Vote]:
    found = []
    for introduction in phrases.introductions(said.text, said.language, greeted=greeted):
        name, rest = _read(introduction, said, names, people)
        if not name or not phrases.ends_well(rest, said.language, clear=introduction.clear):
            continue
        reliability = (EVIDENCE.clear if introduction.clear and names.listed else EVIDENCE.plain) * said.sure
        if reliability > 0.5:
            found.append(Vote(said.speaker, name, reliability, _own_words(said)))
    return found[:1]


def _returned(spoken: Sequence[Sentence], at: int) -> bool:
    """Whether the next speaker introduces himself too."""
    said = spoken[at]
    for other in spoken[at + 1 : at + 1 + EVIDENCE.returned]:
        if other.start - said.end > EVIDENCE.answer_s:
            break
        if other.speaker != said.speaker:
            return bool(phrases.introductions(other.text, other.language))
    return False


def _read(introduction: phrases.Introduction, said: Sentence, names: Names, people: Any) -> tuple[str, str]:
    """The name after the phrase, and what follows it."""
    if names.listed:
        surfaces = phrases.surfaces_of(list(names.forms))
        match = phrases.closed(introduction.rest, surfaces) if surfaces else None
        shown = names.shown(match["name"]) if match else None
        return (shown, introduction.rest[match.end() :]) if match and shown else ("", "")
    name = phrases.opened(introduction.rest, said.language)
    if said.language == "en" and name:
        tagged = next((who for who in people(said.text) if inside(who, name)), "")
        name = tagged
    elif not introduction.clear:
        name = ""
    if not name:
        return "", ""
    rest = introduction.rest[introduction.rest.find(name) + len(name) :]
    known = next((n for n in names.forms.values() if inside(n, name) or inside(name, n)), name)
    names.forms[name.casefold()] = known
    return known, rest


def _called(spoken: Sequence[Sentence], at: int, turns: Sequence[int], name: str) -> list[Vote]:
    """Votes of a sentence that calls somebody `name`: for the next or previous speaker, and against the
    caller.
    """
    said = spoken[at]
    after = next((s for s in spoken[at + 1 :] if s.speaker != said.speaker), None)
    before = next((s for s in reversed(spoken[:at]) if s.speaker != said.speaker), None)
    if after and not -EVIDENCE.answer_s < after.start - said.end <= EVIDENCE.answer_s:
        after = None
    first = at == 0 or turns[at - 1] != turns[at]
    if before and not (first and said.start - before.end <= EVIDENCE.answer_s):
        before = None
    when = f"{_clock(said.start)} {said.speaker}: “{said.text}”"
    found = [Vote(said.speaker, name, EVIDENCE.caller, when, against=True)]
    if after and before and after.speaker == before.speaker:
        meant, reliability, how = after, EVIDENCE.between, f"to {after.speaker}, who spoke before and answers"
    elif after:
        meant, reliability, how = after, EVIDENCE.after, f"and {after.speaker} answers"
    elif before:
        meant, reliability, how = before, EVIDENCE.before, f"after {before.speaker} spoke"
    else:
        return found
    reliability *= min(said.sure, meant.sure)
    if reliability > 0.5:
        found.append(Vote(meant.speaker, name, reliability, f"{when}, {how}"))
    return found


def _an_answer(spoken: Sequence[Sentence], at: int) -> bool:
    """Whether another speaker has just asked: a name may then be the answer ("Who did that?" "Mark.")."""
    before = spoken[at - 1] if at else None
    own = spoken[at]
    if len(own.text.split()) > EVIDENCE.answer_words:
        return False
    asked = before and before.speaker != own.speaker and before.text.rstrip("\"'”’»)").endswith(("?", "？"))
    return bool(asked and before and own.start - before.end <= EVIDENCE.greeted_s)


def _turns(spoken: Sequence[Sentence]) -> list[int]:
    """The number of each sentence's turn: sentences of one speaker in a row are one turn."""
    found: list[int] = []
    for at, said in enumerate(spoken):
        same = at and spoken[at - 1].speaker == said.speaker
        found.append(found[-1] if same else (found[-1] + 1 if found else 0))
    return found


def _own_words(said: Sentence) -> str:
    return f"{_clock(said.start)} in the speaker's own words: “{said.text}”"


def _title(word: str) -> bool:
    return bool(re.fullmatch(rf"(?:{phrases.BEFORE})\.", word.strip(), re.IGNORECASE))


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
