"""The service beside other programs: webhooks in, addresses and media servers told, watched folders."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.orchestrator.serve.served import Served, form
from tests.orchestrator.serve.test_payloads import ITEM, JELLYFIN, PLEX, RADARR
from tests.stage_runners import films as made

pytestmark = pytest.mark.env("serve")


class Others(ThreadingHTTPServer):
    """Jellyfin, Plex and an address of the user's, in one. `playing` is whether somebody plays."""

    daemon_threads = True

    def __init__(self, films):
        super().__init__(("127.0.0.1", 0), Answers)
        self.films, self.playing, self.asked, self.failures = films, False, [], 1
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def of(self, path):
        return [one for one in self.asked if one[1].partition("?")[0] == path]


class Answers(BaseHTTPRequestHandler):
    server: Others

    def do_GET(self):
        self.answer("GET")

    def do_POST(self):
        self.answer("POST")

    def answer(self, method):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        key = self.headers.get("X-Emby-Token") or self.headers.get("X-Plex-Token")
        path = self.path.partition("?")[0]
        self.server.asked.append((method, self.path, key, json.loads(body) if body else None))
        status = 200
        if path == "/hook" and self.server.failures:
            self.server.failures -= 1
            status = 503
        content = json.dumps(self.content(path)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def content(self, path):
        part = {"Media": [{"Part": [{"file": "/plex/b.mkv"}]}]}
        sections = [
            {"key": str(n), "Location": [{"path": path}]} for n, path in ((1, "/other"), (2, "/plex"))
        ]
        sessions = [{"NowPlayingItem": {}}, *[{"NowPlayingItem": {"Name": "x"}}] * self.server.playing]
        return {
            "/Items": {"Items": [{"Path": "/data/a.mkv"}]},
            "/Sessions": sessions,
            "/library/metadata/4711": {"MediaContainer": {"Metadata": [part]}},
            "/library/sections": {"MediaContainer": {"Directory": sections}},
        }.get(path, {})

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    for name in "ab":
        (folder / f"{name}.mkv").write_bytes(b"\x1a\x45\xdf\xa3" + bytes(100))
    (folder / "Stalker (1979)").mkdir()
    (folder / "Stalker (1979)" / "Stalker.mkv").write_bytes(b"\x1a\x45\xdf\xa3")
    (folder / "new").mkdir()
    return folder


@pytest.fixture(scope="module")
def others(films):
    one = Others(films)
    yield one
    one.shutdown()
    one.server_close()


@pytest.fixture(scope="module")
def service(films, others, tmp_path_factory):
    one = Served(
        tmp_path_factory.mktemp("home"), folders=(str(films),), watch=(str(films / "new"),), settled_s=1.0,
        maps=(("/data", str(films), ""), ("/plex", str(films), "plex"), ("/films", str(films), "radarr")),
        jellyfin=others.url, plex=others.url, on_done=(f"{others.url}/hook?state={{state}}",), retry_s=0.2,
        environ={"JELLYFIN_API_KEY": "key-of-jellyfin", "PLEX_TOKEN": "key-of-plex"},
    )  # fmt: skip
    yield one.start()
    one.stop()


def until(found, seconds=15):
    deadline = time.monotonic() + seconds
    while not (answer := found()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer


def test_a_film_that_jellyfin_tells_of_is_asked_for_queued_and_shown_there(service, others, films):
    status, answer = service.json("POST", "/webhooks/jellyfin", JELLYFIN)
    assert (status, len(answer["queued"])) == (200, 1)
    assert others.of("/Items")[0][1:3] == (f"/Items?ids={ITEM}&fields=Path", "key-of-jellyfin")
    service.until("done")
    update = until(lambda: others.of("/Library/Media/Updated"))[0]
    assert update[3] == {"Updates": [{"Path": "/data/a.mkv", "UpdateType": "Modified"}]}


def test_an_address_that_fails_is_told_again_and_the_others_are_not(service, others):
    told = until(lambda: len(others.of("/hook")) > 1 and others.of("/hook"))
    assert {one[1] for one in told} == {"/hook?state=done"}
    assert told[-1][3]["message"] == "a.mkv has subtitles"
    assert len(others.of("/Library/Media/Updated")) == 1


def test_plex_sends_a_form_and_is_told_by_its_own_paths(service, others):
    before = len(others.of("/library/sections/2/refresh"))
    body, headers = form(b"a picture", field="thumb", name="thumb.jpg", payload=json.dumps(PLEX))
    assert service.ask("POST", "/webhooks/plex", body, headers)[0] == 200
    assert others.of("/library/metadata/4711")[0][2] == "key-of-plex"
    service.until("done")
    asked = until(lambda: others.of("/library/sections/2/refresh")[before:])
    assert asked[0][1].endswith("?path=%2Fplex")


def test_radarr_tells_a_path_of_its_own(service):
    answer = service.json("POST", "/webhooks/radarr", RADARR)[1]
    assert len(answer["queued"]) == 1
    jobs = service.until("done")
    assert "Stalker.mkv" in {job["name"] for job in jobs}


def test_a_webhook_cannot_name_a_path_outside_or_a_server(service, others):
    before = len(others.asked)
    outside = {"eventType": "Download", "movieFile": {"path": "/etc/passwd"}}
    status, answer = service.json("POST", "/webhooks/radarr", outside)
    assert (status, answer["queued"]) == (422, [])
    strange = JELLYFIN | {"ItemId": "x/../../Users", "ServerUrl": "http://127.0.0.1:1"}
    assert service.json("POST", "/webhooks/jellyfin", strange)[1] == {"queued": [], "refused": []}
    unknown = {"Event": "library.new", "Item": {"Id": "1", "Type": "Movie"}}
    assert service.json("POST", "/webhooks/emby", unknown)[0] == 422
    assert service.json("POST", "/webhooks/nobody", {})[0] == 404
    assert service.ask("POST", "/webhooks/plex", *form(b"x"))[0] == 400
    assert service.ask("POST", "/webhooks/sonarr", b"no json")[0] == 400
    assert len(others.asked) == before


@pytest.mark.env("media")
def test_a_new_film_in_a_watched_folder_is_subtitled_unasked(service, films):
    made.film(films, "new/c.mkv")

    def found():
        jobs = service.json("GET", "/api/jobs")[1]["jobs"]
        return [one for one in jobs if one["name"] == "c.mkv"]

    assert until(found, 60)[0]["source"] == "watch"
    service.until("done")
    assert (films / "new" / "c.en.srt").exists()


def test_no_film_starts_while_somebody_plays_one(films, others, tmp_path):
    others.playing = True
    one = Served(tmp_path, folders=(str(films),), jellyfin=others.url, pause_while_playing=True).start()
    try:
        assert (
            until(lambda: one.json("GET", "/api/status")[1]["held"])
            == "paused while somebody plays a film on Jellyfin"
        )
        job = one.json("POST", "/api/jobs", {"path": str(films / "b.mkv")})[1]["id"]
        body, headers = form(b"x")
        assert one.ask("POST", "/asr", body, headers)[0] == 200
        assert one.json("GET", f"/api/jobs/{job}")[1]["state"] == "queued"
    finally:
        others.playing = False
        one.stop()
