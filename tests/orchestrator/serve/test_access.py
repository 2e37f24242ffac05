"""Which requests the service answers."""

from __future__ import annotations

import base64
import time
from dataclasses import replace

import pytest

from orchestrator.serve.access import COOKIE, SESSION_S, Access

TOKEN = "a-token-that-nobody-guesses"  # noqa: S105
OPEN = Access(names=frozenset({"localhost"}))
CLOSED = Access(names=frozenset({"localhost", "films.local"}), token=TOKEN)


def refused(access, method="GET", path="/api/jobs", query=None, **headers):
    sent = {"host": "localhost:9000", **{name.replace("_", "-"): value for name, value in headers.items()}}
    found = access.refuses(method, path, {name: [value] for name, value in sent.items()}, query)
    return found.status if found else None


def test_on_loopback_no_token_is_needed():
    assert refused(OPEN) is None
    assert refused(OPEN, "POST", origin="http://localhost:9000") is None


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:9000", "", "localhost:9000:9000"])
def test_a_name_that_leads_here_by_dns_is_refused(host):
    assert refused(OPEN, host=host) == 421


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "[::1]:9000", "192.168.1.5", "LOCALHOST:1"])
def test_addresses_and_own_names_are_answered(host):
    assert refused(OPEN, host=host) is None


def test_two_hosts_are_refused():
    assert OPEN.refuses("GET", "/", {"host": ["localhost", "localhost"]}, None).status == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1"])
def test_requests_from_pages_of_other_sites_are_refused(origin):
    assert refused(OPEN, "POST", origin=origin) == 403
    assert refused(OPEN, "GET", origin=origin) == 403


def test_a_picture_or_frame_of_another_site_is_refused_and_a_link_is_not():
    assert refused(OPEN, sec_fetch_site="cross-site", sec_fetch_mode="no-cors", sec_fetch_dest="image") == 403
    assert refused(OPEN, sec_fetch_site="same-site") == 403
    opened = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert refused(OPEN, **opened) is None
    assert refused(OPEN, "POST", **opened) == 403


def basic(password):
    return "Basic " + base64.b64encode(f"bazarr:{password}".encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer {TOKEN}"},
        {"x_api_key": TOKEN},
        {"authorization": basic(TOKEN)},
    ],
)
def test_the_token_is_taken_from_each_header_that_clients_can_send(headers):
    assert refused(CLOSED, **headers) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": "Bearer "},
        {"authorization": TOKEN},
        {"authorization": "Basic !!!"},
        {"authorization": basic("")},
        {"x_api_key": ""},
        {"cookie": f"{COOKIE}={TOKEN}"},
        {"cookie": f"{COOKIE}=99999999999."},
    ],
)
def test_anything_else_is_not_the_token(headers):
    assert refused(CLOSED, **headers) == 401


def test_a_token_in_the_address_counts_only_for_webhooks():
    assert refused(CLOSED, query=TOKEN) == 401
    assert refused(CLOSED, "POST", "/asr", query=TOKEN) == 401
    assert refused(CLOSED, "POST", "/webhooks/plex", query=TOKEN) is None
    assert refused(CLOSED, "POST", "/webhooks/plex", query="wrong") == 401


def test_a_session_ends_and_cannot_be_made_without_the_token():
    cookie = f"{COOKIE}={CLOSED.session()}"
    assert refused(CLOSED, cookie=f"other=1; {cookie}") is None
    assert refused(replace(CLOSED, token=TOKEN[::-1]), cookie=cookie) == 401
    old = CLOSED.session(time.time() - SESSION_S - 10)
    assert refused(CLOSED, cookie=f"{COOKIE}={old}") == 401
    until = int(old.partition(".")[0]) + 10**6
    assert refused(CLOSED, cookie=f"{COOKIE}={until}.{old.partition('.')[2]}") == 401


def test_only_what_shows_nothing_is_answered_without_the_token():
    assert refused(CLOSED, "GET", "/health") is None
    assert refused(CLOSED, "GET", "/static/page.js") is None
    assert refused(CLOSED, "POST", "/static/page.js") == 401
    for path in (
        "/status",
        "/v1/models",
        "/api/status",
        "/api/jobs/1/files/a",
        "/nothing",
        "/static/../api/jobs",
    ):
        if not path.startswith("/static/"):
            assert refused(CLOSED, "GET", path) == 401
