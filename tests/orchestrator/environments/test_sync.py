from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from orchestrator.environments import registry, uv
from orchestrator.environments import sync as install
from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.util import locks
from tests import tools, wheelhouse

pytestmark = pytest.mark.skipif(tools.UV is None, reason="uv is not on this machine")


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A folder of environments of its own and a folder of wheels, and no index."""
    monkeypatch.setenv("ORCHESTRATOR_ENVS", str(tmp_path / "envs"))
    monkeypatch.setenv("ORCHESTRATOR_PYTHON", f"{sys.version_info[0]}.{sys.version_info[1]}")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "wheels"))
    for name in ("UV_INDEX", "UV_DEFAULT_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    registry._read.cache_clear()
    sha = wheelhouse.wheel(tmp_path / "wheels", "pebble", "1.0")
    wheelhouse.environment(tmp_path / "envs", "stone", {"pebble": ("1.0", sha)})
    return tmp_path


def sync(*names, **options):
    messages = []
    reasons = install.sync(
        list(names), say=lambda env, what: messages.append(f"{env}: {what}"), offline=True, **options
    )
    return reasons, messages


def site(house, name="stone"):
    return next((house / "envs" / name / ".venv").glob("lib/python*/site-packages"))


def test_an_environment_is_installed_from_its_lock_and_records_its_packages(house):
    assert registry.health("stone") == "it is not installed"
    assert sync("stone")[0] == {}
    assert registry.health("stone") is None
    assert registry.locked("stone") == {"pebble": "1.0"}


def test_a_child_in_an_environment_imports_ipc_and_only_its_own_packages(house, monkeypatch):
    sync("stone")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    script = "import pebble, ipc, sys; print(pebble.VERSION, any('nowhere' in p for p in sys.path))"
    done = subprocess.run(
        [registry.python("stone"), "-P", "-c", script], env=registry.child_environment("stone"),
        capture_output=True, text=True,
        check=True, cwd="/",
    )  # fmt: skip
    assert done.stdout.split() == ["1.0", "False"]


def test_syncing_again_changes_nothing(house):
    sync("stone")
    reasons, messages = sync("stone")
    assert reasons == {}
    assert messages == ["stone: checking", "stone: healthy"]


def test_a_second_installation_waits_for_the_first_and_reports_that(house):
    messages = []
    with locks.hold(house / "envs" / "stone" / ".lock"):
        waiting = threading.Thread(
            target=install.sync,
            args=(["stone"],),
            kwargs={"say": lambda _, what: messages.append(what), "offline": True},
        )
        waiting.start()
        deadline = time.monotonic() + 30
        while not messages and time.monotonic() < deadline:
            time.sleep(0.01)
        assert messages == ["waiting for another installation"]
        assert registry.health("stone") == "it is not installed"
    waiting.join()
    assert registry.health("stone") is None


def test_a_changed_lock_makes_an_environment_unhealthy_and_is_installed(house):
    sync("stone")
    sha = wheelhouse.wheel(house / "wheels", "pebble", "2.0")
    wheelhouse.lock(house / "envs" / "stone", {"pebble": ("2.0", sha)})
    assert registry.health("stone") == "its lock has changed since it was installed"
    assert sync("stone")[0] == {}
    assert registry.locked("stone") == {"pebble": "2.0"}


def test_an_unfinished_environment_is_detected_and_rebuilt(house):
    sync("stone")
    state = house / "envs" / "stone" / ".state.json"
    state.write_text(json.dumps({"complete": False}))
    (site(house) / "rubble.py").touch()
    assert registry.health("stone") == "its installation did not finish"
    assert sync("stone")[0] == {}
    assert not (site(house) / "rubble.py").exists()


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda file: file.write_text("cut")], ids=["missing", "cut short"]
)
def test_a_damaged_file_is_detected_and_repaired(house, damage):
    sync("stone")
    damage(site(house) / "pebble" / "__init__.py")
    reason, _ = registry.examine("stone")
    assert reason
    assert "pebble/__init__.py" in reason
    assert sync("stone")[0] == {}
    assert registry.examine("stone")[0] is None


def test_a_package_installed_by_hand_is_detected(house):
    sync("stone")
    wheelhouse.wheel(house / "more", "boulder", "1")
    command = [uv.find(), "pip", "install", "-q", "--offline", "--find-links", house / "more", "boulder"]
    subprocess.run([*command, "--python", registry.python("stone")], check=True, env=uv.variables())
    assert registry.examine("stone")[0] == "its packages have changed since the installation: boulder"


def test_a_file_with_another_hash_is_not_installed(house):
    wheelhouse.lock(house / "envs" / "stone", {"pebble": ("1.0", "0" * 64)})
    reasons, _ = sync("stone")
    assert "uv" in reasons["stone"]
    assert registry.health("stone") == "its installation did not finish"


def test_a_missing_python_makes_an_environment_unhealthy(house):
    sync("stone")
    registry.python("stone").unlink()
    assert registry.health("stone").startswith("its Python is missing")


def test_an_environment_of_another_platform_is_not_installed(house):
    sha = wheelhouse.wheel(house / "wheels", "pebble", "1.0")
    wheelhouse.environment(house / "envs", "moon", {"pebble": ("1.0", sha)}, platforms=["moon-arm64"])
    assert "not for this platform" in sync("moon")[0]["moon"]
    assert not registry.python("moon").exists()


def test_removing_deletes_everything_that_was_installed(house):
    sync("stone")
    assert install.remove("stone")
    assert registry.health("stone") == "it is not installed"
    assert not install.remove("stone")
    assert sorted(p.name for p in (house / "envs" / "stone").iterdir()) == [
        ".lock",
        "pyproject.toml",
        "requirements.lock",
    ]


def test_an_unknown_environment_is_an_error_that_lists_the_environments(house):
    with pytest.raises(FatalError, match="'sand'") as caught:
        registry.health("sand")
    assert caught.value.status == ENVIRONMENT
    assert "stone" in caught.value.hint


def test_two_installations_run_one_after_another(house):
    script = (
        "import sys; from orchestrator.environments import sync; "
        "sys.exit(bool(sync.sync(['stone'], say=print, offline=True)))"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", script], cwd=tools.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in "12"
    ]
    messages = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("healthy" in text for text in messages) == [False, True]


def test_another_build_of_torch_is_installed_by_version_and_kept_by_later_syncs(house):
    plain = wheelhouse.wheel(house / "wheels", "torch", "1.0")
    wheelhouse.wheel(house / "cpu", "torch", "1.0+cpu")
    pebble = wheelhouse.wheel(house / "wheels", "pebble", "1.0")
    wheelhouse.environment(house / "envs", "fire", {"pebble": ("1.0", pebble), "torch": ("1.0", plain)})
    build = str(house / "cpu")
    assert sync("fire", torch_backend=build)[0] == {}
    assert registry.locked("fire") == {"pebble": "1.0", "torch": "1.0+cpu"}
    assert sync("fire")[1] == ["fire: checking", "fire: healthy"]
    (site(house, "fire") / "pebble" / "__init__.py").unlink()
    assert sync("fire")[0] == {}
    assert registry.locked("fire")["torch"] == "1.0+cpu"
    assert sync("fire", torch_backend="")[0] == {}
    assert registry.locked("fire")["torch"] == "1.0"


def test_a_child_gets_no_settings_of_another_python_and_no_telemetry_or_spinning(house, monkeypatch):
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "UV_INDEX", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "theirs")
    monkeypatch.setenv("HF_TOKEN", "kept")
    child = registry.child_environment("stone", {"OMP_NUM_THREADS": "2"})
    assert not {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "UV_INDEX", "PYTHONDONTWRITEBYTECODE"} & set(child)
    assert child["PYANNOTE_METRICS_ENABLED"] == "0"
    assert child["OMP_WAIT_POLICY"] == "PASSIVE"
    assert child["PYTHONNOUSERSITE"] == "1"
    assert "HF_TOKEN" not in child
    assert child["OMP_NUM_THREADS"] == "2"
    assert child["PATH"].startswith(str(registry.python("stone").parent))
