"""The short table at the end of a run, drawn from the content of `run.json`: what ran, how, how fast; what was written;
what is less than was asked; what to do where something failed. At most 80 columns, never wrapped in the middle of a row.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from orchestrator.util import text as fmt
from orchestrator.views.notes import notes, spoken_language

WIDTH = 80
_HEADINGS = ("stage", "how", "env", "device", "time", "speed", "memory")
_FULL = 3  # so many films are told stage by stage; of more, a line each
_HOW = {"done": "ran", "waiting": "not run", "starting": "stopped", "running": "stopped"}
_RIGHT = {"time", "speed", "memory"}
_STYLES = {"failed": "bold red", "degraded": "yellow", "ran": "green", "cached": "cyan", "off": "dim"}
_AGAIN = "what is whole is kept, run it again to go on from there"
Line = list[tuple[str, str]]
"""One line as pieces of text with their styles."""


def show(summary: Mapping[str, Any], stream: TextIO, width: int | None = None) -> None:
    """Print the table on `stream`, in colour where it is a terminal that wants it."""
    if not stream.isatty():  # no colours, so nothing of rich is needed
        for line in lines(summary, width or WIDTH):
            print("".join(text for text, _ in line).rstrip(), file=stream)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    for line in lines(summary, min(WIDTH, width or console.width)):
        console.print(Text.assemble(*line), soft_wrap=True)


def lines(summary: Mapping[str, Any], width: int = WIDTH) -> Iterator[Line]:
    """The table's lines; sentences wrap, rows do not, paths are never cut."""
    films: Sequence[Mapping[str, Any]] = summary["films"]
    for film in films:
        yield from _film(film, width, brief=len(films) > _FULL)
    for film in summary.get("refused", ()):
        yield from _wrapped(f"{film['film']} was refused: {film['message']}", width, "", "bold red")
        if film["hint"]:
            yield from _wrapped(film["hint"], width, "  ", "")
    yield from _notes(summary, width)
    yield from _verdict(summary, width)


def _film(film: Mapping[str, Any], width: int, *, brief: bool) -> Iterator[Line]:
    facts = [fmt.clock(film["seconds"]) if film.get("seconds") else "", spoken_language(film)]
    told = "".join(f"  {fact}" for fact in facts if fact)
    shown = [stage for stage in film["stages"] if stage["status"] != "off"]
    if brief:
        told = f"  {_counts(shown)}"
    yield [(_cut(fmt.plain(film["title"]), width - len(told)), "bold"), (told, "cyan")]
    # A file that is no film: the sentence below says all, and a table of stages that did not run says nothing.
    unreadable = shown and shown[0]["status"] == "failed" and not film.get("seconds")
    if not brief and not unreadable:
        yield from _table(shown, width)
    for note in notes(film):
        if note.look or not brief:
            yield from _wrapped(note.text, width, "  ", "yellow" if note.look else "dim")
    for output in film["outputs"]:
        size = fmt.size(output["size"])
        yield [("  output ", "green"), (_short(output["path"]), ""), (f"  {size}", "dim")]
        if output.get("note"):
            yield from _wrapped(output["note"], width, "    ", "yellow")


def _counts(stages: Sequence[Mapping[str, Any]]) -> str:
    """`7 ran, 2 cached, 12:07 of work`."""
    how = [_HOW.get(stage["status"], stage["status"]) for stage in stages]
    work = fmt.duration(sum(stage["seconds"] or 0.0 for stage in stages))
    return ", ".join([*(f"{how.count(word)} {word}" for word in dict.fromkeys(how)), f"{work} of work"])


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
            style = _STYLES.get(row["how"], "") if heading == "how" else ""
            line.append((text.rstrip() if last else text + "  ", style))
        yield line


def _cells(stage: Mapping[str, Any]) -> dict[str, str]:
    how = _HOW.get(stage["status"], stage["status"])
    worked = how not in {"skipped", "not run"}
    return {
        "stage": stage["stage"],
        "how": "degraded" if stage["degraded"] and how in {"ran", "cached"} else how,
        "env": stage["env"] if worked else "",
        "device": stage["device"] if worked else "",
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
            if (stage.get("facts") or {}).get("same_language"):
                continue  # how it would have been translated is nothing to know
            for note in stage.get("notes", ()):
                yield from _wrapped(f"{stage['stage']}: {note}", width, "  ", "dim")
    for entry in summary["failed"]:
        first, *tail = entry["message"].splitlines() or ["no reason given"]
        yield from _wrapped(f"{_who(entry, several)} failed: {first}", width, "", "bold red")
        for text in tail:
            yield [("  " + _cut(fmt.plain(text), width - 2), "dim")]
        if entry.get("hint"):
            yield from _wrapped(entry["hint"], width, "  ", "")
        if entry.get("log"):
            yield [(f"  its log: {_short(entry['log'])}", "")]


def _verdict(summary: Mapping[str, Any], width: int) -> Iterator[Line]:
    took = fmt.duration(summary["seconds"])
    match summary["outcome"]:
        case "done":
            line = f"done in {took}"
        case "degraded":
            line = f"done in {took}, but degraded (see above)"
        case "failed":
            stages = [stage for film in summary["films"] for stage in film["stages"]]
            kept = any(stage["status"] in {"done", "cached"} for stage in stages)
            hopeless = all(
                entry["stage"] == "demux" and entry.get("category") == "input" for entry in summary["failed"]
            )
            line = f"failed after {took}" + (f"; {_AGAIN}" if kept and not hopeless else "")
        case _:
            line = f"interrupted after {took}; {_AGAIN}"
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
    """The path as people type it: relative where it lies below the present folder."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
