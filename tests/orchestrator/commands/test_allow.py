"""`orchestrator allow`, and what runs and plans do with a job file that is not allowed."""

# ruff: noqa: F811  (the fixture `place` is an argument)

from __future__ import annotations

import json

import pytest

from orchestrator import cli
from orchestrator.config.values import Layer
from orchestrator.errors import INPUT, OK, PARTIAL, USAGE
from orchestrator.library import consents
from orchestrator.review import again
from orchestrator.runs import intake, shown
from orchestrator.runs.invocation import Invocation
from tests.orchestrator.places import nothing_but_a_cpu, place  # noqa: F401
from tests.orchestrator.toy_stages import new_store


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """A machine that need not be asked."""
    monkeypatch.setattr("orchestrator.machine.profile.here", nothing_but_a_cpu)


ATTACK = 'diarize_model = "./voices"\ntranslation_endpoint = "http://evil.example/v1"\nlanguage = "en"'


def test_allow_shows_each_key_that_needs_consent_and_where_it_leads(place, tmp_path, capsys):
    place.job.write_text(ATTACK)
    assert cli.main(["allow", "--show", str(place.film)]) == OK
    shown = capsys.readouterr().out
    assert 'diarize_model = "./voices" ' in shown
    assert f"download one: {tmp_path}/voices" in shown
    assert "it can send the film's text to a server of its choice" in shown
    assert "language" not in shown
    assert "would be allowed" in shown
    assert consents.everything() == []
    assert cli.main(["allow", str(place.job)]) == OK
    assert "allowed, until the file changes" in capsys.readouterr().out
    assert consents.find(place.job).keys == ("diarize_model", "translation_endpoint")
    place.settings()


def test_a_folder_is_allowed_with_its_folders_and_listed_and_taken_back(place, tmp_path, capsys):
    season = tmp_path / "season"
    season.mkdir()
    place.job.write_text('model = "small"')
    other = season / "one.mkv.orchestrator.toml"
    other.write_text('output_dir = "/srv/subs"')
    assert cli.main(["allow", str(tmp_path)]) == OK
    assert cli.main(["allow", "--list"]) == OK
    listed = capsys.readouterr().out
    assert f"{place.job}" in listed
    assert f"{other}" in listed
    other.write_text("# changed")
    place.job.unlink()
    assert cli.main(["allow", "--list", str(tmp_path)]) == OK
    rows = {line.split()[1]: line.split()[2] for line in capsys.readouterr().out.splitlines()[1:]}
    assert rows == {str(other): "changed", str(place.job): "gone"}
    assert cli.main(["allow", "--revoke", str(season)]) == OK
    assert [one.path for one in consents.everything()] == [str(place.job)]
    assert cli.main(["allow", "--revoke", str(place.film)]) == OK
    assert cli.main(["allow", "--revoke", str(place.film)]) == INPUT
    assert cli.main(["allow", "--list"]) == OK
    assert capsys.readouterr().out.splitlines()[-1] == "none"


def test_allow_of_nothing_says_so(place, tmp_path, capsys):
    assert cli.main(["allow"]) == USAGE
    assert cli.main(["allow", str(place.film)]) == INPUT
    assert cli.main(["allow", str(tmp_path)]) == INPUT
    place.job.write_text('language = "en"')
    assert cli.main(["allow", str(place.film)]) == OK
    assert "nothing in it needs your consent" in capsys.readouterr().out


@pytest.mark.env("models")
@pytest.mark.parametrize("words", [["run"], ["run", "--dry-run"], ["plan"], ["config"], ["stage", "demux"]])
def test_every_command_that_reads_the_job_file_refuses_it_with_the_command_that_allows_it(
    place, words, capsys
):
    place.job.write_text(ATTACK)
    assert cli.main([*words, str(place.film)]) == USAGE
    message = capsys.readouterr().err
    assert "diarize_model" in message
    assert "translation_endpoint" in message
    assert f"orchestrator allow {place.job}" in message
    assert "Traceback" not in message


@pytest.mark.env("models")
def test_prepare_allows_what_it_wrote_until_it_is_edited(place, capsys):
    assert cli.main(["prepare", str(place.film), "--output-dir", "/srv/subs"]) == OK
    assert "output_dir" in consents.find(place.job).keys
    place.settings()
    with place.job.open("a") as stream:
        stream.write("# mine\n")
    assert cli.main(["plan", str(place.film)]) == USAGE
    assert "changed since you allowed it" in capsys.readouterr().err
    assert cli.main(["allow", str(place.film)]) == OK
    place.settings()


def test_prepare_does_not_write_through_or_around_a_link(place, tmp_path, capsys):
    place.job.symlink_to(tmp_path / "nothing")
    for words in ([], ["--overwrite"]):
        assert cli.main(["prepare", str(place.film), *words]) != OK
        assert "not a file, so it was not overwritten" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.glob("*orchestrator*")) == [place.job.name]


@pytest.mark.env("models")
def test_the_other_films_of_a_run_go_on(place, tmp_path, capsys):
    other = tmp_path / "other.mkv"
    other.write_text("another")
    place.job.write_text(ATTACK)
    typed = Invocation(films=(place.film, other), command_line=Layer())
    films = intake.plans_of(typed, new_store(tmp_path))
    assert [plan.film for plan in films.plans.values()] == [other]
    assert films.refused[place.film].status == USAGE
    assert "diarize_model" in capsys.readouterr().err
    assert cli.main(["plan", "--json", str(place.film), str(other)]) == PARTIAL
    (shown,) = json.loads(capsys.readouterr().out)
    assert shown["film"] == str(other)


@pytest.mark.env("models")
def test_a_film_runs_without_its_job_file_and_so_does_its_review(place, tmp_path):
    place.job.write_text(ATTACK)
    typed = Invocation(films=(place.film,), command_line=Layer(), job_file=False)
    films = intake.plans_of(typed, new_store(tmp_path))
    assert not films.refused
    assert len(films.plans) == 1
    content = {"options": shown.options(typed, films.settings)}
    assert "--no-job-file" in again.command_of(content, place.film)
    assert cli.main(["plan", "--no-job-file", str(place.film)]) == OK
