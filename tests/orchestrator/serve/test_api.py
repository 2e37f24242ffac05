"""The service's own API, in its own environment."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.orchestrator.folders import library
from tests.orchestrator.serve.served import Served, form

pytestmark = pytest.mark.env("serve")
TOKEN = "a-token-that-nobody-guesses"  # noqa: S105


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    for name in ("a", "worse", "broken", "long", "poison", "b", "c"):
        (folder / f"{name}.mkv").write_text("film")
    (folder.parent / "outside.mkv").write_text("film")
    (folder / "link.mkv").symlink_to(folder.parent / "outside.mkv")
    return folder


@pytest.fixture(scope="module")
def service(films, tmp_path_factory):
    one = Served(
        tmp_path_factory.mktemp("home"), folders=(str(films),), pace="0.05", head_s=1.0, max_upload=1 << 30
    )
    yield one.start()
    one.stop()


def add(service, film, **options):
    return service.json("POST", "/api/jobs", {"path": str(film), "options": options})


def test_a_film_is_queued_run_and_its_files_are_sent(service, films):
    status, job = add(service, films / "a.mkv", language="en")
    assert (status, job["state"], job["options"]) == (201, "queued", {"language": "en"})
    done = next(one for one in service.until("done") if one["id"] == job["id"])
    assert done["files"][0]["name"] == "a.en.srt"
    status, headers, content = service.ask("GET", done["files"][0]["url"])
    assert (status, headers["Content-Type"]) == (200, "application/x-subrip")
    assert headers["Content-Disposition"].startswith("attachment;")
    assert b"Hello there." in content
    whole = service.json("GET", f"/api/jobs/{job['id']}")[1]
    assert whole["steps"]["asr"]["facts"]["language"] == "en"


def test_a_report_can_run_its_script_and_ask_the_service_nothing(service, films):
    job = add(service, films / "a.mkv", output_format="srt,report")[1]["id"]
    service.until("done", "degraded")
    status, headers, content = service.ask("GET", f"/api/jobs/{job}/report")
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/html")
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts ")
    assert "allow-same-origin" not in policy
    assert b"<html" in content
    other = next(one["id"] for one in service.json("GET", "/api/jobs")[1]["jobs"] if one["id"] != job)
    assert service.ask("GET", f"/api/jobs/{other}/report")[0] == 404


def test_a_file_that_was_replaced_by_a_link_is_not_sent(service, films):
    job = add(service, films / "c.mkv")[1]["id"]
    service.until("done")
    (films / "c.en.srt").unlink()
    (films / "c.en.srt").symlink_to("/etc/passwd")
    for name in ("c.en.srt", "..%2Fa.en.srt", "/etc/passwd", "a.en.srt"):
        assert service.ask("GET", f"/api/jobs/{job}/files/{name}")[0] == 404


def test_paths_outside_the_folders_get_the_same_refusal_whatever_is_there(service, films):
    answers = {
        json.dumps(add(service, path))
        for path in (films.parent / "outside.mkv", "/etc/passwd", "/nothing.mkv", films / "link.mkv")
    }
    assert len(answers) == 1
    assert json.loads(answers.pop())[0] == 403


def test_wrong_requests_get_a_sentence_and_no_job(service, films):
    film = str(films / "a.mkv")
    before = service.json("GET", "/api/status")[1]["jobs"]
    for body, status in (
        ({"path": film, "options": {"output_dir": "/etc"}}, 400),
        ({"path": film, "options": {"no_such": 1}}, 400),
        ({"path": film, "option": {}}, 400),
        ({"path": str(films / "missing.mkv")}, 422),
        ({"path": film, "options": {"target_language": "german"}}, 400),
        ({"path": film, "options": {"language": "klingon"}}, 400),
        ({"path": 3}, 400),
        ({}, 400),
    ):
        found, answer = service.json("POST", "/api/jobs", body)
        assert (found, bool(answer["message"])) == (status, True), body
    for address, hint in (("/api/nothing", "docs/serve.md"), ("/api/jobs/1", "off the list")):
        assert hint in service.json("GET", address)[1]["hint"]
    for change, body in (
        ("explode", {}),
        ("cancel", {"state": "done"}),
        ("remove", {}),
        ("retry", {"state": 3}),
    ):
        assert service.json("POST", f"/api/jobs/all/{change}", body)[0] in {400, 404}
    json_type = {"Content-Type": "application/json"}
    assert service.ask("POST", "/api/jobs", b"[" * 100_000, json_type)[0] == 400
    assert service.ask("POST", "/api/jobs", b"x" * (2 << 20), json_type)[0] == 413
    assert service.ask("POST", "/api/jobs", b"path=/etc", {"Content-Type": "text/plain"})[0] == 415
    assert service.json("GET", "/api/jobs?state=nonsense")[0] == 400
    assert service.json("GET", "/api/nothing")[0] == 404
    assert service.json("PUT", "/api/jobs")[0] == 405
    assert service.json("GET", "/api/status")[1]["jobs"] == before


def test_the_events_of_a_job_come_as_they_happen_and_end_with_it(service, films):
    service.json("POST", "/api/pause")
    job = add(service, films / "worse.mkv")[1]["id"]
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    connection.request("GET", f"/api/jobs/{job}/events")
    stream = connection.getresponse()
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    service.json("POST", "/api/resume")
    text = stream.read().decode()
    connection.close()
    names = [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]
    assert [names[0], names[-1]] == ["job", "job"]
    assert "step_done" in names
    last = json.loads(text.rstrip().rpartition("data: ")[2])
    assert (last["state"], last["degraded"]) == ("degraded", ["asr: no diarization"])
    assert service.json("DELETE", f"/api/jobs/{job}")[0] == 200


def test_jobs_can_be_cancelled_retried_moved_and_removed(service, films):
    service.json("POST", "/api/pause")
    first, second = (add(service, films / name)[1]["id"] for name in ("a.mkv", "b.mkv"))
    assert add(service, films / "a.mkv")[0] == 200
    assert service.json("POST", f"/api/jobs/{second}/first")[0] == 200
    queued = [one["id"] for one in service.json("GET", "/api/jobs?state=queued")[1]["jobs"]]
    assert queued == [second, first]
    assert service.json("POST", f"/api/jobs/{second}/move", {"before": None})[0] == 200
    assert service.json("POST", f"/api/jobs/{first}/cancel")[1]["state"] == "cancelled"
    assert service.json("POST", f"/api/jobs/{first}/cancel")[0] == 409
    assert service.json("DELETE", f"/api/jobs/{second}")[0] == 409
    assert service.json("POST", f"/api/jobs/{first}/retry")[1]["state"] == "queued"
    assert service.json("POST", f"/api/jobs/{first}/explode")[0] == 404
    service.kill()
    service.start()
    assert service.json("GET", "/api/status")[1]["paused"] is True  # still, after a restart
    assert service.json("POST", "/api/jobs/all/cancel", {"state": "queued"}) == (200, {"jobs": 2})
    assert service.json("POST", "/api/jobs/all/retry", {"state": "cancelled"}) == (200, {"jobs": 2})
    service.json("POST", "/api/resume")
    service.until("done", "degraded")


@pytest.mark.env("media")
def test_a_folder_is_queued_by_the_rules_of_libraries(service, films):
    service.json("POST", "/api/pause")
    series = films / "series"
    (series / "trailers").mkdir(parents=True)
    (series / "old.mkv").write_text("no film")
    content = library.tone(films.parent / "made.mkv").read_bytes()
    for name in ("e1.mkv", "e2.mkv", "e3.mkv", "trailers/e.mkv"):
        (series / name).write_bytes(content + name.encode())
    (series / "e2.en.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    (series / "out.mkv").symlink_to(films.parent / "outside.mkv")
    status, answer = add(service, series)
    assert status == 201
    queued = {service.json("GET", f"/api/jobs/{job}")[1]["name"] for job in answer["queued"]}
    assert (queued, answer["new"]) == ({"e1.mkv", "e3.mkv"}, 2)
    assert answer["left_out"] == {"trailer": 1, "subtitled already": 1, "unreadable": 1}
    listing = service.json("POST", "/api/folders", {"path": str(series)})[1]
    assert [one["rule"] for one in listing["films"]] == ["", "", "", ""]
    listing = service.json("POST", "/api/folders", {"path": str(series / "trailers")})[1]
    assert [one["rule"] for one in listing["films"]] == ["trailer"]
    service.json("POST", "/api/jobs/all/cancel", {"state": "queued"})
    service.json("POST", "/api/resume")
    assert service.json("GET", "/api/watched")[1] == {"folders": [], "at": None}


def test_a_running_film_is_cancelled(service, films):
    job = add(service, films / "long.mkv")[1]["id"]
    deadline = time.monotonic() + 10
    while service.json("GET", f"/api/jobs/{job}")[1]["state"] != "running" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert service.json("POST", f"/api/jobs/{job}/cancel")[1]["cancelling"] is True
    service.until("done", "degraded", "cancelled")
    service.json("DELETE", f"/api/jobs/{job}")


def test_a_client_that_sends_its_request_slowly_is_disconnected(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as slow:
        begun = time.monotonic()
        slow.sendall(b"GET /api/status HTTP/1.1\r\n")
        slow.settimeout(0.3)
        while time.monotonic() - begun < 8:
            try:
                slow.sendall(b"X-More: 1\r\n")
                if slow.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
    assert time.monotonic() - begun < 5
    assert service.json("GET", "/api/status")[0] == 200


def test_a_hundred_clients_at_once_get_their_answers(service):
    def one(number):
        body, headers = form(b"\0\0" * (1000 + number))
        return service.ask("POST", "/asr?encode=false&output=srt&language=en", body, headers, timeout=60)[::2]

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(one, range(100)))
    assert {status for status, _ in answers} == {200}
    assert all(b"Hello there." in content for _, content in answers)


def test_an_upload_takes_no_memory(service):
    before = service.memory()
    size = 150 << 20
    head, tail = form(b"|")[0].split(b"|")
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    connection.putrequest("POST", "/asr?output=txt")
    connection.putheader("Content-Type", "multipart/form-data; boundary=B")
    connection.putheader("Content-Length", str(size + len(head) + len(tail)))
    connection.endheaders()
    block = os.urandom(1 << 20)
    connection.send(head)
    for _ in range(size >> 20):
        connection.send(block)
    connection.send(tail)
    assert connection.getresponse().status == 200
    connection.close()
    assert service.memory() - before < 30 << 20


def test_an_upload_that_is_too_large_cut_short_or_no_form_is_refused_and_leaves_nothing(service):
    uploads = service.home / "serve" / "uploads"
    before = len(list(uploads.iterdir()))
    body, headers = form(b"x" * 1000)
    assert service.ask("POST", "/asr", b"", {**headers, "Content-Length": str(2 << 30)})[0] == 413
    assert service.ask("POST", "/asr", body[:500], headers)[0] == 400
    assert service.ask("POST", "/asr", b"x", {"Content-Type": "text/plain"})[0] == 415
    assert service.ask("POST", "/asr", *form(b""))[0] == 422
    assert service.ask("POST", "/asr", *form(b"x", field="wrong"))[0] == 422
    assert service.ask("POST", "/asr?output=exe", body, headers)[0] == 400
    assert len(list(uploads.iterdir())) == before


def test_without_the_token_nothing_is_learnt_and_nothing_happens(films, tmp_path):
    one = Served(tmp_path, folders=(str(films),), token=TOKEN)
    one.start()
    try:
        stranger = {"Authorization": "Bearer wrong"}
        add(one, films / "a.mkv")
        body, headers = form(b"x" * 1000)
        requests = [
            ("GET", "/api/status"), ("GET", "/api/jobs"), ("GET", "/api/events"), ("POST", "/api/jobs"),
            ("POST", "/api/pause"), ("GET", "/status"), ("POST", "/asr"), ("POST", "/detect-language"),
            ("GET", "/v1/models"), ("POST", "/v1/audio/transcriptions"), ("POST", "/webhooks/sonarr"),
            ("GET", "/api/jobs/1/files/a"), ("GET", "/nothing"), ("DELETE", "/api/jobs/1"), ("TRACE", "/"),
        ]  # fmt: skip
        answers = {one.ask(method, path, headers=stranger)[::2] for method, path in requests}
        assert answers == {(401, next(iter(answers))[1])}
        assert json.loads(answers.pop()[1])["message"] == "this token is wrong"
        assert (
            one.json("GET", "/api/status", headers={"Authorization": ""})[1]["message"] == "a token is needed"
        )
        assert one.ask("POST", "/asr", body, {**headers, **stranger})[0] == 401
        assert one.ask("POST", "/api/session", {"token": "wrong"}, stranger)[0] == 401
        assert one.ask("GET", "/health", headers=stranger)[2] == b'{"ok": true}'
        assert list((tmp_path / "serve" / "uploads").iterdir()) == []
        assert one.json("GET", "/api/status")[1]["jobs"]["queued"] <= 1
        cookie = one.ask("POST", "/api/session", {"token": TOKEN}, stranger)[1]["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        session = {**stranger, "Cookie": cookie.partition(";")[0]}
        assert one.ask("GET", "/api/status", headers=session)[0] == 200
        assert TOKEN not in one.ask("GET", "/api/status")[2].decode()
    finally:
        one.stop()


def test_a_page_of_another_site_cannot_use_the_service(service):
    for headers in (
        {"Origin": "http://evil.example"},
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        status, answered, _ = service.ask("POST", "/api/pause", headers=headers)
        assert status in {403, 421}
        assert "Access-Control-Allow-Origin" not in answered
    assert service.json("GET", "/api/status")[1]["paused"] is False


def test_every_job_ends_once_whatever_is_killed(films, tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    one = Served(tmp_path / "home", folders=(str(folder),), pace="0.05")
    one.home.mkdir()
    one.start()
    for number in range(10):
        (folder / f"{number}.mkv").write_text("film")
        assert add(one, folder / f"{number}.mkv")[0] == 201
    for kills in range(6):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            status = one.json("GET", "/api/status")[1]
            if status["jobs"]["done"] > kills and status["runner"]["pid"]:
                break
            time.sleep(0.01)
        if kills % 2:
            os.kill(status["runner"]["pid"], signal.SIGKILL)
        else:
            one.kill()
            one.start()
    jobs = one.until("done")
    one.stop()
    assert len(jobs) == 10
    assert sorted(path.name for path in folder.glob("*.srt")) == [f"{number}.en.srt" for number in range(10)]
