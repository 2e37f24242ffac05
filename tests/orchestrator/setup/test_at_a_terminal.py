"""`orchestrator setup` at a terminal of 80 columns: questions, a bar, Ctrl-C and Ctrl-D."""

from __future__ import annotations

import pytest

from orchestrator.errors import INTERRUPTED, OK
from orchestrator.models import resolve
from tests.orchestrator.setup import at_a_terminal
from tests.orchestrator.setup.conftest import ALIGNER, GERMAN, HINDI, NLLB, REPOSITORIES

pytestmark = pytest.mark.env("whisperx")
BIG = bytes(range(256)) * (1 << 15)
VOXPOPULI = "facebook/wav2vec2-base-10k-voxpopuli-ft-de"
LARGE = {**REPOSITORIES, HINDI: {**ALIGNER, "model.safetensors": BIG}, VOXPOPULI: ALIGNER}


def plain(drawn):
    """The lines; one that was drawn again counts each time."""
    return drawn.replace("\r", "\n").split("\n")


def test_a_new_user_answers_a_question_for_each_model_and_everything_fits_into_80_columns(hub, config):
    with hub(LARGE):
        drawn, status = at_a_terminal.run(
            ["setup"],
            [
                ("Languages spoken in your films, such as de,en (de):", "deutsch\n"),
                ("not a language code", ""),
                ("Languages spoken in your films, such as de,en (de):", "\n"),
                ("Translate them into a language, such as en (no):", "en\n"),
                ("parakeet-tdt-0.6b-v3? [yes/skip] (yes):", "s\n"),
                ("53-german? [yes/smaller/skip] (yes):", "SM\n"),
                ("ft-de? [yes/skip] (yes):", "sk\n"),
                ("nllb-200-distilled-600M? [yes/smaller/skip] (yes):", "\n"),
                ("Write it? [yes/no] (yes):", "y\n"),
            ],
            environ={"LANG": "de_DE.UTF-8"},
        )
    assert status == OK, drawn
    lines = plain(drawn)
    long = [line for line in lines if len(line) > 80 and " " in line]  # a path cannot be broken
    assert long == []
    assert f"Word times, German: {VOXPOPULI}" in lines
    assert "licence CC-BY-NC-4.0 (not for commercial use)" in drawn
    assert "100%" in drawn
    assert not resolve.on_disk("aligner", GERMAN)
    assert resolve.on_disk("translation", NLLB)
    assert config.read_text().splitlines()[-1].startswith('translation_model = "nllb-200-distilled-600M"  #')


def test_ctrl_c_keeps_what_has_arrived_and_the_next_setup_goes_on_there(hub, config):
    words = ["setup", "--yes", "--language", "hi"]
    with hub(LARGE, stalls="model.safetensors"):
        drawn, status = at_a_terminal.run(words, [(" 50%", at_a_terminal.CTRL_C)])
    assert status == INTERRUPTED
    assert "Traceback" not in drawn
    assert plain(drawn)[-2] == (
        "orchestrator: stopped; what has arrived is kept. To go on: orchestrator setup"
    )
    assert not resolve.on_disk("aligner", HINDI)
    sent: dict[str, int] = {}
    with hub(LARGE, sent=sent):
        drawn, status = at_a_terminal.run(words)
    assert status == OK
    assert "(4.2 MB of it here)" in drawn
    assert sent["model.safetensors"] == len(BIG) // 2
    assert resolve.on_disk("aligner", HINDI)


def test_ctrl_d_at_a_question_ends_the_setup_without_a_change(hub, config):
    with hub():
        drawn, status = at_a_terminal.run(["setup"], [("Languages spoken", at_a_terminal.CTRL_D)])
    assert status == INTERRUPTED
    assert "Traceback" not in drawn
    assert config.read_text() == "# mine\nbeam_size = 3\n"


def test_a_key_of_the_users_is_changed_if_they_agree(hub, config):
    config.write_text('translation_model = "large-v3"  # mine\n')
    words = ["setup", "--language", "hi", "--target-language", "en"]
    with hub():
        drawn, status = at_a_terminal.run(
            words,
            [
                ("xlsr-hindi?", "skip\n"),
                ("nllb-200-distilled-600M?", "yes\n"),
                ("now 'large-v3'", ""),
                ("Change it? [yes/no] (no):", "yes\n"),
            ],
        )
    assert status == OK, drawn
    assert config.read_text() == 'translation_model = "nllb-200-distilled-600M"  # mine\n'
