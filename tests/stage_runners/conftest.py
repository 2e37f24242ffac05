"""A TMDB of one's own and a process of the stage that asks it, for all tests that want them."""

from __future__ import annotations

import pytest

from ipc.protocol import Error
from tests import fake_tmdb
from tests.stage_runners.tmdb.tmdb_house import FILMS, kept


@pytest.fixture(scope="session")
def tmdb_served():
    with fake_tmdb.serve() as server:
        yield server


@pytest.fixture
def tmdb(tmdb_served):
    """The server, knowing the films and making no mistakes."""
    tmdb_served.__dict__.update(vars(fake_tmdb.Tmdb(address=tmdb_served.address, movies=dict(FILMS))))
    return tmdb_served


@pytest.fixture(scope="session")
def tmdb_process(tmdb_served):
    """A process that has the server's address and its key."""
    with kept(tmdb_served.address, fake_tmdb.KEY) as process:
        yield process


@pytest.fixture
def identified(tmdb_process, tmp_path):
    """Runs the stage on a film; returns the cast, or the error, and what was said."""

    def run(place, *, by=None, folder=tmp_path, **params):
        done = (by or tmdb_process).run({"film": place}, folder, **params)
        for secret in (fake_tmdb.KEY, fake_tmdb.TOKEN):
            assert secret.encode() not in done.raw
            assert not [p for p in folder.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]
        if isinstance(done.end, Error):
            return done.end, done.end.message
        return done.read("cast", "cast"), "\n".join(done.said)

    return run
