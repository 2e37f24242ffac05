"""Requests that are malformed, hostile or slow: each gets an answer, and the server lives on."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from types import SimpleNamespace

from orchestrator.review import sockets
from orchestrator.review.connection import Connection
from tests.orchestrator.review.test_server import raw, status

DEEP = "[" * 100_000


def request(server, line="GET / HTTP/1.1", body="", token=True, **headers):
    """What comes back for this request, which is right in everything else."""
    sent = {
        "Host": f"127.0.0.1:{server.guard.port}",
        **({"X-Orchestrator-Token": server.guard.token} if token else {}),
    }
    if body:
        sent |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value is not None)
    return raw(server, f"{line}\r\n{head}\r\n{body}")


def code(answer):
    assert answer.startswith("HTTP/1."), answer[:80]
    return int(answer.split()[1])


RANGES = [
    ("bytes=" + "9" * 5000 + "-", 416),
    ("bytes=0-" + "9" * 5000, 206),
    ("bytes=-" + "9" * 5000, 206),
    ("bytes=" + "0" * 5000 + "1-2", 206),
    ("bytes=5-2", 416),
    ("bytes=-0", 416),
    ("bytes=-", 200),
    ("bytes=1-2,4-5", 200),
    ("bytes=²-", 200),
    ("lines=1-2", 200),
    ("bytes==1-", 200),
    ("", 200),
]


def test_every_range_gets_an_answer(server):
    for asked, expected in RANGES:
        assert code(request(server, "GET /film HTTP/1.1", Range=asked, Connection="close")) == expected, (
            asked[:30]
        )


LINES = [
    ("GET /", 400),  # HTTP/0.9
    ("GET", 400),
    ("\x00\x01\x02", 400),
    ("GET / HTTP/1.1 more", 400),
    ("GET / HTTP/9.9", 505),
    ("GET / HTTP/x", 400),
    ("GET / FTP/1.1", 400),
    ("BREW / HTTP/1.1", 405),
    ("get / HTTP/1.1", 405),
    ("GET http://[ HTTP/1.1", 404),
    ("GET //[::1/film HTTP/1.1", 404),
    ("GET /%00 HTTP/1.1", 404),
    ("GET /film%2f..%2f..%2fetc%2fpasswd HTTP/1.1", 404),
    ("GET /../../etc/passwd HTTP/1.1", 404),
    ("GET /%zz?%ff=%00&;;&=&token=%ff HTTP/1.1", 404),
    ("GET /" + "a" * 70_000 + " HTTP/1.1", 414),
    ("GET /?" + "&".join(f"a{k}=1" for k in range(2000)) + " HTTP/1.1", 200),
]


def test_every_first_line_gets_an_answer(server):
    for line, expected in LINES:
        assert code(request(server, line, Connection="close")) == expected, line[:30]
    assert status(server) == 200


HEADERS = [
    ({"X": "a" * 70_000}, 431),
    ({f"X{k}": "a" for k in range(300)}, 431),
    ({"Host": ""}, 421),
    ({"X_Orchestrator_Token": "é\x00"}, 403),
]


def test_odd_headers_get_an_answer(server):
    for headers, expected in HEADERS:
        assert code(request(server, Connection="close", **headers)) == expected, str(headers)[:30]


BODIES = [
    ("{}", {"Content_Length": "-1"}, 411),
    ("{}", {"Content_Length": "9" * 5000}, 413),
    ("{}", {"Content_Length": "1e3"}, 411),
    ("{}", {"Content_Length": None}, 411),
    ("{}", {"Content_Length": "100"}, 400),  # the rest never comes
    ("2\r\n{}\r\n0\r\n\r\n", {"Transfer_Encoding": "chunked", "Content_Length": None}, 411),
    ("{}", {"Content_Type": "text/plain"}, 415),
    ("x" * (17 << 20), {}, 413),
    (DEEP, {}, 400),
    ('{"tracks": ' + DEEP, {}, 400),
    ("9" * 5000, {}, 400),
    ("\xff\xfe", {}, 400),
    ("[]", {}, 400),
    ("null", {}, 400),
]


def test_every_body_gets_an_answer(server):
    for body, headers, expected in BODIES:
        found = code(request(server, "POST /save HTTP/1.1", body, **headers))
        assert found == expected, (body[:30], headers)
    assert status(server) == 200


CHANGES = [
    {"tracks": {"": [{"start": 10**400, "end": 10**401, "text": "x"}]}},
    {"tracks": {"": [{"start": 1, "end": 2, "text": "\ud800"}]}},
    {"names": {"\ud800": 3}},
    {"names": {"SPEAKER_00": "\ud800"}},
    {"tracks": {"\ud800": 1}},
    {"run": {}, "state": []},
]


def test_every_object_gets_an_answer(server):
    for change in CHANGES:
        page = {"run": server.desk._made(), "state": server.desk._state, "tracks": {}, "names": {}}
        body = {**page, **change}
        assert code(request(server, "POST /save HTTP/1.1", json.dumps(body), Connection="close")) in {
            400,
            409,
        }


def test_a_bug_gets_an_answer_too(server, monkeypatch):
    monkeypatch.setattr(type(server.desk), "page", lambda *_: 1 / 0)
    answer = request(server, Connection="close")
    assert code(answer) == 500
    assert "internal error: ZeroDivisionError" in answer


def test_a_request_that_does_not_arrive_within_the_limit_gets_an_answer(server, monkeypatch):
    monkeypatch.setattr(Connection, "timeout", 0.5)
    with closing(socket.create_connection(("127.0.0.1", server.guard.port), timeout=10)) as connection:
        connection.sendall(b"GET / HT")
        assert b" 408 " in connection.recv(65536)
    assert status(server) == 200


def test_a_request_that_arrives_a_byte_at_a_time_does_not_get_more_time(monkeypatch):
    waits, clock = [], iter([0.0, 0.0, 50.0, 59.0])
    monkeypatch.setattr(sockets, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    connection = SimpleNamespace(settimeout=waits.append, recv_into=lambda _: 1)
    reader = sockets.TimedReader(connection, 60)
    reader.renew()
    for _ in range(3):
        assert reader.readinto(bytearray(1)) == 1
    assert waits[::2] == [60, 10, 1]  # between them the limit of what is sent
