"""The command line: short errors with suggestions, and films before or after options."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator import cli
from orchestrator.commands import COMMANDS, module_of
from orchestrator.errors import ENVIRONMENT, STORAGE, USAGE

ROOT = Path(cli.__file__).parents[1]


def run_cli(capsys, *words):
    try:
        status = cli.main(list(words))
    except SystemExit as ended:
        status = ended.code
    return status, capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "x.mp4", "--langauge", "en"], "did you mean --language?"),
        (["dvices"], "did you mean devices?"),
        (["run"], "FILM"),
        (["run", "x.mp4", "--batch-size", "many"], "--batch-size many: not a whole number"),
        (["plan", "x.mp4", "--overwrite"], "plan has no option --overwrite\n  it is an option of: run, "),
        (["film.mkv"], "did you mean: orchestrator run film.mkv"),
        (["https://host/a"], "did you mean: orchestrator run"),
        (["stage", "ars", "x.mp4"], "there is no stage 'ars'\n  did you mean asr?"),
        (["cache", "gc", "--older-than", "soon"], "--older-than soon: not an age\n  write it as 30 (days)"),
        (["cache", "lss"], "lss: there is no such action\n  did you mean ls?"),
        (["config", "--device", "cud"], "did you mean cuda?"),
        (["config", "--container", "mvk"], "must be one of mkv, mp4\n  did you mean mkv?"),
        (["config", "--language", "german"], "did you mean de (German)?"),
        (["run", "x.mp4", "--output-format", "srtt"], "did you mean srt?"),
        (
            ["run", "x.mp4", "--clip", "10"],
            "not a time range, because it has no end\n  write it as START-END",
        ),
        (["models", "pull", "base", "--role", "recogniton"], "did you mean recognition?"),
    ],
)
def test_a_usage_error_is_short_and_suggests_the_nearest_name(capsys, words, expected):
    status, output = run_cli(capsys, *words)
    assert status == USAGE
    assert expected in output.err
    assert len(output.err.splitlines()) <= 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["plan", ""], "FILM: the name is empty"),
        (["report", __file__, "-o", ""], "--output-dir: the name is empty"),
        (["models", "remove", "base"], "did you mean rm?"),
        (["voices", "rm", "Bob"], "did you mean remove?"),
        (["cache", "clear"], "did you mean gc?"),
        (["runs", "logs", "last", "asr", "more"], "more: runs takes no such argument"),
        (["align", "ted.mp4", __file__], "give the text as --text "),
        (["edits", "list", __file__], "did you mean: orchestrator edits "),
        (["x" * 300], "the name is too long"),
    ],
)
def test_a_word_that_a_command_does_not_take_is_answered_with_the_one_it_takes(capsys, words, expected):
    assert cli.main(words) in {2, 4}
    assert expected in capsys.readouterr().err


def test_films_can_stand_before_and_after_options(capsys, tmp_path):
    status, output = run_cli(
        capsys, "run", str(tmp_path / "a.mp4"), "--strict", str(tmp_path / "b.mp4"), "--dry-run"
    )
    assert "file not found" in output.err
    assert "a.mp4" in output.err
    assert status != USAGE


@pytest.mark.parametrize("before", [[], ["b.mkv"], ["--strict"]])
def test_a_film_whose_name_begins_with_a_dash_can_follow_a_double_dash(capsys, tmp_path, monkeypatch, before):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    for name in ("-a.mkv", "b.mkv"):
        (tmp_path / name).write_text(name)
    status, output = run_cli(capsys, "run", "--dry-run", "--until", "demux", *before, "--", "-a.mkv")
    assert (status, "-a.subtitled.mkv" in output.out) == (0, True)


@pytest.mark.parametrize("name", ["--output-dir=...mkv", "--overwrite", "--diarize_model=voices.mkv", "-o"])
def test_a_file_whose_name_is_an_option_does_not_become_one(capsys, tmp_path, monkeypatch, name):
    """What a shell makes of `orchestrator run *` in the folder of a stranger."""
    monkeypatch.chdir(tmp_path)
    for each in (name, "movie.mkv"):
        (tmp_path / each).write_text("film")
    status, output = run_cli(capsys, "plan", name, "movie.mkv")
    assert status == USAGE
    assert f"{name} is an option, and also the name of a file in this folder" in output.err
    assert f"write ./{name}" in output.err


def test_help_followed_by_a_command_prints_its_help(capsys):
    status, output = run_cli(capsys, "help", "plan")
    assert status == 0
    assert "--machine" in output.out


def test_an_unwritable_home_is_reported_without_a_traceback(capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    (tmp_path / "movie.mp4").write_text("a film")
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "file" / "home"))
    status, output = run_cli(capsys, "run", str(tmp_path / "movie.mp4"), "--until", "demux")
    assert status == STORAGE
    assert output.err.splitlines()[-2].startswith(
        f"orchestrator: cannot write results to {tmp_path}/file/home"
    )
    assert "ORCHESTRATOR_HOME" in output.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("option", "expected"),
    [("--clip=0:20-0:10", "not a time range"), ("--language=eng", "does not support the language 'eng'")],
)
def test_the_plan_reports_invalid_options(capsys, tmp_path, option, expected):
    (tmp_path / "movie.mp4").write_text("a film")
    status, output = run_cli(capsys, "plan", str(tmp_path / "movie.mp4"), option)
    assert (status, expected in output.err) == (USAGE, True)


@pytest.mark.env("media", "pyannote", "whisperx", "nlp", "models")
def test_an_english_only_model_rejects_another_language_before_anything_starts(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    (tmp_path / "movie.mp4").write_text("a film")
    model = tmp_path / "mine"
    model.mkdir()
    (model / "config.json").write_text('{"model_type": "whisper", "vocab_size": 51864}')
    (model / "model.safetensors").write_text("")
    line = ["plan", str(tmp_path / "movie.mp4"), "--model", str(model), "--language"]
    assert run_cli(capsys, *line, "en")[0] == 0
    status, output = run_cli(capsys, *line, "de")
    assert status == USAGE
    assert "supports English only" in output.err


def test_a_language_that_parakeet_lacks_is_refused_with_the_engine_that_has_it(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    (tmp_path / "movie.mp4").write_text("a film")
    status, output = run_cli(
        capsys, "plan", str(tmp_path / "movie.mp4"), "--model", "parakeet", "--language", "ja"
    )
    assert status == USAGE
    assert "--language ja: the model parakeet supports only bg, cs, da" in output.err
    assert "use Whisper, which has 99 languages, such as --model base" in output.err


def test_the_list_of_commands_has_the_summary_of_each_command():
    commands = argparse.ArgumentParser().add_subparsers()
    for name in COMMANDS:
        module_of(name).add(commands)
    assert {entry.dest: entry.help for entry in commands._choices_actions} == COMMANDS


def test_the_help_lists_the_stages(capsys):
    assert "silero_vad" in run_cli(capsys, "run", "--help")[1].out


def test_a_demo_in_an_unwritable_folder_names_the_folder(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    (tmp_path / "orchestrator-demo").write_text("in the way, as for root no folder is read-only")
    status, output = run_cli(capsys, "demo")
    assert status == STORAGE
    assert str(tmp_path) in output.err
    assert "change to a writable folder" in output.err


def test_the_log_of_an_internal_error_contains_no_password(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))

    def broken(arguments):
        raise RuntimeError(f"cannot ask {arguments.translation_endpoint}")

    monkeypatch.setattr("orchestrator.commands.plan.run", broken)
    status = cli.main(["plan", "film.mkv", "--translation-endpoint", "http://me:S3cretS3cret@host/v1"])
    assert status == 70
    (log,) = (tmp_path / "bugs").iterdir()
    assert "cannot ask http://" in log.read_text()
    assert "S3cret" not in log.read_text() + capsys.readouterr().err


def test_a_missing_package_is_reported_with_the_install_command(tmp_path):
    code = "import sys; sys.modules['msgspec'] = None; from orchestrator.cli import main; sys.exit(main())"
    (tmp_path / "film.mkv").write_text("a film")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            "plan",
            tmp_path / "film.mkv",
            "--machine",
            ROOT / "tests/data/machines/apple-m1-pro-16gb.json",
        ],
        env={**os.environ, "ORCHESTRATOR_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ENVIRONMENT
    assert done.stderr.splitlines() == [
        "orchestrator: the Python package msgspec is not installed",
        "  update the installation with: ./install.sh",
    ]
