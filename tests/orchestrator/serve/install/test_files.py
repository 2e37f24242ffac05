"""What `serve --install` and `--uninstall` write, refuse and say."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.commands import serve_install
from orchestrator.errors import FAILED, OK, STORAGE, USAGE, FatalError
from orchestrator.serve.install import files, launchd, systemd
from orchestrator.serve.install.place import place

WORDS = ["serve", "--install", "--folder", "/srv/films", "--new-token", "--yes", "--port", "9001"]


@pytest.fixture
def user(monkeypatch, tmp_path):
    """A user with a home of their own on Linux."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path


def parsed(*words):
    parser = argparse.ArgumentParser()
    serve_install.add(parser)
    return parser.parse_args(words)


def install(*words):
    return serve_install.install(parsed("--install", *words), [Path("/srv/films")], WORDS)


def test_the_file_is_shown_and_written_with_the_commands_that_start_it(user, capsys):
    assert install("--yes") == OK
    file = user / ".config/systemd/user/orchestrator.service"
    text, said = file.read_text(), capsys.readouterr().out
    assert text in said
    assert "systemctl --user enable --now orchestrator.service" in said
    command = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    assert command.endswith("-m orchestrator serve --folder /srv/films --port 9001")


def test_installing_again_changes_nothing_and_another_option_replaces_the_file(user, capsys):
    install("--yes")
    capsys.readouterr()
    assert install() == OK  # asks nothing
    assert "is up to date" in capsys.readouterr().out
    serve_install.install(parsed("--install", "--yes"), [], ["serve"])
    assert "/srv/films" not in (user / ".config/systemd/user/orchestrator.service").read_text()


def test_where_nobody_can_be_asked_nothing_is_written(user):
    with pytest.raises(FatalError, match="nobody can be asked"):
        install()
    assert not (user / ".config").exists()


@pytest.mark.parametrize("answer", ["n", "no", "x"])
def test_who_does_not_agree_gets_no_file(user, monkeypatch, answer):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert install() == FAILED
    assert not (user / ".config").exists()


@pytest.mark.parametrize("make", ["file", "link", "folder"])
def test_what_somebody_else_wrote_is_never_replaced_or_removed(user, make):
    file = user / ".config/systemd/user/orchestrator.service"
    file.parent.mkdir(parents=True)
    if make == "file":
        file.write_text("[Service]\nExecStart=/bin/true\n")
    elif make == "link":
        file.symlink_to("/dev/null")  # as `systemctl mask` does
    else:
        file.mkdir()
    before = file.lstat()
    for action in (lambda: install("--yes"), lambda: serve_install.uninstall(parsed("--uninstall"))):
        with pytest.raises(FatalError) as refused:
            action()
        assert refused.value.status in {USAGE, STORAGE}
        assert str(file) in refused.value.message
    assert file.lstat() == before


def test_a_service_that_is_on_is_not_removed_and_one_that_is_off_is(user, capsys):
    install("--yes")
    where = place(system=False)
    where.enabled.parent.mkdir()
    where.enabled.symlink_to(where.file)
    with pytest.raises(FatalError, match="still on") as refused:
        serve_install.uninstall(parsed("--uninstall"))
    assert "systemctl --user disable --now" in refused.value.hint
    where.enabled.unlink()
    assert serve_install.uninstall(parsed("--uninstall")) == OK
    assert not where.file.exists()
    assert serve_install.uninstall(parsed("--uninstall")) == OK
    assert "nothing to remove" in capsys.readouterr().out


def test_where_only_root_may_write_the_commands_for_it_are_said(tmp_path, monkeypatch):
    where = replace(place(system=True, uid=1000), file=Path("/etc/systemd/system/orchestrator.service"))

    def refuse(path, *_, **__):
        if path == where.file:
            raise PermissionError(13, "Permission denied")
        path.write_text("x")

    monkeypatch.setattr("ipc.atomic.write", refuse)
    drafts = tmp_path / "with a space"
    assert files.write(where, "x", drafts) == (
        f"sudo install -m 644 '{drafts}/orchestrator.service' /etc/systemd/system/orchestrator.service",
    )
    assert all(line.startswith("sudo systemctl ") for line in where.enable)


def test_the_machines_service_is_installed_without_sudo(user, monkeypatch):
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "ada")
    with pytest.raises(FatalError, match="for the user that the service runs as"):
        install("--system", "--yes")


def test_on_macos_the_users_agent_is_written(user, monkeypatch, capsys):
    monkeypatch.setattr("sys.platform", "darwin")
    assert install("--yes") == OK
    file = user / "Library/LaunchAgents/orchestrator.serve.plist"
    assert launchd.MARK in file.read_text()
    assert f"launchctl bootstrap gui/{__import__('os').getuid()} {file}" in capsys.readouterr().out
    assert serve_install.uninstall(parsed("--uninstall")) == OK
    assert "launchctl bootout gui/" in capsys.readouterr().out
    assert not file.exists()


def test_a_key_in_the_shell_is_named_and_not_written(user, monkeypatch, capsys):
    monkeypatch.setenv("HF_TOKEN", "hf_abcdefghijk")
    monkeypatch.setenv("ORCHESTRATOR_APPRISE", "mailto://ada:secret@mail")
    install("--yes")
    file = place(system=False).file
    assert "secret" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    said = capsys.readouterr()
    assert "hf_abc" not in said.out + said.err
    assert f"write HF_TOKEN=... to {user}/" in said.err
    assert "serve.env" in said.err


@pytest.mark.parametrize("words", [["--system"], ["--yes"], ["--install", "--uninstall"]])
def test_options_that_make_no_sense_together_are_refused(words):
    with pytest.raises(FatalError) as refused:
        serve_install.asked(parsed(*words))
    assert refused.value.status == USAGE


def test_without_its_options_the_service_is_started_and_not_installed():
    assert not serve_install.asked(parsed())
    assert systemd.NAME == "orchestrator.service"


def test_the_command_installs_what_it_would_have_started_and_shows_the_token_there(user, monkeypatch, capsys):
    from orchestrator import cli
    from orchestrator.serve import launch

    (user / "films").mkdir()
    monkeypatch.chdir(user)
    monkeypatch.setattr(launch, "ready", lambda: None)
    words = ["serve", "--install", "--yes", "--folder", "films", "--host", "::", "-o", "subs", "--new-token"]
    monkeypatch.setattr("sys.argv", ["orchestrator", *words])
    assert cli.main(words) == OK
    file = user / ".config/systemd/user/orchestrator.service"
    assert "-m orchestrator serve --folder films --host :: -o subs\n" in file.read_text()
    assert f"WorkingDirectory=-{user}\n" in file.read_text()
    token = (user / "home/serve/token").read_text().strip()
    assert token in capsys.readouterr().out
    assert token not in file.read_text()


def test_the_machines_service_may_write_where_the_options_say(user, monkeypatch):
    from orchestrator.commands import serve
    from orchestrator.serve.settings import Settings

    monkeypatch.chdir(user)
    settings = Settings(folders=("/srv/films",), watch=("/srv/new",), options={"output_dir": "subs"})
    assert serve._written(settings) == [Path("/srv/films"), Path("/srv/new"), user / "subs"]
