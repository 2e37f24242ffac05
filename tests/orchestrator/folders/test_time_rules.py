"""Lengths of time, hours of the day, and how long films take."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from orchestrator.errors import FatalError
from orchestrator.folders import filters, quiet_hours
from orchestrator.folders.estimates import SHARE, START_S, Speeds, side_by_side
from orchestrator.run_state import run_json
from tests.orchestrator import synthetic


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 5400), ("10m", 600), ("45 s", 45), ("3h", 10800), ("1h30m", 5400), ("1:30", 5400),
        ("0:01:30", 90), ("2 hours", 7200), ("1.5h", 5400), ("20 min", 1200),
    ],
)  # fmt: skip
def test_a_length_of_time_is_read_as_people_write_it(text, seconds):
    assert filters.seconds(text, "--min-length") == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5m", "10x", "1:90"])
def test_what_is_no_length_of_time_gets_a_sentence(text):
    with pytest.raises(FatalError, match="--min-length"):
        filters.seconds(text, "--min-length")


def at(hour, minute=0, second=0):
    return dt.datetime(2026, 11, 30, hour, minute, second)  # noqa: DTZ001 - the clock on the wall


@pytest.mark.parametrize(
    ("hours", "now", "wait"),
    [
        ("22:00-07:00", at(23), 0),
        ("22:00-07:00", at(6, 59, 59), 0),
        ("22:00-07:00", at(7), 15 * 3600),
        ("22:00-07:00", at(21, 59, 30), 30),
        ("9-17", at(12), 0),
        ("9-17", at(17), 16 * 3600),
        ("22:00-24:00", at(23, 59), 0),
        ("22:00-24:00", at(0), 22 * 3600),
    ],
)
def test_a_film_starts_only_in_its_hours(hours, now, wait):
    assert quiet_hours.read(hours).wait(now) == wait


@pytest.mark.parametrize("text", ["night", "25:00-07:00", "22:60-07:00", "22:00", "07:00-07:00"])
def test_what_is_no_part_of_the_day_gets_a_sentence(text):
    with pytest.raises(FatalError, match="--between"):
        quiet_hours.read(text)


def step(name, verdict="run", model="base"):
    choice = SimpleNamespace(backend=SimpleNamespace(device="cpu"), model=SimpleNamespace(id=model))
    return SimpleNamespace(name=name, verdict=verdict, choice=choice)


def test_a_film_takes_as_long_as_its_stages_took_before_that_are_to_run():
    plan = SimpleNamespace(steps=[step("demux", "cached"), step("asr"), step("subtitles")])
    paces = {("demux", "cpu", "base"): 9.0, ("asr", "cpu", "base"): 0.3, ("subtitles", "cpu", "base"): 0.1}
    assert Speeds(paces=paces, side_by_side=2.0).seconds(plan, 100.0) == pytest.approx(20.0)


def test_what_worked_side_by_side_is_read_from_the_summary_of_a_run():
    summary = run_json.summary(synthetic.last(synthetic.run()), status=0, run_id="r", command=[])
    ran = sum(stage["status"] == "done" for stage in summary["films"][0]["stages"])
    assert side_by_side(summary) == pytest.approx(ran / (ran - 1))  # two of them, for as long as each takes
    assert side_by_side({"films": []}) == 1.0


def test_without_an_earlier_run_of_the_model_a_guess_stands_in():
    plan = SimpleNamespace(steps=[step("asr", model="large-v3")])
    assert Speeds(paces={("asr", "cpu", "base"): 0.3}).seconds(plan, 100.0) == START_S + SHARE * 100.0
    assert Speeds().seconds(plan, None) is None


def test_the_languages_of_an_option_are_codes_or_a_sentence():
    assert filters.languages("en, German,unknown") == {"en", "de", "unknown"}
    for wrong in ("klingon", ",", ""):
        with pytest.raises(FatalError, match="--only-language"):
            filters.languages(wrong)
