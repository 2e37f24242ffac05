"""What a service, a cron job or a container leaves out: streams, a home, a current folder, room for files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from orchestrator import bootstrap, cli
from orchestrator.errors import CLOSED_PIPE, INTERRUPTED, STORAGE, USAGE
from orchestrator.surroundings import current_folder, stop_requests
from tests.tools import ROOT

PREPARED = "from orchestrator.surroundings import start; start.prepare(); import os, sys; "


def python(code, redirections="", **variables):
    command = ["sh", "-c", f'"$@" {redirections}', "sh", sys.executable, "-c", PREPARED + code]
    return subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT), **variables}, capture_output=True, check=False
    )


def program(*words, stdout=subprocess.PIPE, **variables):
    command = [sys.executable, "-m", "orchestrator", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        command, env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_is_opened_later_never_lands_in_a_closed_standard_stream(tmp_path, closed):
    code = f"f = open({str(tmp_path / 'film')!r}, 'wb'); print('out'); print('err', file=sys.stderr); "
    code += "sys.stdin.read(); sys.stderr.isatty(); sys.exit(40 + (f.fileno() > 2))"
    assert python(code, f"{closed} {'' if '<' in closed else '</dev/null'}").returncode == 41
    assert (tmp_path / "film").read_bytes() == b""


@pytest.mark.parametrize("path", ["{0}:", ":{0}", "{0}::{0}", ".:{0}", "bin:{0}", "{0}:./bin"])
def test_no_program_is_started_from_the_current_folder(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path, tmp_path / "bin"):
        folder.mkdir(exist_ok=True)
        (folder / "ffmpeg").write_text("#!/bin/sh\n")
        (folder / "ffmpeg").chmod(0o755)
    searched = path.format("/bin")
    code = "import shutil; print(shutil.which('ffmpeg'), os.environ['PATH'], os.environ['LD_LIBRARY_PATH'])"
    found, *lists = python(code, PATH=searched, LD_LIBRARY_PATH=searched).stdout.decode().split()
    assert found in {"None", "/bin/ffmpeg"}
    assert [set(one.split(":")) for one in lists] == [{"/bin"}, {"/bin"}]


def test_a_message_that_cannot_be_written_does_not_stop_the_work():
    done = python("print('x' * 100_000, file=sys.stderr); print('made')", "2>/dev/full")
    assert (done.returncode, done.stdout) == (0, b"made\n")


@pytest.mark.parametrize("encoding", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_any_name_can_be_printed_whatever_the_locale(encoding):
    done = python("print('\\u091a\\u0932 caf\\udce9')", **encoding)
    assert done.stdout.decode() == "चल caf\\udce9\n"


def test_an_interpreter_that_cannot_name_every_file_is_replaced(tmp_path):
    done = program("plan", tmp_path / "né.mkv", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert "né.mkv: file not found" in done.stderr


def test_a_reader_that_closes_the_pipe_ends_the_program_as_sigpipe_would():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        done = program("config", stdout=stream)
    assert (done.returncode, done.stderr) == (CLOSED_PIPE, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("words", [["--version"], ["config"]])
def test_a_full_disk_under_standard_output_is_reported(words):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = program(*words, stdout=full)
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        STORAGE,
        "orchestrator: cannot write the output: No space left on device",
    )


def test_in_a_folder_that_is_gone_a_relative_path_is_refused_and_an_absolute_one_works(tmp_path):
    gone, film = tmp_path / "gone", tmp_path / "film.mkv"
    film.write_text("a film")
    leave = f"os.mkdir({str(gone)!r}); os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); start.prepare(); "
    home = {"ORCHESTRATOR_HOME": str(tmp_path / "home")}
    run = "from orchestrator.cli import main; sys.exit(main(['plan', {!r}, '--until', 'demux']))"
    done = python(leave + run.format("film.mkv"), **home)
    assert done.returncode == USAGE
    assert b"film.mkv: the current folder does not exist any more" in done.stderr
    done = python(leave + run.format(str(film)), **home)
    assert done.returncode == 0, done.stderr
    assert f"{tmp_path}/film.subtitled.mkv" in done.stdout.decode()


def test_a_folder_that_is_gone_is_not_shown_as_the_root(monkeypatch, tmp_path):
    monkeypatch.setattr(current_folder, "_gone", True)
    assert current_folder.here() is None
    assert current_folder.shown(tmp_path / "film.mkv") == tmp_path / "film.mkv"


def test_variables_for_another_python_have_no_effect_on_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_BIN", str(tmp_path))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    (tmp_path / "prefix" / "bin").mkdir(parents=True)
    bootstrap.put_command()
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    for name in ("PYTHONHOME", "PYTHONMALLOC", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONUTF8"):
        monkeypatch.setenv(name, "/nonexistent")
    done = subprocess.run(
        [tmp_path / "orchestrator", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_files_can_be_read_by_the_user_whatever_the_umask(tmp_path):
    python(f"open({str(tmp_path / 'file')!r}, 'w')", "; umask")
    command = f"os.umask(0o777); start.prepare(); open({str(tmp_path / 'mine')!r}, 'w')"
    assert python(command).returncode == 0
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o600


def test_a_low_limit_of_open_files_is_raised():
    code = "import resource; n = resource.RLIMIT_NOFILE; resource.setrlimit(n, (64, 4096)); start.prepare(); "
    assert python(code + "print(resource.getrlimit(n)[0])").stdout == b"4096\n"


SIGNALLED = """
import os, signal, sys
from orchestrator import __main__, cli
cli.main = lambda: exec("os.kill(os.getpid(), int(sys.argv[1]))")
signal.signal(signal.SIGHUP, getattr(signal, sys.argv[2]))
sys.exit(__main__.main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_stop_ends_every_command_as_ctrl_c_does(number):
    command = [sys.executable, "-c", SIGNALLED, str(int(number)), "SIG_DFL"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (INTERRUPTED, b"")


def test_a_job_in_the_background_of_a_shell_can_be_interrupted():
    command = [
        sys.executable,
        "-c",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)" + SIGNALLED,
    ]
    done = subprocess.run(
        [*command, str(int(signal.SIGINT)), "SIG_DFL"], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (INTERRUPTED, b"")


def test_a_request_to_stop_that_became_another_error_is_no_bug(monkeypatch, capsys):
    def caught(words):
        raise ValueError("in place of the request")

    monkeypatch.setattr(stop_requests, "_received", ["SIGTERM"])
    monkeypatch.setattr(cli, "_complete", caught)
    assert (cli.main(["runs", "ls"]), capsys.readouterr().err) == (INTERRUPTED, "")


def test_a_closed_terminal_does_not_end_a_command_under_nohup():
    command = [sys.executable, "-c", SIGNALLED, str(int(signal.SIGHUP)), "SIG_IGN"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
