"""What the cache holds, and the limit that it keeps."""

from __future__ import annotations

import json
import os
import time
from types import SimpleNamespace

import pytest

from orchestrator import cli
from orchestrator.commands import film_options
from orchestrator.config.merge import settings
from orchestrator.config.values import Layer
from orchestrator.run_state.states import FilmState, RunState, StepState
from orchestrator.runs import trim_cache
from orchestrator.storage import limit
from orchestrator.storage.manifest import Manifest, OutputRecord
from orchestrator.storage.store import Store
from orchestrator.util import leases


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store with three results of 1000 bytes; `k1` was unused for longest."""
    monkeypatch.setenv("ORCHESTRATOR_HOME", str(tmp_path))
    store = Store(tmp_path / "store")
    for age, key in enumerate(("k3", "k2", "k1")):
        attempt = store.attempt("asr")
        (attempt / "a").write_bytes(b"x" * 1000)
        record = OutputRecord(kind="file", path="a", digest="d", size=1000)
        manifest = Manifest(stage="asr", version=1, ingredients={}, outputs={"a": record}, seconds=1.0)
        entry = store.commit(attempt, key, manifest)
        os.utime(entry.folder / "used", (1e9 - age, 1e9 - age))
    return store


def trimmed(store, monkeypatch, text, *used):
    monkeypatch.setenv("ORCHESTRATOR_CACHE_LIMIT", text)
    steps = tuple(StepState(name=f"s{key}", key=key) for key in used)
    trim_cache.after(
        store, [settings(Layer())], RunState(films=(FilmState(path=store.root, title="", steps=steps),))
    )
    return sorted(entry.key for entry, _, _ in store.entries())


def test_after_a_run_the_oldest_results_go_until_the_rest_fits(store, monkeypatch, capsys):
    assert trimmed(store, monkeypatch, "3500 B".replace(" B", "b")) == ["k2", "k3"]
    assert "removed 1 cached result" in capsys.readouterr().err


def test_results_of_the_run_that_has_just_ended_are_kept(store, monkeypatch):
    assert trimmed(store, monkeypatch, "1b", "k1", "k2") == ["k1", "k2"]


def test_without_a_limit_nothing_is_removed_and_what_another_run_needs_stays(store, monkeypatch):
    assert len(trimmed(store, monkeypatch, "none")) == 3
    other = Store(store.root)
    with other.in_use():
        other.users.pin("film", ["k2"])
        assert trimmed(store, monkeypatch, "1b") == ["k2"]
        other.users.unpin("film")
        assert trimmed(store, monkeypatch, "1b") == []


def test_the_limit_is_kept_while_a_run_goes_on(store, monkeypatch, capsys):
    monkeypatch.setenv("ORCHESTRATOR_CACHE_LIMIT", "3500b")
    with store.in_use(), trim_cache.during(store, [settings(Layer())], every=0.01) as removed:
        store.users.pin("film", ["k1"])
        for _ in range(500):
            if removed.count:
                break
            time.sleep(0.01)
    assert sorted(entry.key for entry, _, _ in store.entries()) == ["k1", "k3"]
    trim_cache.after(store, [settings(Layer())], RunState(films=()), removed)
    assert "removed 1 cached result, 1.3 kB" in capsys.readouterr().err


def test_the_limit_is_a_share_of_the_disk_unless_it_is_set(tmp_path):
    assert limit.of("50 GB", tmp_path) == 50_000_000_000
    assert limit.of(None, tmp_path / "none" / "yet") >= limit.LEAST
    assert limit.of("none", tmp_path) is None


def test_the_cache_says_what_it_holds_by_stage_and_film(store, capsys):
    run = store.root.parent / "runs" / "20260101-000000-film"
    run.mkdir(parents=True)
    (run / "lock").write_text("{}")
    steps = [{"stage": "asr", "key": "k1", "status": "done"}]
    (run / "run.json").write_text(json.dumps({"films": [{"path": "/films/a.mkv", "stages": steps}]}))
    assert cli.main(["cache", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["by_stage"]["asr"] == body["size"] > 3000
    assert body["by_film"]["/films/a.mkv"] * 3 == body["size"]
    assert cli.main(["cache"]) == 0
    assert "/films/a.mkv" in capsys.readouterr().out


def test_why_lists_thresholds_only_if_asked(monkeypatch, store, capsys):
    step = SimpleNamespace(name="asr", verdict="cached", reason="")
    plan = SimpleNamespace(film=store.root, steps=[step])
    monkeypatch.setattr(film_options, "plan_of", lambda *_: plan)
    manifest = SimpleNamespace(ingredients={"device": "cpu", "threshold Evidence.near": 0.4})
    monkeypatch.setattr(Store, "last", lambda *_: ("key", manifest))
    assert cli.main(["cache", "why", "movie.mkv", "asr"]) == 0
    assert capsys.readouterr().out == "asr: cached\n  device = cpu\n  1 threshold (-v lists them)\n"
    assert cli.main(["cache", "why", "movie.mkv", "asr", "-v"]) == 0
    assert "  threshold Evidence.near = 0.4\n" in capsys.readouterr().out


def test_a_limit_that_is_no_size_is_a_sentence(store, monkeypatch, capsys):
    monkeypatch.setenv("ORCHESTRATOR_CACHE_LIMIT", "much")
    assert cli.main(["config"]) == 2
    assert "ORCHESTRATOR_CACHE_LIMIT=much: not a size" in capsys.readouterr().err


def test_gc_shows_what_it_would_remove_and_why_and_removes_nothing(store, capsys):
    assert cli.main(["cache", "gc", "--dry-run", "--keep-size", "3500b"]) == 0
    out = capsys.readouterr().out
    assert "asr    1.3 kB  saves 1.0 s of work  used " in out
    assert out.endswith("would remove 1 result, 1.3 kB\n")
    assert cli.main(["cache", "--json", "gc", "-n", "--keep-size", "3500b"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["key"], one["seconds"], one["uses"], one["why"]) == ("k1", 1.0, 1, "saves 1.0 s of work")
    assert len(list(store.entries())) == 3


def test_gc_without_a_size_keeps_the_limit_of_the_configuration(store, monkeypatch, capsys):
    monkeypatch.setenv("ORCHESTRATOR_CACHE_LIMIT", "3500b")
    assert cli.main(["cache", "gc"]) == 0
    assert capsys.readouterr().out == "removed 1 folder, 1.3 kB\n"
    assert sorted(entry.key for entry, _, _ in store.entries()) == ["k2", "k3"]


def test_gc_watches_another_machine_before_it_removes_what_that_left(store, monkeypatch, capsys):
    users, left = store.root / "users", store.root / "attempts" / "0123abcd-7-00ff00"
    (left / "asr-1").mkdir(parents=True)
    users.mkdir(exist_ok=True)
    lease = users / f"{left.name}.json"
    lease.write_text(json.dumps({"host": "0123abcd", "pid": 7, "machine": "elsewhere"}))
    when = leases.now_of(users) - leases.TERM - 1
    os.utime(lease, (when, when))
    waited = []
    monkeypatch.setattr("orchestrator.commands.cache.time.sleep", waited.append)
    monkeypatch.setattr("orchestrator.util.leases.WATCH", 0.0)
    assert cli.main(["cache", "gc"]) == 0
    assert waited == [1.0]
    assert "waiting 1 s to see whether it still works" in capsys.readouterr().err
    assert not left.exists()
    assert not lease.exists()


def test_the_cache_says_who_uses_it(store, capsys):
    other = Store(store.root)
    with other.in_use():
        other.users.pin("film", ["k2"])
        assert cli.main(["cache"]) == 0
        assert f"in use on {os.uname().nodename}: 1 run" in capsys.readouterr().out
        assert cli.main(["cache", "ls"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines if line.endswith("(in use)")] == ["k2"]
