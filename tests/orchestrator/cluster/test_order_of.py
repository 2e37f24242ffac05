"""What a machine is told: the options that were typed or set here, however they were written."""

from __future__ import annotations

import argparse
from pathlib import Path

from orchestrator.cluster import order_of
from orchestrator.commands import film_options
from orchestrator.commands import run as run_command
from orchestrator.runs.invocation import Invocation

TYPED = [
    "run", "--model", "base", "--no-mux", "--target-language", "de,fr", "--device", "asr=cpu",
    "--device", "cpu", "--until", "asr", "--force", "asr", "--initial-prompt", "two words; $x", "film.mkv",
]  # fmt: skip


def parsed(words):
    parser = argparse.ArgumentParser()
    run_command.add(parser.add_subparsers())
    arguments = parser.parse_args(words)
    return film_options.typed(arguments), film_options.scope_of(arguments)


def test_the_words_of_an_order_mean_what_was_typed(monkeypatch):
    layer, scope = parsed(TYPED)
    invocation = Invocation(films=(Path("film.mkv"),), command_line=layer, scope=scope, overwrite=True)
    words = order_of.order(invocation).options
    assert "--overwrite" in words
    again, same = parsed(["run", *words, "film.mkv"])
    assert {key: one.value for key, one in again.values.items()} == {
        key: one.value for key, one in layer.values.items()
    }
    assert {stage: one.devices for stage, one in again.devices.items()} == {
        stage: one.devices for stage, one in layer.devices.items()
    }
    assert same == scope


def test_variables_and_the_configuration_file_go_with_it(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('language = "en"\n')
    environ = {"ORCHESTRATOR_CONFIG": str(config), "ORCHESTRATOR_MODEL": "base", "ORCHESTRATOR_HOME": "/mine"}
    layer, scope = parsed(["run", "film.mkv"])
    order = order_of.order(
        Invocation(films=(), command_line=layer, scope=scope), results="ray", environ=environ
    )
    assert order.config == 'language = "en"\n'
    assert order.variables["ORCHESTRATOR_MODEL"] == "base"
    assert order.variables["ORCHESTRATOR_LANGUAGE"] is None
    assert "ORCHESTRATOR_HOME" not in order.variables
    assert order.results == "ray"
