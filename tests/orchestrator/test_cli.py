"""The command line itself: mistakes get a line or two with the nearest name, and films may stand anywhere."""

from __future__ import annotations

import pytest

from orchestrator import cli
from orchestrator.errors import STORAGE, USAGE


def said(capsys, *words):
    try:
        status = cli.main(list(words))
    except SystemExit as ended:
        status = ended.code
    return status, capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "x.mp4", "--langauge", "en"], "did you mean --language?"),
        (["dvices"], "did you mean devices?"),
        (["run"], "FILM"),
        (["run", "x.mp4", "--batch-size", "many"], "--batch-size"),
    ],
)
def test_a_mistake_is_said_shortly_with_the_nearest_name(capsys, words, says):
    status, told = said(capsys, *words)
    assert status == USAGE
    assert says in told.err
    assert len(told.err.splitlines()) <= 3


def test_films_may_stand_before_and_after_options(capsys, tmp_path):
    status, told = said(
        capsys, "run", str(tmp_path / "a.mp4"), "--strict", str(tmp_path / "b.mp4"), "--dry-run"
    )
    assert "file not found" in told.err
    assert "a.mp4" in told.err
    assert status != USAGE


@pytest.mark.parametrize("before", [[], ["b.mkv"], ["--strict"]])
def test_a_name_that_begins_with_a_dash_may_stand_behind_two(capsys, tmp_path, monkeypatch, before):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    for name in ("-a.mkv", "b.mkv"):
        (tmp_path / name).write_text(name)
    status, told = said(capsys, "run", "--dry-run", "--until", "demux", *before, "--", "-a.mkv")
    assert (status, "-a.subtitled.mkv" in told.out) == (0, True)


def test_help_of_a_command_can_be_asked_for_in_words(capsys):
    status, told = said(capsys, "help", "plan")
    assert status == 0
    assert "--machine" in told.out


def test_a_home_that_cannot_be_written_is_a_sentence(capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    (tmp_path / "movie.mp4").write_text("a film")
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "file" / "home"))
    status, told = said(capsys, "run", str(tmp_path / "movie.mp4"), "--until", "demux")
    assert status == STORAGE
    assert told.err.splitlines()[-2].startswith(f"orchestrator: cannot write {tmp_path}/file/home")
    assert "ORCHESTRATOR_HOME" in told.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("option", "says"),
    [("--clip=0:20-0:10", "not a time range"), ("--language=eng", "does not support the language 'eng'")],
)
def test_what_can_be_known_to_be_wrong_is_said_by_the_plan(capsys, tmp_path, option, says):
    (tmp_path / "movie.mp4").write_text("a film")
    status, told = said(capsys, "plan", str(tmp_path / "movie.mp4"), option)
    assert (status, says in told.err) == (USAGE, True)


@pytest.mark.env("media", "pyannote", "whisperx", "nlp", "models")
def test_a_model_that_knows_english_only_refuses_another_language_before_anything_starts(
    capsys, tmp_path, monkeypatch
):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    (tmp_path / "movie.mp4").write_text("a film")
    model = tmp_path / "mine"
    model.mkdir()
    (model / "config.json").write_text('{"model_type": "whisper", "vocab_size": 51864}')
    (model / "model.safetensors").write_text("")
    line = ["plan", str(tmp_path / "movie.mp4"), "--model", str(model), "--language"]
    assert said(capsys, *line, "en")[0] == 0
    status, told = said(capsys, *line, "de")
    assert status == USAGE
    assert "supports English only" in told.err


def test_the_help_names_the_stages(capsys):
    assert "silero_vad" in said(capsys, "run", "--help")[1].out


def test_a_demo_where_nothing_can_be_written_names_the_folder(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    (tmp_path / "orchestrator-demo").write_text("in the way, as for root no folder is read-only")
    status, told = said(capsys, "demo")
    assert status == STORAGE
    assert str(tmp_path) in told.err
    assert "go to a folder that can be written" in told.err


def test_the_log_of_a_bug_which_strangers_will_read_holds_no_password(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))

    def broken(arguments):
        raise RuntimeError(f"cannot ask {arguments.translation_endpoint}")

    monkeypatch.setattr("orchestrator.commands.plan.run", broken)
    status = cli.main(["plan", "film.mkv", "--translation-endpoint", "http://me:S3cretS3cret@host/v1"])
    assert status == 70
    (log,) = (tmp_path / "bugs").iterdir()
    assert "cannot ask http://" in log.read_text()
    assert "S3cret" not in log.read_text() + capsys.readouterr().err
