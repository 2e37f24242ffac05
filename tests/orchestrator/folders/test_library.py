"""The plan of a made-up library is the one that the documentation shows, film by film."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from orchestrator.cli import main
from orchestrator.errors import OK, PARTIAL
from orchestrator.folders import set_aside
from orchestrator.folders.found import RULES
from orchestrator.outputs.ledger import Ledger
from orchestrator.run_state import run_folders
from orchestrator.run_state.states import Failure, FilmState, StepState
from tests.once import once
from tests.orchestrator.folders import library

DOCS = Path(__file__).parents[3] / "docs/libraries.md"
OPTIONS = ("--skip-existing", "--min-length", "2s", "--only-language", "en,fr,da,hi,unknown")


@pytest.fixture
def films(tmp_path_factory, tmp_path, monkeypatch):
    """The library, in a home of its own in which one film failed twice and one is of this tool."""
    made = once(tmp_path_factory, "library", library.make) / "Films"
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    Ledger().remember(made / "Heat.subtitled.mkv", "digest", made / "Heat.mkv")
    for _ in range(2):
        set_aside.remember(failed(made / "Fails.mkv"))
    return made


def failed(film, category="crash"):
    error = Failure(category=category, message="Segmentation fault")
    return FilmState(path=film, title=film.name, steps=(StepState(name="asr", status="failed", error=error),))


def planned(capsys, *words):
    assert main(["plan", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def verdicts(plan, root):
    """What the plan says of each film, by its path in the library."""
    names = {rule.name: rule.one for rule in RULES}
    said = {one["film"]: one["verdict"].upper() for one in plan["films"]}
    said |= {one["film"]: f"skip: {names[one['rule']]}" for one in plan["skipped"]}
    return {os.path.relpath(film, root): verdict for film, verdict in said.items()}


def documented():
    """The rows of the table in the documentation: film and plan."""
    text = DOCS.read_text().partition("<!-- library: begin -->")[2].partition("<!-- library: end -->")[0]
    rows = [re.split(r"\s*\|\s*", line.strip("| \n")) for line in text.strip().splitlines()[2:]]
    return {row[0].strip("`"): row[2] for row in rows}


@pytest.mark.env("media")
def test_the_plan_of_a_library_is_the_one_in_the_documentation(films, capsys):
    plan = planned(capsys, films, *OPTIONS)
    assert verdicts(plan, films) == documented()
    assert len(documented()) > 30


@pytest.mark.env("media")
def test_a_film_that_is_named_is_taken_whatever_the_rules_say(films, capsys):
    named = [
        films / name
        for name in ("Alien (1979)/sample.mkv", ".hidden.mkv", "Kids/Cartoon.mkv", "Fails.mkv", "Untitled")
    ]
    plan = planned(capsys, *named, films / "Copies/Lagaan.mkv", films / "Lagaan.mkv", "--min-length", "1s")
    assert not plan["skipped"]
    assert [one["film"] for one in plan["films"]] == [
        *map(str, named), str(films / "Copies/Lagaan.mkv"), str(films / "Lagaan.mkv")
    ]  # fmt: skip


@pytest.mark.env("media")
def test_episodes_stand_in_their_order_and_the_totals_add_up(films, capsys):
    plan = planned(capsys, films / "Borgen", "--skip-existing")
    assert [Path(one["film"]).stem for one in plan["films"]] == ["S01E01", "S01E04", "S01E10"]
    assert plan["totals"]["films"] == 3
    assert plan["totals"]["film_seconds"] == pytest.approx(12.0, abs=0.5)
    assert plan["totals"]["skipped"] == {"subtitled": 2}
    sizes = sum((films / "Borgen" / f"S01E{n}.mkv").stat().st_size for n in ("01", "04", "10"))
    assert plan["totals"]["bytes_beside"] == sizes


@pytest.mark.env("media")
def test_the_reason_names_where_the_subtitles_are_and_whose(films, capsys):
    why = {
        Path(one["film"]).name: one["reason"] for one in planned(capsys, films, "--skip-existing")["skipped"]
    }
    assert why["S01E02.mkv"] == "da: S01E02.Danish.srt, not by this tool"
    assert why["S01E03.mkv"] == "da: track 0"
    assert why["Heat 2.mkv"] == "en: Heat 2.en.sdh.srt, SDH, not by this tool"
    assert why["Nosferatu.mkv"] == "en: Nosferatu.srt, not by this tool"
    assert why["Fails.mkv"].startswith("failed 2 times, the last time in asr: Segmentation fault")


@pytest.mark.env("media")
def test_the_plan_names_what_is_there_and_does_not_count(films, capsys):
    plan = planned(capsys, films / "Borgen", "--skip-existing")
    why = {Path(one["film"]).stem: one["reason"] for one in plan["films"]}
    assert why["S01E01"].endswith("; da: S01E01.da.forced.srt is forced")
    assert "da: S01E04.da.idx is pictures" in why["S01E04"]
    assert "is" not in why["S01E10"].partition(";")[2]


@pytest.mark.env("media")
def test_with_a_target_language_its_subtitles_count(films, capsys):
    both = [films / "Heat 2.mkv", films / "Amelie (2001)/Amelie.mkv"]
    plan = planned(capsys, *both, "--skip-existing", "--target-language", "en")
    assert [Path(one["film"]).name for one in plan["skipped"]] == ["Heat 2.mkv"]


@pytest.mark.env("media")
def test_a_film_that_was_changed_is_no_longer_set_aside(films, capsys, tmp_path):
    film = tmp_path / "more/Fails.mkv"
    film.parent.mkdir()
    shutil.copy2(films / "Fails.mkv", film)
    for _ in range(2):
        set_aside.remember(failed(film))
    assert planned(capsys, film.parent)["skipped"][0]["rule"] == "set_aside"
    assert not planned(capsys, film.parent, "--retry-failed")["skipped"]
    with film.open("ab") as stream:
        stream.write(b"\xec\x80")
    os.utime(film, (library.LONG_AGO, library.LONG_AGO))
    assert not planned(capsys, film.parent)["skipped"]


@pytest.mark.env("media")
def test_a_run_over_a_library_takes_what_the_plan_says_and_a_failure_stops_nothing(films, capsys):
    status = main(
        ["run", str(films / "Solaris.mp4"), str(films / "Borgen"), "--skip-existing", "--until", "demux"]
    )
    assert status == PARTIAL
    summary = run_folders.past()[0].summary()
    assert [(film["title"], film["stages"][0]["status"]) for film in summary["films"]] == [
        ("Solaris.mp4", "failed"), ("S01E01.mkv", "done"), ("S01E04.mkv", "done"), ("S01E10.mkv", "done")
    ]  # fmt: skip
    assert [(Path(one["film"]).name, one["rule"]) for one in summary["left_out"]] == [
        ("S01E02.mkv", "subtitled"), ("S01E03.mkv", "subtitled")
    ]  # fmt: skip
    assert "left out: 2 subtitled already (orchestrator plan lists them)" in capsys.readouterr().err


@pytest.mark.env("media")
def test_a_run_over_a_library_without_films_to_run_says_so(films, capsys):
    assert main(["run", str(films / "Kids")]) == OK
    assert "no film to run; left out: 1 named by ignore files" in capsys.readouterr().err
