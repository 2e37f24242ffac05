"""What is printed passes one place, whoever prints it."""

from __future__ import annotations

import io
import sys

import pytest

from orchestrator import cli
from orchestrator.errors import FatalError
from orchestrator.util import notices, terminal

EVIL = "film\x1b]0;owned\x07\n[00:01] demux: done\x9b2J\u202e"
SHOWN = r"film\x1b]0;owned\x07\n[00:01] demux: done\x9b2J\u202e"


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self):
        return True


def test_a_line_stays_one_line(capsys):
    terminal.show(EVIL)
    terminal.tell(EVIL)
    assert capsys.readouterr() == (f"{SHOWN}\n", f"{SHOWN}\n")


def test_an_error_with_a_name_from_outside_is_two_lines(capsys):
    notices.say(FatalError(f"{EVIL}: no audio track", f"rename {EVIL}"))
    assert capsys.readouterr().err == f"orchestrator: {SHOWN}: no audio track\n  rename {SHOWN}\n"


def test_a_usage_error_shows_the_word_that_was_typed(capsys):
    parser = cli.Parser(prog="orchestrator run")
    with pytest.raises(SystemExit):
        parser.error(f"unrecognized arguments: {EVIL}")
    assert capsys.readouterr().err == (
        f"orchestrator: unrecognized arguments: {SHOWN}\n  see: orchestrator run --help\n"
    )


def test_what_others_print_is_guarded(capsys):
    with terminal.guarded():
        print(f"a library says {EVIL}")
        sys.stderr.writelines([EVIL])
    said = capsys.readouterr()
    assert said.out == "a library says " + SHOWN.replace(r"\n", "\n") + "\n"
    assert "\x1b" not in said.err
    assert sys.stdout.write is not None


def test_rich_draws_its_own_colours_and_no_others():
    from rich.text import Text

    stream = Terminal()
    console = terminal.console(stream, force_terminal=True, color_system="standard", width=200)
    console.print(Text(EVIL, style="red"))
    drawn = stream.getvalue()
    assert drawn.startswith("\x1b[31m")
    assert r"\x1b]0;owned" in drawn
    assert "\x9b" not in drawn
    assert "\u202e" not in drawn
    assert drawn.replace("\x1b[31m", "").replace("\x1b[0m", "").count("\x1b") == 0


def test_rich_writes_through_the_guard(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal.Guarded(stream))
    terminal.show_faint(EVIL)
    assert stream.getvalue() == f"\x1b[2m{SHOWN}\x1b[0m\n"


def test_json_keeps_its_data_and_shows_no_control_characters(capsys):
    import json

    terminal.show_json({"title": EVIL})
    written = capsys.readouterr().out
    assert json.loads(written) == {"title": EVIL}
    assert not {"\x1b", "\x9b", "\u202e"} & set(written)
