"""Shell completion, with the shells themselves as far as they are installed."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from orchestrator.commands import completion

TAB = """
source "$1"
shift
COMP_WORDS=(orchestrator "$@")
COMP_CWORD=$#
function_of=$(complete -p orchestrator | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function_of" orchestrator "${@: -1}" "${@: -2:1}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def bash(tmp_path_factory):
    script = tmp_path_factory.mktemp("completion") / "script"
    script.write_text(completion.script("bash"))

    def press_tab(*words):
        done = subprocess.run(
            ["bash", "-c", TAB, "bash", script, *words], capture_output=True, text=True, check=True
        )
        return done.stdout.split()

    return press_tab


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["comp"], ["completion"]),
        (["run", "--num-sp"], ["--num-speakers"]),
        (["run", "--until", "as"], ["asr"]),
        (["run", "--profile", "netflix-"], ["netflix-sdh"]),
        (["cache", "g"], ["gc"]),
        (["stage", "diar"], ["diarization"]),
        (["envs", "sync", "who"], []),
    ],
)
def test_bash_completes_commands_options_and_names(bash, words, expected):
    assert bash(*words) == expected


@pytest.mark.parametrize(
    ("shell", "sign"), [("zsh", "#compdef orchestrator"), ("fish", "complete -c orchestrator")]
)
def test_the_other_shells_get_a_script_with_every_command(shell, sign):
    script = completion.script(shell)
    assert sign in script
    assert "diarization" in script


def test_a_script_is_installed_where_the_shell_looks(tmp_path):
    places = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    assert completion.place("bash", places) == tmp_path / "data/bash-completion/completions/orchestrator"
    assert completion.place("fish", places) == tmp_path / "config/fish/completions/orchestrator.fish"
