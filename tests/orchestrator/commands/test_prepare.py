"""Job files: their content, the plan they give, and that an edited one is not overwritten."""

# ruff: noqa: F811  (the fixture `place` is an argument)

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from orchestrator import cli
from orchestrator.commands import film_options
from orchestrator.commands import run as run_command
from orchestrator.config import files
from orchestrator.config.options import OPTIONS
from orchestrator.config.run_options import DEFAULT_FORMATS
from orchestrator.config.values import Layer
from orchestrator.errors import FAILED, OK, PARTIAL, STORAGE, USAGE, FatalError
from orchestrator.runs import intake, shown
from orchestrator.runs.invocation import Invocation
from tests.orchestrator.places import place  # noqa: F401
from tests.orchestrator.toy_stages import new_store

MACHINES = Path(__file__).parents[2] / "data" / "machines"
pytestmark = pytest.mark.env("models")


def arguments(*words):
    parser = argparse.ArgumentParser()
    run_command.add_options(parser)
    return parser.parse_args(words)


def plan(place, *words):
    return film_options.plan_of(arguments(*words), place.film, new_store(place.film.parent))


def meaning(plan):
    """Every step's choice with its parameters, key and verdict, and the film's destination."""
    steps = [
        (
            s.name,
            s.verdict,
            s.key,
            s.inputs,
            s.stage.resources,
            [(c.backend, c.model, c.params) for c in s.choices],
        )
        for s in plan.steps
    ]
    return steps, plan.destination


@pytest.mark.parametrize(
    "words",
    [
        [],
        [
            "--model",
            "tiny.en",
            "--language",
            "en",
            "--hotwords",
            'Raj "R" \\ Sünita\t#1',
            "--initial-prompt",
            "x",
        ],
        ["--no-mux", "--no-diarize", "--threads", "1", "--batch-size", "2", "--compute-type", "float32"],
        [
            "--device",
            "cpu",
            "--clip",
            "0:01-0:02",
            "--max-cps",
            "12.5",
            "--align-model",
            "attention",
            "--strict",
        ],
        [
            "--output-dir",
            "some where",
            "--container",
            "mp4",
            "--diarize-model",
            "embedded",
            "--num-speakers",
            "2",
        ],
    ],
    ids=["nothing", "words", "switches", "device", "folder"],
)
def test_a_job_file_gives_the_plan_it_was_made_from(place, words, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    wanted = plan(place, *words)
    assert cli.main(["prepare", str(place.film), *words]) == OK
    monkeypatch.chdir("/")
    assert meaning(plan(place)) == meaning(wanted)
    asked = place.settings()
    assert asked.job_file == place.job
    assert asked.formats() == DEFAULT_FORMATS
    assert asked.run.strict is ("--strict" in words)


@pytest.mark.parametrize("profile", sorted(file.stem for file in MACHINES.glob("*.json")))
def test_a_job_file_gives_the_same_plan_on_every_kind_of_machine(place, profile):
    on = ["--machine", str(MACHINES / f"{profile}.json")]
    parser = argparse.ArgumentParser()
    run_command.add_options(parser)
    film_options.add_machine(parser)
    store = new_store(place.film.parent)
    wanted = film_options.plan_of(parser.parse_args(on), place.film, store)
    assert cli.main(["prepare", str(place.film), *on]) == OK
    plan = film_options.plan_of(parser.parse_args(on), place.film, store)
    for one, other in zip(wanted.steps, plan.steps, strict=True):
        first = [
            (
                step.name,
                step.key,
                step.choices and (step.choice.backend, step.choice.model, step.choice.params),
            )
            for step in (one, other)
        ]
        assert first[0] == first[1]


def test_values_from_the_environment_are_written_with_their_variable(place):
    place.environment(WHISPER_MODEL="tiny.en", BATCH_SIZE="3", WHISPERX_DEVICE="cpu")
    wanted = plan(place)
    cli.main(["prepare", str(place.film)])
    text = place.job.read_text()
    assert "need: orchestrator allow FILM" in text
    assert re.search(r'^model = "tiny.en" +# set by environment WHISPER_MODEL$', text, re.MULTILINE)
    assert re.search(r'^asr = "cpu" +# set by environment WHISPERX_DEVICE', text, re.MULTILINE)
    place.environment(WHISPER_MODEL="", BATCH_SIZE="", WHISPERX_DEVICE="")
    assert meaning(plan(place)) == meaning(wanted)


def test_a_relative_model_folder_works_from_every_folder(place, monkeypatch, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"weights")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["prepare", str(place.film), "--model", "./mine"]) == OK
    assert place.settings().value("model") == str(folder)


def test_every_line_that_is_commented_out_is_valid(place):
    cli.main(["prepare", str(place.film)])
    text = place.job.read_text()
    place.job.write_text(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE))
    layer = files.read(place.job)
    assert set(layer.values) == {flag.key for flag in OPTIONS}
    assert set(layer.devices) == {"silero_vad", "pyannote_vad", "diarization", "asr", "alignment"}


def test_a_recommended_model_that_is_not_downloaded_is_commented_out(place, monkeypatch):
    from orchestrator.planning.recommendations import Recommendation

    small = Recommendation(model="small", compute_type="int8", batch_size=8, why="eight cores read it")
    monkeypatch.setattr("orchestrator.planning.engine_choice.recommend", lambda *_: small)
    cli.main(["prepare", str(place.film)])
    line = next(line for line in place.job.read_text().splitlines() if line.startswith("# model"))
    assert re.fullmatch(
        r'# model = "small" +# suits this machine: eight cores read it; downloaded at the first run', line
    )


def test_an_edited_job_file_is_not_overwritten(place, capsys):
    cli.main(["prepare", str(place.film)])
    assert cli.main(["prepare", str(place.film), "--beam-size", "2"]) == OK  # nobody has touched it
    assert "beam_size = 2" in place.job.read_text()
    place.job.write_text('language = "hi"')
    assert cli.main(["prepare", str(place.film)]) == FAILED
    assert place.job.read_text() == 'language = "hi"'
    assert "was edited, so it was not overwritten" in capsys.readouterr().err
    assert cli.main(["prepare", str(place.film), "--overwrite"]) == OK
    assert "beam_size = 2" not in place.job.read_text()


def test_a_job_file_written_by_hand_is_not_overwritten(place, capsys):
    place.job.write_text('language = "hi"')
    assert cli.main(["prepare", str(place.film)]) == FAILED
    assert "was not written by this tool, so it was not overwritten" in capsys.readouterr().err


def test_several_films_are_prepared_and_a_missing_one_is_reported(place, tmp_path, capsys):
    other = tmp_path / "other.mkv"
    other.write_text("another")
    place.job.write_text("# mine")
    films = [str(place.film), str(place.job), str(other), str(tmp_path / "none.mp4")]
    assert cli.main(["prepare", *films]) == PARTIAL
    assert other.with_name("other.mkv.orchestrator.toml").is_file()
    assert not Path(f"{place.job}.orchestrator.toml").exists()
    errors = capsys.readouterr().err
    assert "was not overwritten" in errors
    assert "none.mp4" in errors


def test_an_unwritable_folder_is_an_error(place, capsys):
    if not Path("/proc/version").is_file():
        pytest.skip("no folder here that nobody can write")
    assert cli.main(["prepare", "/proc/version"]) == STORAGE
    assert "cannot write /proc" in capsys.readouterr().err


def test_options_of_one_run_are_rejected(place, capsys):
    assert cli.main(["prepare", str(place.film), "--until", "asr"]) == USAGE


def test_a_run_prints_which_options_each_job_file_sets(place, tmp_path):
    other = tmp_path / "other.mkv"
    other.write_text("another")
    place.allowed('language = "hi"\noutput_format = "srt"\n[device]\nasr = "cpu"')
    typed = Invocation(films=(place.film, other, place.job), command_line=Layer())
    films = intake.plans_of(typed, new_store(tmp_path))
    assert shown.options(typed, films.settings)["elsewhere"] == {
        str(place.film): {
            "language": {"value": "hi", "from": place.job.name},
            "output_format": {"value": "srt", "from": place.job.name},
            "device.asr": {"value": "cpu", "from": place.job.name},
        }
    }
    assert not films.refused
    languages = [plan.step("asr").choice.params["language"] for plan in films.plans.values()]
    assert languages == ["hi", None]
    assert [one.formats() for one in films.settings.values()] == [("srt",), DEFAULT_FORMATS]
    assert [one.job_file_notice() for one in films.settings.values()] == [
        "movie.mp4.orchestrator.toml sets language, output_format, device.asr",
        "",
    ]


def test_an_invalid_job_file_stops_a_batch_before_it_starts(place, tmp_path):
    other = tmp_path / "other.mkv"
    other.write_text("another")
    place.job.write_text("modell = 1")
    typed = Invocation(films=(other, place.film), command_line=Layer())
    with pytest.raises(FatalError, match="modell"):
        intake.plans_of(typed, new_store(tmp_path))
