"""The headers of many films: read by one process, remembered, and what damaged films cost."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestrator.film_files import headers


@pytest.fixture
def films(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(headers.registry, "health", lambda _: "")
    paths = [tmp_path / f"{number}.mkv" for number in range(5)]
    for path in paths:
        path.write_text(path.name)
    return paths


class Media:
    """Stands for the process that reads headers: it ends or hangs at some films."""

    def __init__(self, monkeypatch, ends_at="", hangs_at=""):
        self.started, self.ends_at, self.hangs_at = 0, ends_at, hangs_at
        monkeypatch.setattr(headers, "run_module", self.run)

    def run(self, env, module, *, input, timeout):  # noqa: A002
        assert (env, module) == ("media", "media.facts")
        self.started += 1
        lines = ""
        for name in filter(None, input.split("\0")):
            if self.ends_at and name.endswith(self.ends_at):
                return SimpleNamespace(stdout=lines + '{"half of a li')
            if self.hangs_at and name.endswith(self.hangs_at):
                raise subprocess.TimeoutExpired("python", timeout, output=lines.encode())
            lines += json.dumps({"seconds": 60.0, "audio": ["one"], "spoken": "eng", "later": 1}) + "\n"
        return SimpleNamespace(stdout=lines)


def test_one_process_reads_many_films_once(films, monkeypatch):
    media = Media(monkeypatch)
    first = headers.of(films)
    assert first == headers.of(films)
    assert first[films[0]] == headers.Headers(seconds=60.0, audio=("one",), spoken="eng")
    assert media.started == 1
    films[1].write_text("changed, and longer")
    headers.of(films)
    assert media.started == 2


@pytest.mark.parametrize(("how", "why"), [("ends_at", "ended unexpectedly"), ("hangs_at", "too long")])
def test_a_film_at_which_the_process_ends_or_hangs_costs_only_itself(films, monkeypatch, how, why):
    Media(monkeypatch, **{how: "1.mkv"})
    found = headers.of(films)
    assert [film.name for film in films if found[film].error] == ["1.mkv"]
    assert why in found[films[1]].error


def test_what_could_not_be_read_is_tried_again(films, monkeypatch):
    Media(monkeypatch, ends_at="1.mkv")
    headers.of(films)
    Media(monkeypatch)
    assert not headers.of(films)[films[1]].error


def test_without_the_environment_nothing_is_known(films, monkeypatch):
    monkeypatch.setattr(headers.registry, "health", lambda _: "not installed")
    assert headers.of(films) == {}


def test_a_name_that_is_not_utf_8_costs_only_its_film(films, monkeypatch, tmp_path):
    Media(monkeypatch)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.mkv"))
    odd.write_text("a film")
    found = headers.of([odd, *films])
    assert found[odd].error == "its name is not UTF-8: ffmpeg cannot open it"
    assert not found[films[0]].error
