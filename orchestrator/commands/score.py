"""`orchestrator score`: how good is what the last run made of a film, against a human's reference."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import INPUT, OK, FatalError
from orchestrator.paths import home
from orchestrator.planning.film_path import film_of
from orchestrator.runs import score as scoring
from orchestrator.storage.store import Store


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "score",
        help="how good is what the last run made, against a human's reference",
        description="Compare what a film's last run made with references that people made: words (WER, CER), speakers (DER, cpWER), "
        "times, and cues (SubER, and the rules of a profile). What the references cannot tell is left out, with the reason.",
    )
    parser.add_argument("film", type=Path)
    parser.add_argument(
        "--reference", action="append", required=True, type=Path, metavar="FILE",
        help="subtitles (.srt), speaker turns (.rttm), segments with speakers and text (.stm), a text (.txt), or words with times "
        "(.ctm, or .csv with start,end,word); again for another one",
    )  # fmt: skip
    parser.add_argument(
        "--track",
        default="",
        metavar="LANGUAGE",
        help="the track in this language; default: the one that is spoken",
    )
    parser.add_argument(
        "--hypothesis", action="append", type=Path, metavar="FILE",
        help="score these files instead of the last run's results: .json, .srt, .rttm, .stm, .ctm, .txt",
    )  # fmt: skip
    parser.add_argument(
        "--profile",
        metavar="NAME|FILE",
        help="hold the cues against this profile's rules; default: those they were made with",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Score, and show; returns the exit status."""
    film = film_of(arguments.film)
    for file in (*arguments.reference, *(arguments.hypothesis or ())):
        if not file.expanduser().is_file():
            raise FatalError(f"there is no file {file}", "check the name", INPUT)
    if arguments.hypothesis:
        files = tuple(file.expanduser().absolute() for file in arguments.hypothesis)
        subject = scoring.Subject(files=files, language=arguments.track)
    else:
        subject = scoring.of_last_run(film, Store(home() / "store"), arguments.track)
    held = scoring.limits(subject, arguments.profile)
    scoring.ready()
    answer = scoring.score(film, subject, arguments.reference, held)
    told = {
        "film": str(film),
        "track": answer["language"],
        "scored": _scored(subject),
        "clip": subject.clip or None,
        "references": [str(file) for file in arguments.reference],
        "profile": arguments.profile or ("default" if subject.limits is None else "as made"),
        **answer,
    }
    if arguments.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(told, film.name)
    if not set(answer["scores"]) - {"rules"}:
        why = next(iter(answer["left_out"].values()), "")
        raise FatalError("nothing of it can be scored with these references", why, INPUT)
    return OK


def _scored(subject: scoring.Subject) -> str:
    """What it was that was scored."""
    if subject.limits is None:
        return "files"
    return (
        "edited cues" if subject.shown is not None else "translation" if subject.translated else "transcript"
    )


_SCORED = {
    "files": "the files given",
    "edited cues": "the cues as its user edited them",
    "translation": "the translation of the last run",
    "transcript": "the transcript of the last run",
}
_LEFT_OUT = {
    "wer": "WER", "cer": "CER", "der": "DER", "der_025": "DER, 0.25 s forgiven", "speakers": "speakers", "cpwer": "cpWER",
    "cpcer": "cpCER", "word_times": "word times", "segment_times": "segment times", "cue_times": "cue times", "suber": "SubER",
    "rules": "rules",
}  # fmt: skip
"""What each score is called."""


def _show(told: Mapping[str, Any], film: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    clip = f", clip {told['clip']}" if told["clip"] else ""
    language = f" in {told['track']}" if told["track"] else ""
    console.print(f"{escape(film)}{language}{clip}: {_SCORED[told['scored']]}", soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("score", "value"):
        table.add_column(name, no_wrap=True, justify="right" if name == "value" else "left")
    table.add_column("of")
    for row in _rows(told["scores"]):
        table.add_row(*map(escape, row))
    console.print(table)
    for names, why in _reasons(told["left_out"]):
        console.print(f"no {names}: {escape(why)}", soft_wrap=True)
    for note in told["notes"]:
        console.print(f"[yellow]mind[/]: {escape(note)}", soft_wrap=True)


def _reasons(left_out: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is left out, by reason."""
    for why in dict.fromkeys(left_out.values()):
        yield ", ".join(_LEFT_OUT[name] for name, other in left_out.items() if other == why), why


def _rows(scores: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The scores as name, value, and what it is made of."""
    for name, score in scores.items():
        if name == "rules":
            continue
        title, by = _LEFT_OUT[name], score["reference"]
        match name:
            case "wer" | "cer":
                unit = "words" if name == "wer" else "characters"
                parts = f"{score['substitutions']} wrong, {score['deletions']} missed, {score['insertions']} too many"
                yield title, _percent(score["rate"]), f"{score['of']} {unit} of {by}: {parts}"
            case "der" | "der_025":
                parts = ", ".join(
                    f"{_percent(score[part])} {part.replace('_', ' ')}"
                    for part in ("missed", "false_alarm", "confusion")
                )
                yield title, _percent(score["rate"]), f"{score['of_s']:.1f} s of {by}: {parts}"
            case "speakers":
                yield title, f"{score['found']} of {score['true']}", by
            case "cpwer" | "cpcer":
                pairs = ", ".join(
                    f"{true} is {found or 'nobody'}" for true, found in score["speakers"].items()
                )
                yield title, _percent(score["rate"]), f"{score['of']} of {by}: {pairs}"
            case "suber":
                yield title, _percent(score["rate"]), by
            case _:
                yield title, f"{score['median_ms']:.0f} ms", _times(score)
    for whose, rules in scores.get("rules", {}).items():
        broken = ", ".join(f"{count} {rule.replace('_', ' ')}" for rule, count in rules["broken"].items())
        kept = f"; {rules['text']:.1%} of the text" if "text" in rules else ""
        said = f"{rules['cues']} cues, {_percent(rules['fair'])} fair{kept}{': ' if broken else ''}{broken}"
        yield f"clean cues, {whose}", _percent(rules["clean"]), said


def _times(score: Mapping[str, Any]) -> str:
    return (
        f"{score['matched']:.0%} of {score['of']} in {score['reference']} match: 90 % within {score['p90_ms']:.0f} ms, "
        f"worst {score['worst_ms']:.0f} ms"
    )


def _percent(rate: float) -> str:
    return f"{rate * 100:.1f} %"
