"""The settings as the page shows them: what was set where, and no secret."""

from __future__ import annotations

from orchestrator.serve.overview import Overview
from orchestrator.serve.settings import Settings


def test_each_setting_has_the_place_that_set_it_and_addresses_with_passwords_are_counted(monkeypatch):
    settings = Settings(
        folders=("/films",), maps=(("/data", "/films", ""),), on_done=("http://me:secret@host/",),
        messages=("tgram://secret/1", "mailto://secret"), token="secret",  # noqa: S106
    )  # fmt: skip
    overview = Overview(settings)
    monkeypatch.setattr("orchestrator.serve.asked.Asked.body", lambda _: None)
    shown = {row["name"]: (row["value"], row["from"]) for row in overview.settings()["service"]}
    here, default = "command line", "built-in default"
    assert shown["--folder"] == ("/films", here)
    assert shown["--map"] == ("/data=/films", here)
    assert shown["--between"] == ("", default)
    assert (shown["--on-done"], shown["--message"]) == (("1", here), ("2", here))
    assert shown["--token"] == ("needed", here)
    assert "secret" not in repr(overview.settings())


def test_options_are_those_that_a_place_set_and_what_serve_was_given_is_told_from_the_rest(monkeypatch):
    rows = [
        {"name": "language", "value": "en", "from": "--language"},
        {"name": "model", "value": "base", "from": "this machine", "why": "no accelerator"},
        {"name": "cps", "value": 17, "from": "built-in default"},
        {"name": "profile", "value": "netflix", "from": "config.toml"},
    ]
    monkeypatch.setattr("orchestrator.serve.asked.Asked.body", lambda _: {"options": rows})
    found = Overview(Settings()).settings()["options"]
    assert [(row["name"], row["from"]) for row in found] == [
        ("language", "command line"), ("model", "this machine"), ("profile", "config.toml"),
    ]  # fmt: skip
