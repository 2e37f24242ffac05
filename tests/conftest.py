"""Fixtures for everybody: where the shared recordings are, and which stage environments are there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real films and their truth; tests that need it skip where it is absent."""
    shared = Path(os.environ.get("ORCHESTRATOR_SHARED", ROOT.parent / "shared"))
    if not (shared / "data").is_dir():
        pytest.skip(f"no shared recordings at {shared} (set ORCHESTRATOR_SHARED)")
    return shared / "data"


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("env"):
        for name in mark.args:
            if not (ROOT / "envs" / name / ".venv" / "bin" / "python").exists():
                pytest.skip(f"the environment {name} is not installed (orchestrator envs sync {name})")


def pytest_sessionfinish() -> None:
    if (browser := sys.modules.get("tests.browser")) is not None:
        browser.stop()
