"""The service's page in a real browser: what it shows, what it changes, and what it lets nobody do."""

from __future__ import annotations

import re

import pytest

from tests.browser import sideways, until
from tests.orchestrator.serve import page_service
from tests.orchestrator.serve.page_service import HEBREW, LONG, MARKUP, opened, queue_up

pytestmark = pytest.mark.env("serve")
TOKEN = "a-token-that-nobody-guesses"  # noqa: S105
NAV = "((nav) => nav.scrollWidth - nav.clientWidth)(document.querySelector('nav'))"
MARKED = f"{MARKUP.replace('/', '')}.mkv"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with page_service.service(tmp_path_factory.mktemp("page"), ended=500) as one:
        yield one


@pytest.fixture(autouse=True)
def _empty_queue(service):
    """Each test starts with nothing in work."""
    yield
    for job in service.json("GET", "/api/jobs?state=queued,running")[1]["jobs"]:
        service.json("POST", f"/api/jobs/{job['id']}/cancel", {})
    service.until("done", "degraded", "failed", "set_aside", "cancelled")


def names(page, place):
    return page.locator(f"#{place} h3").all_inner_texts()


def test_every_view_fits_every_width_and_shows_markup_in_names_as_text(service):
    queue_up(service, "Amélie.mkv", MARKED, f"{LONG}.mkv", f"{HEBREW}.mkv", language="fr")
    for width, scheme in ((360, "dark"), (768, "light"), (1440, "dark")):
        with opened(service, width=width, scheme=scheme) as page:
            page.wait_for_selector("#running .step.running")
            assert MARKED in names(page, "running")
            for view in ("queue", "review", "finished"):
                page.evaluate(f"location.hash = '{view}'")
                page.wait_for_selector(f"#view-{view}:not([hidden])")
                assert sideways(page) <= 0, (width, view)
            page.evaluate("document.querySelectorAll('nav b').forEach((b) => (b.textContent = '99+'))")
            assert page.evaluate(NAV) <= 0, width
            assert page.locator("#finished .wrong").first.is_visible()
            assert page.locator("img").count() == 0
            assert page.locator("b:text('bold')").count() == 0
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", ground))) < 150) is (scheme == "dark")


def test_films_in_progress_show_their_stages_live_and_one_that_ends_moves_to_finished(service):
    queue_up(service, "Queue 1.mkv")
    with opened(service) as page:
        page.wait_for_selector("#running .step.running")
        row = page.locator("#running > li")
        assert "cuda · large-v3" in row.inner_text()
        until(page, "/[0-9]. real time/.test(document.getElementById('running').innerText)")
        share = row.get_by_role("progressbar", name="Progress of").get_attribute("aria-valuenow")
        until(page, f"document.querySelector('.progress .bar').ariaValueNow !== '{share}'")
        row.locator("summary").click()
        assert row.locator("details .step.cached .name").all_inner_texts() == ["audio"]
        until(page, "document.querySelector('#running details').open")  # still, after further events
        page.get_by_role("button", name="Cancel Queue 1.mkv").click()
        assert page.get_by_role("button", name="Cancel it? Queue 1.mkv").is_visible()
        (service.films / "Queue 1.mkv.go").touch()
        until(page, "!document.querySelector('#running > li')")
        page.click("nav a[href='#finished']")
        until(page, "document.activeElement.id === 'finished-title'")
        page.get_by_role("searchbox").fill("queue 1")
        until(page, "document.querySelectorAll('#finished > li').length === 1")
        assert page.locator("#finished .state").inner_text() == "done"


def test_the_queue_is_ordered_by_keyboard_and_the_focus_stays(service):
    queue_up(service, "Amélie.mkv", f"{LONG}.mkv", "Queue 2.mkv", "Queue 3.mkv")
    queue_up(service, "Queue 4.mkv", target_language="en", diarize=False, device={"asr": "cpu"})
    with opened(service) as page:
        page.wait_for_selector("#waiting > li:nth-child(3)")
        options = page.locator("#waiting > li", has_text="Queue 4.mkv").inner_text()
        assert all(words in options for words in ("into: English", "--no-diarize", "--device asr=cpu")), (
            options
        )
        page.get_by_role("button", name="Move up: Queue 4.mkv").focus()
        page.keyboard.press("Enter")
        until(page, "document.querySelector('#waiting > li:nth-child(2) h3').innerText === 'Queue 4.mkv'")
        assert page.evaluate("document.activeElement.ariaLabel") == "Move up: Queue 4.mkv"
        page.get_by_role("button", name="Make the next: Queue 3.mkv").click()
        until(page, "document.querySelector('#waiting > li h3').innerText === 'Queue 3.mkv'")
        page.get_by_role("button", name="Move down: Queue 3.mkv").click()
        until(page, "document.querySelector('#waiting > li h3').innerText === 'Queue 2.mkv'")
        page.get_by_role("button", name="Cancel Queue 3.mkv").click()
        until(page, "document.querySelectorAll('#waiting > li').length === 2")
        assert names(page, "waiting") == ["Queue 2.mkv", "Queue 4.mkv"]
        assert page.evaluate("document.activeElement.closest('#waiting') !== null")
        assert "Queue 3.mkv is cancelled" in page.locator("#told").inner_text()


def test_what_failed_comes_first_with_what_to_do_and_can_be_tried_again(service):
    with opened(service, "#finished") as page:
        states = page.locator("#finished .state").all_inner_texts()
        assert states[:3] == ["failed", "set aside", "degraded"] or states[:3] == [
            "set aside",
            "failed",
            "degraded",
        ]
        assert len(states) == 50  # of 500
        failed = page.locator("#finished > li", has_text="the model gave no text")
        assert "Try another model, or send the log of its run." in failed.inner_text()
        page.click("#finished-more")
        assert page.locator("#finished > li").count() == 100
        page.get_by_role("button", name="Remove all failed").click()
        assert page.get_by_role("button", name="Remove 2 from the list?").is_visible()
        page.select_option("#finished-order", "latest")
        assert page.locator("#finished .state").first.inner_text() == "cancelled"
        page.select_option("#finished-state", "set_aside")
        assert names(page, "finished") == ["Poison.mkv"]
        page.select_option("#finished-state", "trouble")
        page.get_by_role("button", name=f"Remove from list {HEBREW}.mkv").click()
        until(page, "document.querySelectorAll('#finished > li').length === 2")
        page.select_option("#finished-state", "done")
        page.get_by_role("searchbox").fill("amé")
        edit = page.get_by_role("link", name="Edit Amélie.mkv").get_attribute("href")
        assert edit.endswith("/?from=finished")
        assert page.get_by_role("link", name="Report").count() == 0  # the editor shows it, with the film
        page.click("nav a[href='#queue']")
        page.get_by_role("button", name="Dismiss").click()
        until(page, "!document.querySelector('.notice.bad')")


def test_a_film_is_chosen_in_the_folders_and_only_there(service):
    with opened(service) as page:
        page.get_by_label("Spoken language").fill("hi")
        page.click("#browse")
        assert "spoken language Hindi, not translated" in page.locator("#browser-options").inner_text()
        for folder in ("Series", "Season 1"):  # the only allowed folder is open
            page.locator("#browser .folder", has_text=folder).click()
        page.wait_for_selector("#browser .film")
        films = page.locator("#browser .film bdi").all_inner_texts()
        assert films == ["Episode 1.mkv", "Episode 2.mkv", "Episode 10.mkv"]
        page.get_by_role("button", name="Add Episode 2.mkv").click()
        page.wait_for_selector("#browser .film button:disabled")
        page.keyboard.press("Escape")
        until(page, "document.querySelectorAll('#running > li').length === 1")
        assert names(page, "running") == ["Episode 2.mkv"]
        assert "spoken: Hindi" in page.locator("#running").inner_text()
        page.get_by_label("Path of a film or folder").fill("/etc/passwd")
        page.keyboard.press("Enter")
        page.wait_for_selector("#add-wrong:not([hidden])")
        assert "This service may not read there." in page.locator("#add-wrong").inner_text()
        page.wrong.clear()  # the browser logs the refusal
    for path in ("/etc", f"{service.films}/..", str(service.films.parent / "home"), "relative"):
        assert service.json("POST", "/api/folders", {"path": path})[0] == 403


def test_the_page_connects_again_after_the_service_was_restarted(service):
    with opened(service) as page:
        service.kill()
        page.wait_for_selector(".notice.lost")
        service.start()
        until(page, "!document.querySelector('.notice.lost')", 15)
        queue_up(service, "Queue 2.mkv")
        until(page, "document.querySelectorAll('#running > li').length === 1")
        page.wrong.clear()  # the browser logs the lost connection


def test_pausing_is_shown_and_undone(service):
    with opened(service) as page:
        page.click("#pause")
        page.wait_for_selector(".notice.paused")
        page.click("#pause")
        until(page, "!document.querySelector('.notice.paused')")


def test_the_machine_and_the_settings_are_shown_with_where_they_were_set(service):
    with opened(service, "#service", width=360) as page:
        page.wait_for_selector("#devices tr")
        page.wait_for_selector("#settings tr")
        page.locator("#settings summary").click()
        rows = page.locator("#settings tr").all_inner_texts()
        assert any("--folder" in row and "command line" in row for row in rows)
        assert any("--between" in row and "built-in default" in row for row in rows)
        assert "cores" in page.locator("#machine").inner_text()
        assert "asr" in page.locator("#devices").inner_text()
        assert sideways(page) <= 0


def test_the_token_is_exchanged_for_a_cookie_that_no_script_can_read(tmp_path):
    with page_service.service(tmp_path, token=TOKEN) as one:
        with opened(one, wait=False) as page:
            page.wait_for_selector("#token")
            assert not page.locator("#all").is_visible()
            page.fill("#token", "a wrong one")
            page.keyboard.press("Enter")
            page.wait_for_selector("#sign-in-wrong:not([hidden])")
            page.fill("#token", TOKEN)
            page.keyboard.press("Enter")
            until(page, "document.querySelector('nav a[href=\"#finished\"] b').innerText === '3'")
            stored = "document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)"
            assert page.evaluate(stored) == "{}{}"
            assert page.context.cookies()[0]["httpOnly"]
            page.click("#sign-out")
            page.wait_for_selector("#token:visible")
            page.wrong.clear()  # the browser logs each 401
        empty = {"Authorization": ""}
        for path in ("/api/review", "/api/machine", "/api/devices", "/api/settings"):
            assert one.ask("GET", path, headers=empty)[0] == 401
        assert one.ask("POST", "/api/folders", {"path": ""}, headers=empty)[0] == 401


def test_the_page_may_run_only_its_own_files_and_serves_no_others(service):
    _, headers, content = service.ask("GET", "/")
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"):
        assert rule in policy
    assert b"<script>" not in content
    assert b"style=" not in content
    tag = headers["ETag"]
    assert service.ask("GET", "/", headers={"If-None-Match": tag})[0] == 304
    for path in ("/static/serve/token.py", "/static/../api/status", "/static/%2e%2e/token", "/static/"):
        assert service.ask("GET", path)[0] == 404
    status, headers, _ = service.ask("GET", "/static/report/js/words.js")
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
