"""Renders the live dashboard of a run from its state: `render(state, now, width, height)`.

The layout depends on the plan and the terminal only, not on the progress of the run, so rows and columns
never move. A wider terminal shows more columns, the most useful first. Three lines below the table show
errors, degradations and, if there is no column for them, the last log lines. No line wraps.
`orchestrator.views.live` draws it on the screen.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.text import Text

from orchestrator.run_state.paces import NO_PACES, Paces
from orchestrator.run_state.states import ENDED, FilmState, RunState, StepState
from orchestrator.util import text as fmt
from orchestrator.views import machines
from orchestrator.views.columns import MARGIN, WIDEST_BAR, Column, columns, fraction, gap_of, percent
from orchestrator.views.glyphs import UNICODE, Glyphs
from orchestrator.views.time_left import time_left

FOOTER = 3
STYLES = {
    "waiting": "dim",
    "starting": "cyan",
    "running": "bold cyan",
    "done": "green",
    "cached": "green",
    "failed": "bold red",
    "off": "dim",
    "skipped": "dim",
}


def render(
    state: RunState,
    now: float,
    width: int,
    height: int | None = None,
    *,
    glyphs: Glyphs = UNICODE,
    paces: Paces = NO_PACES,
) -> RenderableType:
    """Render `state` at the time `now` (seconds since the epoch), in at most `width` x `height` cells.

    `paces` are those of earlier runs, from which the time left is estimated.
    """
    if not state.films:
        return Group()
    picture = _Picture(state, now, max(20, width), glyphs, paces)
    one = len(state.films) == 1 and not state.machines
    lines = picture.single(height) if one else picture.batch(height)
    return Group(*lines[:height])


class _Picture:
    """Builds the lines of text for one state, time and width."""

    def __init__(self, state: RunState, now: float, width: int, glyphs: Glyphs, paces: Paces) -> None:
        self.state, self.now, self.width, self.glyphs, self.paces = state, now, width, glyphs, paces
        self.unfinished: dict[str, StepState] = {}

    def single(self, height: int | None) -> list[Text]:
        film = self.state.films[0]
        facts = [fmt.clock(film.seconds) if film.seconds else "", film.language]
        head = [self._title(film.title, facts), self._overall(film.steps)]
        blank = [Text()]
        table = self.table(film.steps)
        foot = self.footer([film])
        lines = [*head, *blank, *table, *blank, *foot]
        if height is None or len(lines) < height:
            return lines
        steps = [step for step in film.steps if step.status != "off"]
        room = height - 1 - len(head)
        notes = max(0, min(FOOTER, room - len(steps) - 1))
        return [*head, *self.table(steps, room - notes), *foot[:notes]]

    def batch(self, height: int | None) -> list[Text]:
        films = self.state.films
        done = sum(1 for film in films if film_status(film) == "done")
        failed = sum(1 for film in films if film_status(film) == "failed")
        facts = [f"{done} done", f"{failed} failed" if failed else "", *machines.counts(self.state)]
        high = (height or 50) - 1
        notes = FOOTER if high >= 16 else 1 if high >= 10 else 0
        blank = [Text()] if high >= 20 else []
        room = high - 1 - notes - 2 * len(blank)
        size = 1 + max(len(_planned(film)) for film in films)
        opened = _window(films, 2 if room >= len(films) + 2 * size else 1)
        tall = min(size, max(3, room - min(len(films), room // 3)))
        listed = max(1, min(len(films), room - tall * len(opened)))
        first = max(0, min(opened[0] - listed // 3, len(films) - listed))
        names = max(cell_len(fmt.legible(film.title)) for film in films)
        lines = [self._title(fmt.plural(len(films), "film"), facts), *blank]
        for index in range(first, first + listed):
            lines.append(self._film(films[index], min(names, self.width // 3)))
            if index in opened:
                table = self.table(_planned(films[index]), tall)
                lines += table + [Text()] * (tall - len(table))
        return [*lines, *blank, *self.footer([films[i] for i in opened])[:notes]]

    def table(self, steps: Sequence[StepState], height: int | None = None) -> list[Text]:
        """A header and a row for each step; beyond `height` lines, one line counts the remaining steps."""
        left, bar, right, log = columns(steps, self.width)
        self.unfinished = {step.name: step for step in steps if step.status not in ENDED}
        gap = " " * gap_of(self.width)
        titles = [_fit(c.title, c.width) for c in left] + [_fit("progress", bar)]
        titles += [_fit(c.title, c.width, right=True) for c in right] + (
            [_fit("last line", log)] if log else []
        )
        header = self._line((" " * (MARGIN + 2) + gap.join(titles), "dim"))
        rows = [self._row(step, left, bar, right, log) for step in steps]
        if height is None or len(rows) < height:
            return [header, *rows]
        room = max(1, height - 2)
        rank = {"running": 0, "starting": 0, "failed": 1, "waiting": 2, "done": 3, "cached": 3}
        order = sorted(range(len(steps)), key=lambda i: (rank.get(steps[i].status, 4), i))
        visible = sorted(order[:room])
        hidden = [steps[i].status for i in order[room:]]
        counts = [f"{hidden.count(s)} {s}" for s in dict.fromkeys(hidden)]
        return [header, *(rows[i] for i in visible), self._line((f"   and {', '.join(counts)}", "dim"))]

    def footer(self, films: Sequence[FilmState]) -> list[Text]:
        """Exactly `FOOTER` lines: errors with hints, degradations, fallbacks, log lines of running steps."""
        notes: list[tuple[str, str]] = []
        steps = [step for film in films for step in film.steps]
        for step in steps:
            if step.error is not None:
                sentence = f"{step.name} failed: {fmt.lead(step.error.message)}"
                notes += [(line, "red") for line in textwrap.wrap(sentence, self.width - 5)[: FOOTER - 1]]
                if step.error.hint:
                    notes.append((f"  {fmt.plain(step.error.hint)}", "red"))
        notes += [
            (f"{s.name} degraded: {fmt.plain(reason)}", "yellow") for s in steps for reason in s.degraded
        ]
        notes += [(f"{s.name}: {fmt.plain(note)}", "yellow") for s in steps for note in s.fallbacks]
        if not columns(steps, self.width)[3]:
            running = [s for s in steps if s.status in {"running", "starting"} and _last(s)]
            notes += [(f"{s.name}: {_last(s)}", "dim") for s in running]
        lines = [self._line((" " * (MARGIN + 2) + text, style)) for text, style in notes[:FOOTER]]
        return lines + [Text()] * (FOOTER - len(lines))

    def _row(
        self, step: StepState, left: Sequence[Column], bar: int, right: Sequence[Column], log: int
    ) -> Text:
        style = "yellow" if step.degraded and step.status != "failed" else STYLES[step.status]
        faint = "dim" if step.status in {"waiting", "off", "skipped"} else ""
        gap = " " * gap_of(self.width)
        mark = self.glyphs.mark(step.status, self.now, degraded=bool(step.degraded))
        parts: list[tuple[str, str]] = [(" " * MARGIN + mark + " ", style)]
        for column in left:
            strong = "bold" if column is left[0] and step.status == "running" else faint
            parts.append((_fit(column.cell(step, self.now), column.width) + gap, strong))
        if step.status in {"waiting", "cached", "skipped", "off", "failed"}:
            # These steps have no figures, so the text may use their columns.
            room = self.width - MARGIN - sum(cell_len(text) for text, _ in parts)
            return self._line(*parts, (_cut(self._words(step), room), style))
        if step.status == "done" or step.total > 0:
            parts += self.glyphs.bar(fraction(step), bar, style)
        else:
            parts.append((_fit(fmt.plain(step.phase) or step.status, bar), style))
        for column in right:
            parts.append((gap + _fit(column.cell(step, self.now), column.width, right=True), faint))
        if log:
            text, tone = _remark(step)
            parts.append((gap + _fit(text, log), tone))
        return self._line(*parts)

    def _words(self, step: StepState) -> str:
        """The text shown in place of the bar and the figures."""
        match step.status:
            case "waiting":
                missing = self._missing(step)
                return f"waits for {', '.join(missing)}" if missing else "waiting"
            case "failed":
                return f"failed: {fmt.lead(step.error.message)}" if step.error else "failed"
            case "cached" | "skipped" | "off" if step.reason:
                return f"{step.status}: {fmt.plain(step.reason)}"
        return step.status

    def _missing(self, step: StepState) -> list[str]:
        """The stages that this one waits for, without those that another of them waits for too."""
        missing = [name for name in step.waits_for if name in self.unfinished]
        implied = {name for other in missing for name in self.unfinished[other].waits_for}
        return [name for name in missing if name not in implied]

    def _film(self, film: FilmState, names: int) -> Text:
        status = film_status(film)
        style = "yellow" if status == "done" and any(s.degraded for s in film.steps) else STYLES[status]
        steps = _planned(film)
        ended = sum(1 for step in steps if step.status in ENDED)
        busy = [f"{s.name} {percent(s, self.now)}".strip() for s in steps if s.status == "running"]
        broken = [f"{s.name} failed: {fmt.lead(s.error.message)}" for s in steps if s.error is not None]
        words = ", ".join(busy or broken[:1]) or ("" if status == "running" else status)
        words = f"{fmt.legible(film.machine)}: {words}" if film.machine and status == "running" else words
        bar = max(6, min(WIDEST_BAR, self.width // 5))
        return self._line(
            (" " * MARGIN + self.glyphs.mark(status, self.now) + " ", style),
            (_fit(fmt.legible(film.title), names) + "  ", "bold" if status == "running" else ""),
            *self.glyphs.bar(_overall(steps), bar, style),
            (f"  {ended:>2}/{len(steps)}  ", ""),
            (words, style if status == "failed" else "dim"),
        )

    def _title(self, title: str, facts: Sequence[str]) -> Text:
        elapsed = self._elapsed()
        room = self.width - 2 * MARGIN - len(elapsed) - 2
        more = "  ".join(fact for fact in facts if fact)
        more = f"  {more}" if more and len(more) + 2 < room // 2 else ""
        title = _cut(fmt.legible(title), room - len(more))
        space = room + 2 - cell_len(title) - len(more)
        return self._line((" " * MARGIN + title, "bold"), (more, "cyan"), (" " * space, ""), (elapsed, ""))

    def _elapsed(self) -> str:
        """The time since the start, and how long the whole run still needs."""
        elapsed = fmt.clock((self.state.ended or self.now) - self.state.started)
        if self.state.ended is None and self.state.interrupted:
            return f"stopping {elapsed}"
        left = None if self.state.ended else time_left(self.state, self.now, self.paces)
        about = fmt.remaining(left) if left else ""
        return f"elapsed {elapsed}, about {about} left" if about else f"elapsed {elapsed}"

    def _overall(self, steps: Sequence[StepState]) -> Text:
        steps = [step for step in steps if step.status != "off"]
        ended = sum(1 for step in steps if step.status in ENDED)
        words = f"{ended:>2} of {len(steps)} stages"
        failed = any(step.status == "failed" for step in steps)
        bar = max(1, self.width - 2 * MARGIN - len(words) - 2)
        style = "red" if failed else "yellow" if any(step.degraded for step in steps) else "cyan"
        return self._line(
            (" " * MARGIN, ""), *self.glyphs.bar(_overall(steps), bar, style), (f"  {words}", "")
        )

    def _line(self, *parts: tuple[str, str]) -> Text:
        pieces = [(self.glyphs.drawable(fmt.legible(text)), style) for text, style in parts]
        text = Text.assemble(*pieces, no_wrap=True, overflow="crop", end="\n")
        if text.cell_len > self.width - MARGIN:
            text.truncate(self.width - MARGIN - 1, overflow="crop")
            text.append(self.glyphs.drawable("…"))
        text.rstrip()
        return text


def film_status(film: FilmState) -> str:
    """The status of a film: failed, running, done or waiting."""
    statuses = {step.status for step in film.steps}
    if "failed" in statuses and not statuses & {"running", "starting"}:
        return "failed"
    if statuses <= ENDED:
        return "done"
    return "running" if statuses & {"running", "done"} else "waiting"


def _planned(film: FilmState) -> list[StepState]:
    return [step for step in film.steps if step.status != "off"]


def _window(films: Sequence[FilmState], count: int) -> list[int]:
    """The indexes of the `count` films shown with their stages, from the first that has not ended."""
    ended = {"done", "failed"}
    first = next((i for i, film in enumerate(films) if film_status(film) not in ended), len(films))
    first = max(0, min(first, len(films) - count))
    return list(range(first, min(len(films), first + count)))


def _overall(steps: Sequence[StepState]) -> float:
    steps = [step for step in steps if step.status != "off"]
    return sum(fraction(step) for step in steps) / len(steps) if steps else 1.0


def _remark(step: StepState) -> tuple[str, str]:
    """The text of the log column for a step, and its style."""
    if step.degraded:
        return fmt.plain(step.degraded[-1]), "yellow"
    if step.status in {"starting", "running"}:
        return _last(step), "dim"
    return "", ""


def _last(step: StepState) -> str:
    return fmt.plain(step.last_log or step.phase)


def _fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` cells: cut with an ellipsis, or padded."""
    text = _cut(text, width)
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)).rstrip() + "…"
