"""A stage whose code has changed has a new version, or its code was recorded again with equal results."""

from __future__ import annotations

import pytest

from stage_runners.asr import engines
from stage_runners.asr.stage import ASR
from stage_runners.sounds.stage import SOUNDS
from stage_runners.subtitles.stage import SUBTITLES
from tests import stage_code


@pytest.fixture(scope="module")
def current():
    return stage_code.current()


@pytest.mark.parametrize("name", [name for name, _ in stage_code.stages()])
def test_a_changed_stage_has_a_new_version_or_was_recorded_again(name, current):
    now, then = current[name], stage_code.recorded().get(name)
    assert now == then, (
        f"the code of {name} is not what was recorded: where its results change, raise its version in its "
        "stage.py; "
        "then, in any case: python -m tests.stage_code"
    )


def test_only_existing_stages_are_recorded():
    assert stage_code.recorded().keys() == dict(stage_code.stages()).keys()


def test_a_constant_and_a_call_change_the_digest_and_comments_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr(stage_code, "ROOT", tmp_path)
    path = tmp_path / "runner.py"

    def digest(text):
        path.write_text(text)
        return stage_code.digest([path])

    plain = digest("def run(x):\n    return x + 1\n")
    assert (
        digest(
            '"""A runner."""\n\n\ndef run(x: int) -> int:\n    # one more\n    '
            '"""More."""\n    return x + 1\n'
        )
        == plain
    )
    assert digest("def run(x):\n    return x + 2\n") != plain
    assert digest("def run(x):\n    return f(x + 1)\n") != plain


def reached(stage):
    return {str(path.relative_to(stage_code.ROOT)) for path in stage_code.modules(stage)}


def test_the_code_of_a_stage_is_all_that_its_runner_reaches():
    names = reached(SOUNDS)
    assert {"stage_runners/sounds/runner.py", "stage_runners/sounds/music.py"} <= names
    assert "stage_runners/sounds/stage.py" not in names


def test_the_code_of_subtitles_holds_every_format():
    formats = {f"stage_runners/subtitles/formats/{name}.py" for name in ("__init__", "srt", "ass", "ttml")}
    assert formats <= reached(SUBTITLES)


def test_the_code_of_asr_holds_every_engine():
    modules = {f"{module.__name__.replace('.', '/')}.py" for module in engines.ENGINES.values()}
    assert modules | {"stage_runners/whisper/recognizer.py"} <= reached(ASR)


def test_the_code_of_subtitles_holds_the_rules_of_cues_but_not_the_protocol():
    names = reached(SUBTITLES)
    assert {"ipc/cue_rules.py", "ipc/intervals.py"} <= names
    assert "ipc/protocol.py" not in names


def test_methods_of_thresholds_are_in_the_digest_and_values_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr(stage_code, "ROOT", tmp_path)
    path = tmp_path / "thresholds.py"

    def digest(value, formula):
        path.write_text(
            f"class Limits:\n    most: int = {value}\n\n    def at(self, k):\n        return {formula}\n"
        )
        return stage_code.digest([path])

    assert digest(3, "self.most - k") == digest(4, "self.most - k")
    assert digest(3, "self.most - k") != digest(3, "self.most + k")
