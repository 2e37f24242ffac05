"""`orchestrator terms`: shows the summary, the terms and the forms of address that a translation used."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import OK, USAGE, FatalError
from orchestrator.paths import home
from orchestrator.planning.film_path import film_of
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.command_line import typed
from orchestrator.util.notices import notice

_STAGE = "briefing"


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "terms",
        help="show the terms that a translation used, and write them as a glossary",
        description="Show what the model of --translation-endpoint wrote down of the film before it "
        "translated it (--translation-context film): a summary, terms, and forms of address. --csv prints "
        "them as a glossary, to edit and to give to the next run with --glossary.",
    )
    parser.add_argument("film", type=Path, metavar="FILM", help="a film that has been run")
    parser.add_argument(
        "--target-language", metavar="CODE", default="", help="only this language (with --csv: of several)"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--csv", action="store_true", help="print a glossary as CSV")
    how.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Show the terms of the last run; returns the exit status."""
    from orchestrator.report import last
    from orchestrator.report.results import Results
    from orchestrator.storage.store import Store
    from stage_runners.translation import glossary_file
    from stage_runners.translation.terms import Term

    film = film_of(arguments.film)
    (_, found), passed_over = last.run_of(
        film, _has_terms, "no run wrote terms (--translation-context film with --translation-endpoint)"
    )
    if passed_over:
        notice(passed_over)
    results = Results(found, Store(home() / "store"))
    wanted = str(arguments.target_language).partition("-")[0].lower()
    languages = [name.partition("-")[2] for name in results.stages(_STAGE)]
    if wanted and wanted not in languages:
        raise FatalError(
            f"--target-language {arguments.target_language}: no terms in it",
            f"choose from: {', '.join(languages)}",
            USAGE,
        )
    shown = {code: _of(results, code) for code in languages if code == (wanted or code)}
    if arguments.json:
        terminal.show_json({"film": str(film), "languages": shown})
    elif arguments.csv:
        if len(shown) > 1:
            raise FatalError(
                "--csv: the film has terms in several languages",
                f"choose one, such as --target-language {languages[0]}",
                USAGE,
            )
        for code, one in shown.items():
            rows = [Term(**row) for row in one["terms"]]
            terminal.show(glossary_file.as_csv(rows, one["tag"] or code).rstrip("\n"))
    else:
        for code, one in shown.items():
            _show(code, one)
        terminal.tell(f"to edit them: orchestrator terms {typed(arguments.film)} --csv > glossary.csv")
    return OK


def _has_terms(film: Mapping[str, Any]) -> bool:
    return any(
        step["stage"].partition("-")[0] == _STAGE and step["status"] in {"done", "cached"}
        for step in film["stages"]
    )


def _of(results: Any, code: str) -> dict[str, Any]:
    stage = f"{_STAGE}-{code}"
    manifest = results.manifest(stage)
    return {
        "summary": results.facts(stage).get("summary") or "",
        "terms": results.rows(stage, "terms") or [],
        "tag": str(manifest.ingredients.get("tag") or "") if manifest else "",
    }


def _show(code: str, one: Mapping[str, Any]) -> None:
    terms = one["terms"]
    terminal.show(f"{one['tag'] or code}: {fmt.plural(len(terms), 'term')}")
    if one["summary"]:
        terminal.show(f"  {one['summary']}")
    for row in terms:
        note = f"  ({row['note']})" if row["note"] else ""
        terminal.show(f"  {row['kind']:<8} {row['source']}  >  {row['target']}{note}")
