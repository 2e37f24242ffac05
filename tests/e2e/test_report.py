"""The report of a finished run, opened from the disk in a real browser."""

from __future__ import annotations

import re

import pytest

from tests.browser import opened, sideways, until


@pytest.fixture
def report(finished):
    return (finished / "demo.report.html").as_uri()


@pytest.fixture
def page(report):
    with opened(report) as page:
        yield page


def test_the_report_is_one_file_that_loads_only_the_film_beside_it(page, film):
    page.wait_for_timeout(300)
    assert page.wrong == []
    assert set(page.asked) <= {film.as_uri()}


def test_every_cue_is_listed_with_its_text(page, finished):
    shown = page.locator("#list .cue .text").all_inner_texts()
    srt = (finished / "demo.en.srt").read_text()
    assert len(shown) == srt.count("-->")
    assert page.locator("#tab-all b").inner_text() == str(len(shown))
    for line in shown[0].splitlines():
        assert line in srt


def test_a_click_on_a_cue_seeks_to_it_in_the_film(page):
    plays = page.evaluate(
        """document.createElement("video").canPlayType('video/mp4; codecs="avc1.42E01E, mp4a.40.2"')"""
    )
    if not plays:
        pytest.skip("this browser plays no H.264 with AAC, which the demo's film is")
    until(page, "document.getElementById('film').readyState > 0")
    row = page.locator("#list .cue").nth(3)
    row.click()
    start = page.evaluate("page.selected.start")
    until(page, f"Math.abs(document.getElementById('film').currentTime - {start}) < 0.05")
    assert row.get_attribute("aria-selected") == "true"
    assert page.locator("#inspector .text").inner_text() == row.locator(".text").inner_text()
    assert page.locator("#caption").inner_text() == row.locator(".text").inner_text()


def test_playback_follows_the_cues(page):
    until(page, "document.getElementById('film').readyState > 0")
    page.locator("#list .cue").first.click()
    page.locator("body").press(" ")
    until(page, "page.playing && page.selected && page.selected.id !== page.cues[0].id")
    running = page.locator(".cue.running")
    assert running.get_attribute("aria-selected") == "true"
    page.locator("body").press(" ")
    until(page, "!page.playing")


def test_a_click_in_the_timeline_seeks_to_that_time(page):
    canvas = page.locator("#timeline")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    assert page.evaluate("page.time / page.duration") == pytest.approx(0.5, abs=0.01)
    assert page.evaluate("Number(document.getElementById('timeline').getAttribute('aria-valuenow'))") == 15


def test_cues_to_review_are_sorted_by_priority_and_have_reasons(page):
    page.click("#tab-look")
    rows = page.locator("#list .cue")
    needs = [
        float(value)
        for value in page.locator("#list .need").evaluate_all(
            "all => all.map(one => one.style.getPropertyValue('--need'))"
        )
    ]
    assert rows.count() == len(needs) > 0
    assert needs == sorted(needs, reverse=True)
    assert all(page.locator("#list .cue .why").all_inner_texts())


def test_the_list_can_be_filtered_by_speaker_and_text(page):
    everything = page.locator("#list .cue").count()
    page.select_option("#speaker", index=1)
    chosen = page.evaluate("document.getElementById('speaker').value")
    of_one = page.locator("#list .cue").count()
    assert 0 < of_one < everything
    assert of_one == page.evaluate(f"page.cues.filter(cue => cue.speakers.includes('{chosen}')).length")
    page.select_option("#speaker", "")
    page.locator("body").press("/")
    page.keyboard.type("jersey")
    found = page.locator("#list .cue .text").all_inner_texts()
    assert found
    assert all("jersey" in text.lower().replace("\n", " ") for text in found)
    page.keyboard.press("Escape")
    assert page.locator("#list .cue").count() == everything


def test_the_keyboard_goes_from_cue_to_cue(page):
    page.locator("body").press("j")
    first = page.evaluate("page.selected.id")
    page.locator("body").press("j")
    second = page.evaluate("page.selected.id")
    page.locator("body").press("k")
    assert (second, page.evaluate("page.selected.id")) == (first + 1, first)
    page.locator("body").press("n")
    assert page.evaluate("page.selected.need") > 0
    page.locator("body").press("?")
    assert page.locator("#help").is_visible()
    assert page.wrong == []


def test_coverage_and_unsupported_are_shown_side_by_side(page):
    told = page.locator("#figures").inner_text()
    both = re.search(
        r"speech with a cue\s+([\d.]+%)\s+cue time without speech\s+([\d.]+%)|"
        r"([\d.]+%)\s+speech with a cue\s+([\d.]+%)\s+cue time without speech",
        told,
    )
    assert both, told


def test_every_stage_of_the_run_is_listed(page, program):
    told = page.get_by_role("table", name="Stages").inner_text()
    ran = [one["stage"] for one in page.evaluate("page.data.stages") if one["status"] != "off"]
    assert {"demux", "waveform", "asr", "subtitles"} <= set(ran)
    assert all(name in told for name in ran)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_page_is_never_wider_than_the_window(report, width, scheme):
    with opened(report, width=width, scheme=scheme) as page:
        until(page, "document.getElementById('film').readyState > 0 || document.getElementById('film').error")
        assert sideways(page) <= 0
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(250, 249, 246)"
        assert dark == (scheme == "dark")
        assert page.wrong == []


def test_the_report_command_writes_the_report_without_a_run(program, film, finished, tmp_path):
    said = program("report", film, "-o", tmp_path).stdout
    assert str(tmp_path / "demo.report.html") in said
    assert "demo.mkv: report" in (tmp_path / "demo.report.html").read_text()
    assert "no run has results to report" in program("report", finished / "demo.en.srt", status=4).stderr
