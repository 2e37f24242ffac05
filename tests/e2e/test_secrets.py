"""A token is in no file and no argument of a run, and only the process that downloads has it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from orchestrator.models import embedded, families
from tests import fake_hub, fake_tmdb
from tests.e2e.conftest import CLIP

REPOSITORY = "me/whisper-of-mine"

needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes in /proc")


class Watch(threading.Thread):
    """Reads arguments and environment of every process of a home, repeatedly, until it is stopped."""

    def __init__(self, home: Path, token: str) -> None:
        super().__init__(daemon=True)
        self.mark, self.token = f"ORCHESTRATOR_HOME={home}".encode(), token.encode()
        self.enough = threading.Event()
        self.arguments: set[str] = set()
        self.told: set[str] = set()
        self.seen: set[str] = set()

    def run(self) -> None:
        while not self.enough.wait(0.02):
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    environ, line = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
                except OSError:
                    continue
                words = line.replace(b"\0", b" ").decode(errors="replace")
                if self.mark not in environ:
                    continue
                self.seen.add(words)
                if self.token in line:
                    self.arguments.add(words)
                if self.token in environ:
                    self.told.add(words)


def files_with(token, *folders):
    return [
        str(path)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and token.encode() in path.read_bytes()
    ]


@needs_proc
def test_a_token_needed_by_a_run_leaves_no_trace(finished, program, film, tmp_path):
    del finished  # which has the clip's sound and speech
    token, key = "hf_" + secrets.token_hex(17), secrets.token_hex(16)
    weights_folder = embedded.place(families.embedded("recognition", "tiny.en"))
    served = {file.name: file.read_bytes() for file in weights_folder.iterdir() if file.is_file()}
    watch = Watch(program.home, token)
    watch.start()
    environment = {
        "HF_TOKEN": token, "TMDB_API_KEY": key, "HF_HOME": str(tmp_path / "hub"), "HF_HUB_DISABLE_XET": "1",
    }  # fmt: skip
    words = (
        "run",
        film,
        "-o",
        tmp_path / "out",
        "--model",
        REPOSITORY,
        *CLIP,
        "--until",
        "asr",
    )
    with (
        fake_hub.serve({REPOSITORY: served}, gated=(REPOSITORY,), token=token) as address,
        fake_tmdb.serve() as tmdb,  # it refuses the key: nobody else is to be asked
    ):
        environment |= {"ORCHESTRATOR_TMDB_URL": tmdb.address, "NO_PROXY": "127.0.0.1"}
        refused = program(*words, status=1, HF_HOME=environment["HF_HOME"], HF_ENDPOINT=address)
        assert "HF_TOKEN" in refused.stderr
        done = program(*words, HF_ENDPOINT=address, **environment)
    printed = program("stage", "asr", film, "--model", REPOSITORY, *CLIP, "--print-command", **environment)
    watch.enough.set()
    watch.join()
    assert not watch.arguments
    assert any("ipc.child stage_runners.asr.runner" in words for words in watch.seen)
    assert not [words for words in watch.told if "ipc.child" in words]
    for text in (refused.stdout, refused.stderr, done.stdout, done.stderr, printed.stdout, printed.stderr):
        assert token not in text
        assert key not in text
    assert files_with(token, program.home, tmp_path) == []
    assert files_with(key, program.home, tmp_path) == []


@needs_proc
def test_a_token_typed_by_mistake_is_masked_in_stored_files(program, film, tmp_path):
    token = "hf_" + secrets.token_hex(17)
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", "run", str(film), "-o", str(tmp_path), "--until", "demux",
         "--initial-prompt", f"token {token}"],
        env={**program.environment, "PYTHONPATH": os.fspath(Path(__file__).resolve().parents[2])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert files_with(token, program.home / "runs") == []


@needs_proc
def test_the_tmdb_key_reaches_only_the_process_of_its_stage_and_no_file(program, film, tmp_path):
    key, place = fake_tmdb.KEY, tmp_path / "Across the River (2011).mkv"
    place.symlink_to(film)
    films = {71: fake_tmdb.movie(71, "Across the River", "2011-03-04", cast=[("Meera", "Somebody")])}
    watch = Watch(program.home, key)
    watch.start()
    with fake_tmdb.serve(movies=films) as tmdb:
        own = {"TMDB_API_KEY": key, "ORCHESTRATOR_TMDB_URL": tmdb.address, "NO_PROXY": "127.0.0.1"}
        runs = [
            program("run", place, "-o", tmp_path / "out", "--until", last, **own)
            for last in ("demux", "tmdb")
        ]
        printed = program("stage", "tmdb", place, "--print-command", **own)
    watch.enough.set()
    watch.join()
    assert any(path.startswith("/search/movie") for path in tmdb.asked)
    assert program.report()["films"][0]["stages"]
    assert not watch.arguments
    assert {words.split()[-1] for words in watch.told if "ipc.child" in words} == {
        "stage_runners.tmdb.runner"
    }
    for done in (*runs, printed):
        assert key not in done.stdout + done.stderr
    assert files_with(key, program.home, tmp_path) == []
