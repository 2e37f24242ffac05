"""How the browser is started: the token is in no word that other users of the machine can read."""

from __future__ import annotations

import argparse
import stat
import webbrowser
from pathlib import Path
from urllib.request import url2pathname

import pytest

from orchestrator.commands import review
from orchestrator.errors import INPUT
from orchestrator.paths import home
from orchestrator.review import again
from orchestrator.review.guard import Guard
from orchestrator.review.server import Server
from orchestrator.storage.store import Store
from tests import browser


def test_the_browser_opens_a_private_file_that_is_removed_afterwards(film, monkeypatch):
    seen = {}

    def opened(address):
        path = Path(url2pathname(address.removeprefix("file://")))
        seen.update(address=address, path=path, mode=stat.S_IMODE(path.stat().st_mode), text=path.read_text())

    served = []
    monkeypatch.setattr(webbrowser, "open", opened)
    monkeypatch.setattr(
        Server, "serve_forever", lambda self, poll_interval: served.append(self.guard.address)
    )
    assert review.run(argparse.Namespace(film=film, port=0, browser=True)) == 0
    token = served[0].partition("token=")[2]
    assert token
    assert token not in seen["address"]
    assert served[0] in seen["text"]
    assert seen["mode"] == 0o600
    assert not seen["path"].exists()


def test_the_private_file_leads_the_browser_to_the_page(server):
    home().mkdir(exist_ok=True)
    with review.leading_to(server.guard.address) as path, browser.page() as page:
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        assert page.url == server.guard.address
        assert page.evaluate("page.cues.length") == 2


@pytest.mark.parametrize(
    ("method", "mode", "dest"),
    [
        ("GET", "cors", "empty"),
        ("GET", "no-cors", "script"),
        ("GET", "navigate", "iframe"),
        ("POST", "navigate", "document"),
    ],
)  # fmt: skip
def test_another_site_can_only_open_the_page_as_a_top_level_window(method, mode, dest):
    guard = Guard(20000)
    headers = {
        "host": ["127.0.0.1:20000"],
        "sec-fetch-site": ["cross-site"],
        "sec-fetch-mode": [mode],
        "sec-fetch-dest": [dest],
    }
    assert guard.refuses(method, headers, guard.token).status == 403
    opens = {**headers, "sec-fetch-mode": ["navigate"], "sec-fetch-dest": ["document"]}
    assert guard.refuses("GET", opens, guard.token) is None
    assert guard.refuses("GET", opens, "wrong").status == 403


def test_the_new_run_imports_nothing_from_the_current_folder(tmp_path, monkeypatch):
    """An empty part of PYTHONPATH, as a colon at its end makes it, is the current folder."""
    (tmp_path / "sitecustomize.py").write_text("open('canary', 'w').close()")
    monkeypatch.setenv("PYTHONPATH", "/nowhere:")
    run = again.Again({"options": {}, "cwd": str(tmp_path)}, tmp_path / "film.mkv")
    assert list(run.events())[-1]["status"] == INPUT
    run.close()
    assert not (tmp_path / "canary").exists()


def test_the_results_of_the_film_stay_in_a_full_cache_while_it_is_open(film, monkeypatch):
    store, left = Store(home() / "store"), []

    def full(self, poll_interval):
        store.gc(keep_bytes=0)
        left.append(len(list(store.entries())))

    monkeypatch.setattr(Server, "serve_forever", full)
    assert review.run(argparse.Namespace(film=film, port=0, browser=False)) == 0
    assert left[0] > 0
    store.gc(keep_bytes=0)
    assert list(store.entries()) == []
