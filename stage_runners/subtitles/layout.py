"""Divides words into cues at the lowest cost, by dynamic programming over the positions between tokens.

A state is a position between two tokens and the delay of the next cue there. A cue's cost depends on its two
ends only: how well the text ends there, the pauses it spans, whether it is shown long enough to be read
before the next onset, and its lines. So the best layout of n tokens is found in O(n k) with k tokens per cue
(the method of Knuth and Plass, 1981, on a time line). No limit removes text: if speech leaves no choice, a
rule is broken as little as possible, and the cue is flagged.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ipc.cue_rules import reading_ms, size, too_fast, too_long, too_short
from stage_runners.subtitles import kept_cues
from stage_runners.subtitles.cues import Cue, Line, Profile
from stage_runners.subtitles.kept_cues import KeptCue
from stage_runners.subtitles.line_breaks import Lines
from stage_runners.subtitles.thresholds import COSTS, CUE_TIMES, LINE_BREAKS, SEARCH, Costs
from stage_runners.subtitles.times import NEVER, Times, timed
from stage_runners.subtitles.tokens import Token


@dataclass(frozen=True, slots=True)
class _Span:
    """The text of a candidate cue: its end, cost, characters and line breaks."""

    last: int
    cost: float
    characters: int
    breaks: tuple[int, ...]
    turn: int
    """Index of the second speaker's first token in a dialogue, else 0."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The best path to a state: the previous state, and the cue between."""

    cost: float
    origin: int
    late: int
    span: _Span | None


class Layout:
    """Lays out `tokens` as cues within the limits of `profile`.

    `labels` holds the label of each labelled speaker; with `every`, every cue gets one, not only at a change
    of speaker. Labels need room in lines and reading time. `shots` are the shot changes in milliseconds.
    Tokens with the number of a `kept` cue are shown as that, without labels.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        profile: Profile,
        language: str,
        labels: Mapping[str, str] | None = None,
        *,
        every: bool = False,
        costs: Costs = COSTS,
        shots: Sequence[float] = (),
        kept: Mapping[int, KeptCue] | None = None,
    ) -> None:
        self.tokens = tokens
        self._shots = shots
        self.profile = profile
        self._labels = labels or {}
        self._every = every
        self._costs = costs
        self._lines = Lines(tokens, language, profile.width, profile.lines)
        self._changes = [k for k in range(1, len(tokens)) if tokens[k].speaker != tokens[k - 1].speaker]
        self._change_set = {0, *self._changes}
        self._kept = kept_cues.runs(tokens, kept or {})
        self._kept_starts = sorted(self._kept)
        self._measure()

    def _measure(self) -> None:
        """Compute the tables by position: earliest onsets, latest word ends, costs of a break or none."""
        profile, costs, tokens, lines = self.profile, self._costs, self.tokens, self._lines
        self._spoken = [0]  # latest end of the words before place k
        self._onset = []
        self._cut = [0.0]
        self._sentences = [0]  # sentence ends up to place k
        self._inside = [0.0]  # cost of all places up to k, were they inside a cue
        for k, token in enumerate(tokens):
            said = self._spoken[-1]
            self._onset.append(max(token.start, said + profile.gap_ms) if k else token.start)
            self._spoken.append(max(said, token.end))
            if not k:
                continue
            pause = max(0, token.start - said) / 1000
            ended = lines.ends[k]
            cut = {"sentence": 0.0, "clause": costs.clause}.get(ended, costs.phrase)
            if not ended and token.segment != tokens[k - 1].segment:
                cut *= costs.segment_share
            cut = (
                cut * max(costs.pause_least_share, 1 - pause / costs.pause_full_s)
                + costs.dangling * lines.breaks[k]
            )
            cut += costs.torn * (lines.breaks[k] >= LINE_BREAKS.torn)
            self._cut.append(0.0 if k in self._change_set else cut)
            inside = costs.pause_inside * max(0.0, pause - costs.pause_free_s)
            self._sentences.append(self._sentences[-1] + (ended == "sentence"))
            self._inside.append(
                self._inside[-1] + inside + (costs.sentence_inside if ended == "sentence" else 0)
            )
        self._cut.append(0.0)
        self._onset.append(NEVER)
        # The number of shot changes before each start and end, without those near enough to snap to.
        near = profile.snap_ms
        self._shots_from = [bisect_right(self._shots, onset + near) for onset in self._onset]
        self._shots_to = [bisect_left(self._shots, said - near) for said in self._spoken]

    def cues(self, check: Callable[[int], None] | None = None) -> list[Cue]:
        """The cues in order. `check(k)` is called regularly with the number of tokens done."""
        states: list[dict[int, _Step]] = [{} for _ in range(len(self.tokens) + 1)]
        states[0][0] = _Step(0.0, -1, 0, None)
        for first in range(len(self.tokens)):
            if check and first % 500 == 0:
                check(first)
            if not states[first]:
                continue
            spans = self._spans(first)
            states[first] = _undominated(states[first])
            for late, step in states[first].items():
                for span in spans:
                    cost, pushed = self._timing(first, late, span)
                    total = step.cost + span.cost + cost
                    target = states[span.last]
                    if pushed not in target or total < target[pushed].cost:
                        target[pushed] = _Step(total, first, late, span)
        return self._built(states)

    def _spans(self, first: int) -> list[_Span]:
        """The candidate cues that start at token `first`; at least one."""
        costs, profile, lines = self._costs, self.profile, self._lines
        if whole := self._kept.get(first):
            return [_Span(whole.last, 0.0, whole.cue.characters, (), 0)]
        result: list[_Span] = []
        here = bisect_right(self._changes, first)
        turn = self._changes[here] if here < len(self._changes) else len(self.tokens)
        limit = self._changes[here + 1] if here + 1 < len(self._changes) else len(self.tokens)
        if (after := bisect_right(self._kept_starts, first)) < len(self._kept_starts):
            limit = min(limit, self._kept_starts[after])
        lead = self._lead(first)
        for last in range(first + 1, limit + 1):
            if last > first + 1 and self._spoken[last] - self._onset[first] > profile.max_ms:
                break
            base = costs.cue + self._cut[last] + self._inside[last - 1] - self._inside[first]
            if self._shots:
                base += costs.shot_inside * max(0, self._shots_to[last] - self._shots_from[first])
            if lines.ends[last] != "sentence" and self._sentences[last - 1] > self._sentences[first]:
                base += costs.ragged
            if last <= turn:
                found = lines.best(first, last, lead)
                if found is None and last > first + 1:
                    if lines.length(first, last) > profile.width * profile.lines:
                        break
                    continue
                cost, breaks = found or (costs.long, ())
                characters = lead + lines.length(first, last) + self._unspaced(first, breaks)
                result.append(_Span(last, base + cost, characters, breaks, 0))
                continue
            if not self._both_labelled(first, turn):
                break
            above = self._lead(first, dialogue=True) + size(profile.dash) + lines.length(first, turn)
            below = self._lead(turn) + size(profile.dash) + lines.length(turn, last)
            if profile.lines < 2 or max(above, below) > profile.width:
                break
            result.append(_Span(last, base + costs.dialogue, above + 1 + below, (turn,), turn))
        return result

    def _unspaced(self, first: int, breaks: Sequence[int]) -> int:
        """Characters that line breaks add: for reading, a break counts as a space even if there was none."""
        return sum(1 for k in breaks if k > first and not self.tokens[k].space)

    def _timing(self, first: int, late: int, span: _Span) -> tuple[float, int]:
        """The cost of showing the span from its onset plus `late`, and the delay of the next cue."""
        costs, profile = self._costs, self.profile
        _, said, room = self._room(first, late, span.last)
        cost = costs.late * late / 1000
        pushed = 0
        if said > profile.max_ms:
            cost += costs.long + (said - profile.max_ms) / costs.long_ms
        if room < profile.min_ms:
            lacking = profile.min_ms - room
            if span.last < len(self.tokens) and lacking <= profile.late_ms:
                pushed, room = lacking, profile.min_ms
            else:
                pushed = max(0, SEARCH.least_ms - room) if span.last < len(self.tokens) else 0
                cost += costs.short + lacking / costs.short_ms
                room += pushed
        needed = reading_ms(span.characters, profile.cps)
        if room < needed and not pushed and span.last < len(self.tokens):
            delay = self._onset[span.last] - self.tokens[span.last].start
            lacking = needed - room
            if lacking + delay <= profile.patience_ms and room + lacking <= profile.max_ms:
                pushed, room = lacking, room + lacking
        if needed > room:
            cost += costs.fast + costs.fast_character * span.characters
            cost += costs.faster * (needed / max(room, 1) - 1)
        shown = min(room, max(needed, said))
        return cost + costs.brief * max(0, costs.brief_ms - shown) / 1000, pushed

    def _room(self, first: int, late: int, last: int) -> tuple[int, int, int]:
        """A cue's start, the end of its words, and its latest possible end, in milliseconds."""
        start = self._onset[first] + late
        said = max(self._spoken[last] - start, 0)
        return start, said, min(self._onset[last] - self.profile.gap_ms - start, self.profile.max_ms)

    def _both_labelled(self, first: int, turn: int) -> bool:
        """Whether both lines of a dialogue have a label, or none: one alone would seem to name both."""
        own = [self._labels.get(self.tokens[k].speaker or "", "") for k in (first, turn)]
        return bool(own[0]) == bool(own[1])

    def _label(self, first: int, *, dialogue: bool = False) -> str:
        """Label of a cue, or of a dialogue's line, that starts at token `first`.

        In a dialogue, also the speaker who goes on has one.
        """
        speaker = self.tokens[first].speaker
        wanted = dialogue or self._every or first in self._change_set
        return self._labels.get(speaker, "") if wanted and speaker else ""

    def _lead(self, first: int, *, dialogue: bool = False) -> int:
        label = self._label(first, dialogue=dialogue)
        return size(label) + 1 if label else 0

    def _built(self, states: Sequence[Mapping[int, _Step]]) -> list[Cue]:
        """Follow the best path backwards, and make its cues."""
        place, late = len(self.tokens), 0
        chosen: list[tuple[int, int, _Span]] = []
        while place > 0:
            step = states[place][late]
            assert step.span is not None  # noqa: S101 - only place 0 has no span
            chosen.append((step.origin, step.late, step.span))
            place, late = step.origin, step.late
        chosen.reverse()
        times = timed([self._times(*choice) for choice in chosen], self.profile, self._shots)
        return [self._cue(first, span, when) for (first, _, span), when in zip(chosen, times, strict=True)]

    def _times(self, first: int, late: int, span: _Span) -> Times:
        onset = self.tokens[first].start
        start = self._onset[first] + late
        spoken = max(self._spoken[span.last], start)
        return Times(onset, spoken, reading_ms(span.characters, self.profile.cps), start)

    def _cue(self, first: int, span: _Span, when: Times) -> Cue:
        profile = self.profile
        tokens = self.tokens[first : span.last]
        flags = {
            "too_fast": too_fast(span.characters, when.end - when.start, profile),
            "too_short": too_short(when.end - when.start, profile),
            "too_long": too_long(when.spoken - when.start, profile),
            "late": when.start - when.onset > max(CUE_TIMES.late_gaps * profile.gap_ms, profile.patience_ms)
            and not when.snapped,
            "overlap": any(token.overlap for token in tokens),
            "guessed_times": any(token.guessed for token in tokens),
            "unknown_speaker": bool(self._changes) and any(token.speaker is None for token in tokens),
        }
        lines = self._cue_lines(first, span)
        if whole := self._kept.get(first):
            lines = whole.cue.lines(tokens)
            flags |= dict.fromkeys(whole.cue.flags(lines, when.end - when.start, profile), True)
        return Cue(
            start=when.start,
            end=when.end,
            lines=lines,
            segments=tuple(dict.fromkeys(token.segment for token in tokens)),
            flags=tuple(name for name, there in flags.items() if there),
        )

    def _cue_lines(self, first: int, span: _Span) -> tuple[Line, ...]:
        result = []
        edges = [first, *span.breaks, span.last]
        for k, (a, b) in enumerate(pairwise(edges)):
            speaker = self.tokens[a].speaker
            label = self._label(a, dialogue=bool(span.turn)) if k == 0 or span.turn else ""
            text = self._lines.text(a, b) if b > a else ""
            result.append(Line(text, speaker, label, dash=self.profile.dash if span.turn else ""))
        return tuple(result)


def _undominated(states: Mapping[int, _Step]) -> dict[int, _Step]:
    """The states that no other beats in both cost and delay, at most `SEARCH.states`, by increasing delay."""
    kept: dict[int, _Step] = {}
    for late in sorted(states):
        if not kept or states[late].cost < min(step.cost for step in kept.values()):
            kept[late] = states[late]
    return dict(list(kept.items())[: SEARCH.states])
