"""Prints the summary of a run from `run.json`: stages, output files, degraded results, errors and hints.

It is at most 80 columns wide. Sentences wrap, rows of the table do not.
"""

from __future__ import annotations

import itertools
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from orchestrator.folders.found import counted
from orchestrator.surroundings import current_folder
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.views.notes import notes, spoken_language

WIDTH = 80
_HEADINGS = ("stage", "status", "env", "device", "time", "speed", "memory")
_FULL = 3
"""Films that are shown stage by stage. If there are more, each gets one line."""
_STATUS = {"waiting": "not run", "starting": "stopped", "running": "stopped"}
_RIGHT = {"time", "speed", "memory"}
_STYLES = {"failed": "bold red", "degraded": "yellow", "done": "green", "cached": "cyan", "off": "dim"}
_RESUME = "finished stages are kept; run the same command to resume"
_ENDED = {"done", "cached", "off"}
_ENDS = ("done", "degraded", "failed", "not finished", "skipped")
Line = list[tuple[str, str]]
"""One line, as pieces of text with their styles."""


def show(summary: Mapping[str, Any], stream: TextIO, width: int | None = None) -> None:
    """Print the summary to `stream`, in colour if it is a terminal."""
    if not stream.isatty():  # without colours rich need not be imported
        for line in lines(summary, width or WIDTH):
            terminal.line(stream, "".join(text for text, _ in line).rstrip())
        return
    from rich.text import Text

    console = terminal.console(stream, highlight=False, emoji=False, markup=False)
    for line in lines(summary, min(WIDTH, width or console.width)):
        pieces = [(fmt.legible(text), style) for text, style in line]
        console.print(Text.assemble(*pieces), soft_wrap=True)


def lines(summary: Mapping[str, Any], width: int = WIDTH) -> Iterator[Line]:
    """The lines of the summary. Paths are never shortened."""
    films: Sequence[Mapping[str, Any]] = summary["films"]
    for film in films:
        yield from _film(film, width, brief=len(films) > _FULL)
    for film in summary.get("refused", ()):
        yield from _wrapped(f"{film['film']} was skipped: {film['message']}", width, "", "bold red")
        if film["hint"]:
            yield from _wrapped(film["hint"], width, "  ", "")
    yield from _notes(summary, width)
    if left_out := summary.get("left_out"):
        counts = counted(one["rule"] for one in left_out)
        yield from _wrapped(f"left out: {counts} (orchestrator plan lists them)", width, "", "dim")
    yield from _outcomes(summary, width)
    yield from _verdict(summary, width)


def _outcomes(summary: Mapping[str, Any], width: int) -> Iterator[Line]:
    """How many of several films ended how."""
    ends = Counter(_outcome(film["stages"]) for film in summary["films"])
    if refused := len(summary.get("refused", ())):
        ends["skipped"] = refused
    if (films := ends.total()) > 1:
        counts = ", ".join(f"{ends[end]} {end}" for end in _ENDS if ends[end])
        yield from _wrapped(f"{films} films: {counts}", width, "", "bold")


def _outcome(stages: Sequence[Mapping[str, Any]]) -> str:
    if any(stage["status"] == "failed" for stage in stages):
        return "failed"
    if any(stage["status"] not in _ENDED for stage in stages):
        return "not finished"
    return "degraded" if any(stage["degraded"] for stage in stages) else "done"


def _film(film: Mapping[str, Any], width: int, *, brief: bool) -> Iterator[Line]:
    facts = [fmt.clock(film["seconds"]) if film.get("seconds") else "", spoken_language(film)]
    tail = "".join(f"  {fact}" for fact in facts if fact)
    shown = [stage for stage in film["stages"] if stage["status"] != "off"]
    if brief:
        tail = f"  {_counts(shown)}"
    yield [(_cut(fmt.legible(film["title"]), width - len(tail)), "bold"), (tail, "cyan")]
    # If the file is not a film, the error below says everything: no stage ran.
    unreadable = shown and shown[0]["status"] == "failed" and not film.get("seconds")
    if not brief and not unreadable:
        yield from _table(shown, width)
    for note in notes(film):
        if note.look or not brief:
            yield from _wrapped(note.text, width, "  ", "yellow" if note.look else "dim")
    yield from () if brief else _of_stages(film, width)
    written: Sequence[Mapping[str, Any]] = film["outputs"]
    for output, following in itertools.pairwise([*written, {}]):
        size = fmt.size(output["size"])
        yield [("  wrote ", "green"), (_short(output["path"]), ""), (f"  {size}", "dim")]
        if output.get("note") and output["note"] != following.get("note"):
            yield from _wrapped(output["note"], width, "    ", "yellow")


def _of_stages(film: Mapping[str, Any], width: int) -> Iterator[Line]:
    """How stages do their work, where that is worth a sentence."""
    for stage in film["stages"]:
        if (stage.get("facts") or {}).get("same_language"):
            continue  # nothing was translated, so notes about the translation do not apply
        for note in stage.get("notes", ()):
            yield from _wrapped(f"{stage['stage']}: {note}", width, "  ", "dim")


def _counts(stages: Sequence[Mapping[str, Any]]) -> str:
    """The stages by status, and their total time: `7 done, 2 cached, 12:07 of processing`."""
    statuses = [_STATUS.get(stage["status"], stage["status"]) for stage in stages]
    time = fmt.duration(sum(stage["seconds"] or 0.0 for stage in stages))
    counts = [f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses)]
    return ", ".join([*counts, f"{time} of processing"])


def _table(stages: Sequence[Mapping[str, Any]], width: int) -> Iterator[Line]:
    rows = [_cells(stage) for stage in stages]
    headings = list(_HEADINGS)
    for optional in ("env", "memory", "speed", "device"):
        if 2 + sum(_width(h, rows) + 2 for h in headings) - 2 <= width:
            break
        headings.remove(optional)
    widths = {h: _width(h, rows) for h in headings}
    yield [("  " + "  ".join(_pad(h, widths[h], h) for h in headings).rstrip(), "dim")]
    for row in rows:
        shown = headings[: 1 + max(i for i, heading in enumerate(headings) if row[heading])]
        line: Line = [("  ", "")]
        for heading in shown:
            text = _pad(row[heading], widths[heading], heading)
            last = heading == shown[-1]
            style = _STYLES.get(row["status"], "") if heading == "status" else ""
            line.append((text.rstrip() if last else text + "  ", style))
        yield line


def _cells(stage: Mapping[str, Any]) -> dict[str, str]:
    status = _STATUS.get(stage["status"], stage["status"])
    worked = status not in {"skipped", "not run"}
    return {
        "stage": stage["stage"],
        "status": "degraded" if stage["degraded"] and status in {"done", "cached"} else status,
        "env": stage["env"] if worked else "",
        "device": (stage.get("gpu") or stage["device"]) if worked else "",
        "time": fmt.duration(stage["seconds"]),
        "speed": fmt.speed(stage["speed"]),
        "memory": fmt.size(stage["peak_memory"] or None),
    }


def _notes(summary: Mapping[str, Any], width: int) -> Iterator[Line]:
    several = len(summary["films"]) > 1
    for entry in summary["degraded"]:
        yield from _wrapped(f"{_who(entry, several)} degraded: {entry['reason']}", width, "  ", "yellow")
    for film in summary["films"]:
        for stage in film["stages"]:
            for fallback in stage.get("fallbacks", ()):
                yield from _wrapped(f"{stage['stage']} fell back: {fallback}", width, "  ", "yellow")
    for entry in summary["failed"]:
        same = [one for one in summary["failed"] if _alike(one, entry)]
        if entry is not same[0]:
            continue
        first, *tail = entry["message"].splitlines() or ["no reason given"]
        others = "".join(f", {one['stage']}" for one in same[1:])
        yield from _wrapped(f"{_who(entry, several)}{others} failed: {first}", width, "", "bold red")
        for text in tail:
            yield [("  " + _cut(fmt.plain(text), width - 2), "dim")]
        if entry.get("hint"):
            yield from _wrapped(entry["hint"], width, "  ", "")
        if entry.get("log"):
            yield [(f"  log: {_short(entry['log'])}", "")]


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two stages failed for the same reason, such as a file that is not a film."""
    return (one["film"], one["message"]) == (other["film"], other["message"])


def _verdict(summary: Mapping[str, Any], width: int) -> Iterator[Line]:
    took = fmt.duration(summary["seconds"])
    match summary["outcome"]:
        case "done":
            line = f"done in {took}"
        case "degraded":
            line = f"done in {took}, with degraded results (see above)"
        case "failed":
            stages = [stage for film in summary["films"] for stage in film["stages"]]
            finished = any(stage["status"] in {"done", "cached"} for stage in stages)
            unreadable = all(
                entry["stage"] == "demux" and entry.get("category") == "input" for entry in summary["failed"]
            )
            line = f"failed after {took}" + (f"; {_RESUME}" if finished and not unreadable else "")
        case _:
            line = f"interrupted after {took}; {_RESUME}"
    style = {"done": "bold green", "degraded": "bold yellow"}.get(summary["outcome"], "bold red")
    yield from _wrapped(line, width, "", style)
    if summary["id"]:
        yield [(f"logs: orchestrator runs logs {summary['id']}", "dim")]


def _who(entry: Mapping[str, Any], several: bool) -> str:
    return f"{Path(entry['film']).name}: {entry['stage']}" if several else str(entry["stage"])


def _wrapped(text: str, width: int, indent: str, style: str) -> Iterator[Line]:
    for line in textwrap.wrap(
        fmt.plain(text),
        max(20, width),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield [(line, style)]


def _width(heading: str, rows: Sequence[Mapping[str, str]]) -> int:
    return max(len(heading), *(len(row[heading]) for row in rows)) if rows else len(heading)


def _pad(text: str, width: int, heading: str) -> str:
    return text.rjust(width) if heading in _RIGHT else text.ljust(width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(1, width - 1)] + "…"


def _short(path: str) -> str:
    """The path, relative to the current folder if it is inside it."""
    return str(current_folder.shown(Path(path)))
