"""The review's server on loopback with real requests: who may ask, what it answers, what it refuses."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
from contextlib import closing

import pytest

from ipc.artifacts import write_audio
from orchestrator.errors import FatalError
from orchestrator.library import edits
from orchestrator.review.again import command_of
from orchestrator.review.desk import Desk
from orchestrator.review.server import Server, own_port
from orchestrator.review.streams import Part, part_of
from orchestrator.storage import file_digests
from orchestrator.storage.store import Store
from tests.orchestrator.report import films


def ask(server, method, target, *, keyed=True, body=None, host=None, **headers):
    """Status, headers and body of a request that is right in everything but what the test says."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if keyed:
        sent.setdefault("X-Orchestrator-Token", server.guard.token)
    if body is not None:
        sent = {"Content-Type": "application/json", **sent}
    if host is not None:
        sent["Host"] = host
    with closing(http.client.HTTPConnection("127.0.0.1", server.guard.port, timeout=10)) as connection:
        connection.request(method, target, body=body, headers=sent)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def status(server, method="GET", target="/", **more):
    return ask(server, method, target, **more)[0]


def raw(server, text):
    """What comes back for these bytes."""
    with closing(socket.create_connection(("127.0.0.1", server.guard.port), timeout=10)) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while block := connection.recv(65536):
            found += block
    return found.decode(errors="replace")


def test_the_server_listens_on_loopback_only(server):
    assert server.server_address[0] == "127.0.0.1"


def test_the_page_needs_the_token_and_cannot_be_framed_or_cached(server):
    code, headers, content = ask(server, "GET", f"/?token={server.guard.token}", keyed=False)
    assert code == 200
    assert b"One." in content
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    assert "Python" not in headers["Server"]


@pytest.mark.parametrize("target", ["/", "/film", "/sound", "/save", "/again", "/end", "/nowhere"])
def test_without_the_token_every_path_is_forbidden(server, target):
    for token in (
        "",
        "?token=",
        "?token=wrong",
        f"?token={server.guard.token[:-1]}",
        f"?token={server.guard.token}&token=x",
    ):
        for method in ("GET", "POST"):
            code, _, content = ask(
                server, method, target + token, keyed=False, body="{}" if method == "POST" else None
            )
            assert code == 403
            assert b"One." not in content


def test_requests_that_change_something_need_the_token_in_a_header(server):
    for target in ("/save", "/again", "/end"):
        assert status(server, "POST", f"{target}?token={server.guard.token}", keyed=False, body="{}") == 403


@pytest.mark.parametrize(
    "origin", ["http://elsewhere.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"]
)
def test_another_origin_is_refused_though_it_knows_the_token(server, origin):
    assert status(server, Origin=origin) == 403
    assert status(server, "POST", "/save", body="{}", Origin=origin) == 403
    assert status(server, Origin=f"http://127.0.0.1:{server.guard.port}") == 200


def test_a_request_for_another_site_is_refused(server):
    for site in ("cross-site", "same-site"):
        assert status(server, Sec_Fetch_Site=site) == 403
        assert status(server, Sec_Fetch_Site=site, Sec_Fetch_Mode="cors") == 403
        assert (
            status(server, "POST", "/save", body="{}", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate") == 403
        )
        assert status(server, keyed=False, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate") == 403
        assert status(server, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate") == 403
    opened = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert status(server, keyed=False, **opened) == 403
    assert status(server, **opened) == 200  # as from the file that the browser is started with
    for site in ("same-origin", "none"):
        assert status(server, Sec_Fetch_Site=site) == 200


def test_another_name_that_points_here_is_refused(server):
    port = server.guard.port
    for host in ("elsewhere.example", f"elsewhere.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}", ""):
        assert status(server, host=host) == 421
    assert status(server, host=f"localhost:{port}") == 200
    token = f"X-Orchestrator-Token: {server.guard.token}"
    assert " 421 " in raw(server, f"GET / HTTP/1.1\r\n{token}\r\n\r\n")
    two = f"Host: 127.0.0.1:{port}\r\nHost: elsewhere.example\r\n"
    assert " 421 " in raw(server, f"GET / HTTP/1.1\r\n{two}{token}\r\n\r\n")


@pytest.mark.parametrize(
    "target",
    [
        "/../../etc/passwd",
        "/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/film/../../etc/passwd",
        "/film/x",
        "/movie.mp4",
        "/etc/passwd",
    ],
)
def test_request_paths_never_reach_the_file_system(server, target):
    code, _, content = ask(server, "GET", target)
    assert code == 404
    assert b"root:" not in content


def test_unsupported_methods_are_refused(server):
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "TRACE", "BREW"):
        code, headers, _ = ask(server, method, "/save")
        assert (code, headers["Allow"]) == (405, "GET, POST")
    assert status(server, "GET", "/save") == 405
    assert status(server, "POST", "/film", body="{}") == 405


def test_a_request_body_must_be_json_of_a_declared_and_limited_length(server):
    assert status(server, "POST", "/save", body="{}", Content_Type="text/plain") == 415
    assert status(server, "POST", "/save", body="[]") == 400
    assert status(server, "POST", "/save", body="{") == 400
    head = (
        f"POST /save HTTP/1.1\r\nHost: 127.0.0.1:{server.guard.port}\r\n"
        f"X-Orchestrator-Token: {server.guard.token}\r\n"
        "Content-Type: application/json\r\n"
    )
    assert " 413 " in raw(server, f"{head}Content-Length: 99999999\r\n\r\n")
    assert " 413 " in raw(server, f"{head}Content-Length: {'9' * 5000}\r\n\r\n")
    assert " 411 " in raw(server, f"{head}\r\n")
    assert " 411 " in raw(server, f"{head}Content-Length: -1\r\n\r\n")
    assert " 411 " in raw(server, f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")


def test_the_film_is_served_in_the_requested_byte_ranges(server, film):
    whole = film.read_bytes()
    code, headers, content = ask(server, "GET", "/film")
    assert (code, content, headers["Content-Type"], headers["Accept-Ranges"]) == (
        200,
        whole,
        "video/mp4",
        "bytes",
    )
    code, headers, content = ask(server, "GET", "/film", Range="bytes=100-299")
    assert (code, content, headers["Content-Range"]) == (206, whole[100:300], f"bytes 100-299/{len(whole)}")
    assert ask(server, "GET", "/film", Range="bytes=-10")[2] == whole[-10:]
    code, headers, _ = ask(server, "GET", "/film", Range=f"bytes={len(whole)}-")
    assert (code, headers["Content-Range"]) == (416, f"bytes */{len(whole)}")


def test_the_audio_is_sent_as_wav_without_a_file(server):
    code, headers, content = ask(server, "GET", "/sound")
    assert (code, headers["Content-Type"], len(content)) == (200, "audio/wav", 44 + 160000)
    assert struct.unpack("<4sI4s4sIHHIIHH4sI", content[:44]) == (
        b"RIFF", 36 + 160000, b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16, b"data", 160000,
    )  # fmt: skip
    assert struct.unpack("<3h", content[44:50]) == (0, 1, 2)
    assert ask(server, "GET", "/sound", Range="bytes=40-49")[2] == content[40:50]
    assert ask(server, "GET", "/sound", Range="bytes=1000-1001")[2] == content[1000:1002]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (None, Part(0, 9, 10, whole=True)),
        ("bytes=0-", Part(0, 9, 10, whole=False)),
        ("bytes=3-5", Part(3, 5, 10, whole=False)),
        ("bytes=3-99", Part(3, 9, 10, whole=False)),
        ("bytes=-4", Part(6, 9, 10, whole=False)),
        ("bytes=-99", Part(0, 9, 10, whole=False)),
        ("bytes=5-3", None),
        ("bytes=10-", None),
        ("bytes=-0", None),
        ("bytes=1-2,4-5", Part(0, 9, 10, whole=True)),
        ("items=1-2", Part(0, 9, 10, whole=True)),
    ],
)
def test_byte_ranges_are_parsed(asked, part):
    assert part_of(asked, 10) == part


def saved(server, **more):
    desk = server.desk
    body = {"state": edits.state_of(desk.digest), "run": desk._made(), "tracks": {}, "names": {}, **more}
    code, _, content = ask(server, "POST", "/save", body=json.dumps(body))
    return code, json.loads(content)


def cue(start, end, text, *speakers):
    return {"start": start, "end": end, "text": text, "speakers": speakers}


def test_saved_edits_and_names_are_in_the_reloaded_page(server):
    tracks = {"": [cue(1.0, 2.5, "One!", "SPEAKER_00"), cue(3.0, 4.5, "Two.", "SPEAKER_01")]}
    code, content = saved(server, tracks=tracks, names={"SPEAKER_01": " Zoe  Novak "})
    assert (code, content["edits"]) == (200, 2)
    overlay = edits.load(server.desk.digest)
    assert [[one.text for one in edit.after] for edit in overlay.tracks[""]] == [["One!"]]
    assert [(person.label, person.name) for person in overlay.speakers] == [
        ("SPEAKER_01", "Zoe Novak"),
        ("SPEAKER_00", None),
    ]
    assert b'"One!"' in ask(server, "GET", "/")[2]
    assert server.desk.stale is True


def test_a_save_over_a_newer_version_or_another_run_is_refused_and_writes_nothing(server):
    first = edits.state_of(server.desk.digest)
    names = {"SPEAKER_00": "Zoe"}
    assert saved(server, names=names)[0] == 200
    code, content = saved(server, names={"SPEAKER_00": "Ada"}, state=first)
    assert code == 409
    assert "saved elsewhere" in content["message"]
    code, content = saved(server, names={"SPEAKER_00": "Ada"}, run="another")
    assert code == 409
    assert "processed again since" in content["message"]
    assert edits.load(server.desk.digest).speakers[0].name == "Zoe"


def test_edits_saved_by_another_server_appear_after_a_reload(server, film, monkeypatch):
    other = Desk(film)
    body = {"state": edits.state_of(other.digest), "run": other._made(), "tracks": {}}
    other.save({**body, "names": {"SPEAKER_00": "Ada"}})
    assert saved(server, names={"SPEAKER_01": "Zoe"}, state="")[0] == 409
    monkeypatch.setattr(Desk, "make", lambda self: None)  # no stage is here to run
    content = ask(server, "GET", "/")[2]
    assert edits.state_of(other.digest).encode() in content
    assert saved(server, names={"SPEAKER_01": "Zoe"})[0] == 200
    overlay = edits.load(other.digest)
    assert {person.name for person in overlay.speakers} == {"Ada", "Zoe"}


def test_edits_undone_elsewhere_are_not_restored_by_the_next_save(server, monkeypatch):
    tracks = {"": [cue(1.0, 2.5, "One!", "SPEAKER_00"), cue(3.0, 4.5, "Two.", "SPEAKER_01")]}
    assert saved(server, tracks=tracks, names={"SPEAKER_00": "Ada"})[0] == 200
    edits.save(server.desk.digest, edits.load("0" * 64))  # orchestrator edits FILM --discard
    monkeypatch.setattr(Desk, "make", lambda self: None)  # no stage is here to run
    assert b"One!" not in ask(server, "GET", "/")[2]
    assert saved(server, names={"SPEAKER_01": "Zoe"})[0] == 200
    overlay = edits.load(server.desk.digest)
    assert [person.name for person in overlay.speakers] == ["Zoe"]
    assert not overlay.tracks


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"tracks": []}, "`tracks` is not an object"),
        ({"tracks": {"xx": []}}, "unknown track 'xx'"),
        ({"tracks": {"": [{"start": 1}]}}, "cue 1.end is not a time"),
        ({"tracks": {"": [cue(2, 1, "a")]}}, "ends before it starts"),
        ({"tracks": {"": [cue(1, 2, "a" * 5000)]}}, "5000 characters"),
        ({"tracks": {"": [cue(-3, 2, "a")]}}, "cue 1.start is not a time"),
        ({"tracks": {"": [cue(400, 402, "a")]}}, "ends after the film does"),
        ({"names": {"SPEAKER_00": "a" * 200}}, "is not a name"),
        ({"names": {"SPEAKER_00": "a\u0007"}}, "is not a name"),
        ({"names": {"SPEAKER_00": 3}}, "is not a text"),
    ],
)
def test_invalid_data_is_refused_with_a_message(server, sent, said):
    code, content = saved(server, **sent)
    assert code == 400
    assert said in content["message"]
    assert not edits.file_of(server.desk.digest).exists()


def test_a_film_that_cannot_be_reviewed_is_refused_with_the_reason(film, tmp_path):
    other = tmp_path / "other.mp4"
    other.write_text("another film")
    with pytest.raises(FatalError, match="has no subtitles yet"):
        Desk(other)
    edits.save(file_digests.file_digest(film), edits.load("0" * 64))
    edits.file_of(file_digests.file_digest(film)).write_text("{")
    with pytest.raises(FatalError, match="are damaged"):
        Desk(film)


def test_a_copy_of_a_film_has_its_own_runs_and_a_moved_film_keeps_its_runs(film, tmp_path):
    runs = tmp_path / "home" / "runs"
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(film.read_bytes())
    with pytest.raises(FatalError, match=f"has no subtitles yet, unlike its copy {film}"):
        Desk(copy)
    newer = runs / "20260103-030405-copy"
    newer.mkdir()
    (newer / "lock").touch()
    content = json.loads(next(runs.glob("*-movie/run.json")).read_text())
    content["films"][0]["path"] = str(copy)
    content["options"] = {"max_line_width": 30}
    (newer / "run.json").write_text(json.dumps(content))
    assert Desk(film)._content["options"] == {}
    assert Desk(copy)._content["options"] == {"max_line_width": 30}
    moved = film.rename(tmp_path / "moved.mp4")
    assert Desk(moved)._content["options"] == {}


def test_saved_edits_are_shown_even_if_rendering_fails(server):
    tracks = {"": [cue(1.0, 2.5, "One!", "SPEAKER_00"), cue(3.0, 4.5, "Two.", "SPEAKER_01")]}
    assert saved(server, tracks=tracks)[0] == 200
    server.desk._take_up()  # a run that made nothing
    assert b"One!" in ask(server, "GET", "/")[2]


def test_a_run_of_a_clip_cannot_be_reviewed(film, tmp_path):
    store = Store(tmp_path / "home" / "store")
    part = films.kept(store, "demux", {}, params={"clip": "0:00-0:02"}, seconds=9.0)
    place = next((tmp_path / "home" / "runs").glob("*/run.json"))
    content = json.loads(place.read_text())
    stages = content["films"][0]["stages"]
    content["films"][0]["stages"] = [part if one["stage"] == "demux" else one for one in stages]
    place.write_text(json.dumps(content))
    with pytest.raises(FatalError, match="covered only a part of it"):
        Desk(film)


def test_a_run_of_a_clip_does_not_hide_the_run_of_the_whole_film(film, tmp_path):
    first = next((tmp_path / "home" / "runs").glob("*/run.json"))
    content = json.loads(first.read_text())
    store = Store(tmp_path / "home" / "store")
    part = films.kept(store, "demux", {}, params={"clip": "0:00-0:02"}, seconds=9.0)
    stages = content["films"][0]["stages"]
    content["films"][0]["stages"] = [part if one["stage"] == "demux" else one for one in stages]
    later = first.parent.with_name("20260103-000000-movie")
    later.mkdir()
    (later / "lock").touch()
    (later / "run.json").write_text(json.dumps({**content, "id": later.name}))
    desk = Desk(film)
    assert desk._content["id"] == "a-run"
    assert f"the last run ({later.name})" in desk.passed_over


def test_a_port_in_use_is_reported_and_the_films_own_port_falls_back_to_a_free_one(server, film):
    with pytest.raises(FatalError, match="cannot be used"):
        Server(server.desk, server.guard.port)
    with Server(server.desk) as second:
        assert second.guard.port != server.guard.port
        assert second.guard.token != server.guard.token
    assert 20000 <= own_port(server.desk.digest) < 30000


def test_a_rerun_has_the_same_options_except_those_for_one_run(film):
    options = {
        "films": ["a.mkv"],
        "command": "run",
        "max_line_width": 36,
        "mux": False,
        "names": True,
        "speakers": "SPEAKER_00=Zoe Novak",
        "device": ["asr=cpu"],
        "force": ["asr"],
        "from_": "asr",
        "until": "mux",
        "overwrite": True,
        "json": True,
        "elsewhere": {},
        "initial_prompt": "-- odd",
    }
    assert command_of({"options": options}, film) == [
        "run",
        "--max-line-width=36",
        "--no-mux",
        "--names",
        "--speakers=SPEAKER_00=Zoe Novak",
        "--initial-prompt=-- odd",
        "--device=asr=cpu",
        "--json",
        "--",
        str(film),
    ]


def test_an_end_request_stops_the_server(film):
    with Server(Desk(film)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        assert status(server, "POST", "/end", body="{}") == 200
        thread.join(5)
        assert not thread.is_alive()


def test_empty_audio_is_served_as_a_bare_wav_header(tmp_path):
    np = pytest.importorskip("numpy")
    from orchestrator.review.streams import SoundSource

    write_audio(tmp_path / "audio.arrow", np.zeros(0, np.int16))
    assert SoundSource(tmp_path / "audio.arrow").size == 44
