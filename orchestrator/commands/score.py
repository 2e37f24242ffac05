"""`orchestrator score`: scores the results of a film's last run against human references."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ipc import plain_file
from orchestrator.errors import INPUT, OK, FatalError
from orchestrator.paths import home
from orchestrator.planning.film_path import film_of
from orchestrator.runs import score as scoring
from orchestrator.storage.store import Store
from orchestrator.surroundings import current_folder
from orchestrator.util import terminal


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "score",
        help="score the last run against human-made subtitles, transcripts or speaker turns",
        description="Compare the results of a film's last run with human references: words (WER, CER), "
        "speakers (DER, cpWER), times, and cues (SubER, and the rules of a profile). Metrics that a "
        "reference cannot support are skipped, with the reason.",
    )
    parser.add_argument("film", type=Path, metavar="FILM", help="a film that has been run")
    parser.add_argument(
        "--reference", action="append", required=True, type=Path, metavar="FILE",
        help="subtitles (.srt, .vtt, .ass), speaker turns (.rttm), segments with speakers and text (.stm), "
        "plain text (.txt), or words with times (.ctm, or .csv with start,end,word); may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--track",
        default="",
        metavar="LANGUAGE",
        help="score the track in this language (default: the source language)",
    )
    parser.add_argument(
        "--hypothesis", action="append", type=Path, metavar="FILE",
        help="score this file instead of the last run's results: .json, .srt, .vtt, .ass, .rttm, .stm, .ctm "
        "or .txt; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--profile",
        metavar="NAME|FILE",
        help="check the cues against this profile's rules (default: the profile of the run)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Score, and print the result; returns the exit status."""
    film = film_of(arguments.film)
    for file in (*arguments.reference, *(arguments.hypothesis or ())):
        there = current_folder.absolute(file)
        if not there.exists():
            raise FatalError(f"there is no file {file}", "check the name", INPUT)
        if kind := plain_file.kind_of(there.stat()):
            raise FatalError(f"{file}: this is {kind}, not a file", "save it to a file first", INPUT)
    if arguments.hypothesis:
        files = tuple(current_folder.absolute(file) for file in arguments.hypothesis)
        subject = scoring.Subject(files=files, language=arguments.track)
    else:
        subject = scoring.of_last_run(film, Store(home() / "store"), arguments.track)
    limits = scoring.limits(subject, arguments.profile)
    scoring.ready()
    answer = scoring.score(film, subject, arguments.reference, limits)
    result = {
        "film": str(film),
        "track": answer["language"],
        "scored": _scored(subject),
        "clip": subject.clip or None,
        "references": [str(file) for file in arguments.reference],
        "profile": arguments.profile or ("default" if subject.limits is None else "as made"),
        **answer,
    }
    if arguments.json:
        terminal.show_json(result)
    else:
        _show(result, film.name)
    if not set(answer["scores"]) - {"rules"}:
        why = next(iter(answer["left_out"].values()), "")
        raise FatalError("these references support no metric", why, INPUT)
    return OK


def _scored(subject: scoring.Subject) -> str:
    """What was scored: a key of `_SCORED`."""
    if subject.limits is None:
        return "files"
    return (
        "edited cues" if subject.shown is not None else "translation" if subject.translated else "transcript"
    )


_SCORED = {
    "files": "the files given",
    "edited cues": "the cues as edited in review",
    "translation": "the translation of the last run",
    "transcript": "the transcript of the last run",
}
_TITLES = {
    "wer": "WER", "cer": "CER", "der": "DER", "der_025": "DER, collar 0.25 s", "speakers": "speakers",
    "cpwer": "cpWER", "cpcer": "cpCER", "word_times": "word times", "segment_times": "segment times",
    "cue_times": "cue times", "suber": "SubER", "rules": "rules",
}  # fmt: skip
"""The title of each score."""


def _show(result: Mapping[str, Any], film: str) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    console = terminal.console(highlight=False)
    clip = f", clip {result['clip']}" if result["clip"] else ""
    language = f" in {result['track']}" if result["track"] else ""
    console.print(f"{escape(film)}{language}{clip}: {_SCORED[result['scored']]}", soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("score", "value"):
        table.add_column(name, no_wrap=True, justify="right" if name == "value" else "left")
    table.add_column("details")
    for row in _rows(result["scores"]):
        table.add_row(*map(escape, row))
    console.print(table)
    for names, why in _reasons(result["left_out"]):
        console.print(f"skipped {names}: {escape(why)}", soft_wrap=True)
    for note in result["notes"]:
        console.print(f"[yellow]note[/]: {escape(note)}", soft_wrap=True)


def _reasons(left_out: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The titles of the scores that were skipped, and the reason."""
    for why in dict.fromkeys(left_out.values()):
        yield ", ".join(_TITLES[name] for name, other in left_out.items() if other == why), why


def _rows(scores: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: title, value, and the parts of the value."""
    for name, score in scores.items():
        if name == "rules":
            continue
        title, reference = _TITLES[name], score["reference"]
        match name:
            case "wer" | "cer":
                unit = "words" if name == "wer" else "characters"
                parts = ", ".join(
                    f"{score[part]} {part}" for part in ("substitutions", "deletions", "insertions")
                )
                yield title, _percent(score["rate"]), f"{score['of']} {unit} in {reference}: {parts}"
            case "der" | "der_025":
                parts = ", ".join(
                    f"{_percent(score[part])} {part.replace('_', ' ')}"
                    for part in ("missed", "false_alarm", "confusion")
                )
                yield title, _percent(score["rate"]), f"{score['of_s']:.1f} s in {reference}: {parts}"
            case "speakers":
                yield f"{title} found", str(score["found"]), f"{score['true']} in {reference}"
            case "cpwer" | "cpcer":
                pairs = ", ".join(
                    f"{true} = {found or 'no speaker'}" for true, found in score["speakers"].items()
                )
                yield title, _percent(score["rate"]), f"{score['of']} in {reference}: {pairs}"
            case "suber":
                yield title, _percent(score["rate"]), reference
            case _:
                yield title, f"{score['median_ms']:.0f} ms", _times(score)
    for whose, rules in scores.get("rules", {}).items():
        broken = ", ".join(f"{count} {rule.replace('_', ' ')}" for rule, count in rules["broken"].items())
        text = f"; {rules['text']:.1%} of the transcript shown" if "text" in rules else ""
        fair = f"{_percent(rules['fair'])} compliant apart from reading speed"
        parts = f"{rules['cues']} cues, {fair}{text}{'; broken rules: ' if broken else ''}{broken}"
        yield f"compliant cues, {whose}", _percent(rules["clean"]), parts


def _times(score: Mapping[str, Any]) -> str:
    return (
        f"{score['matched']:.0%} of {score['of']} in {score['reference']} match: 90% within "
        f"{score['p90_ms']:.0f} ms, worst {score['worst_ms']:.0f} ms"
    )


def _percent(rate: float) -> str:
    return f"{rate:.1%}"
