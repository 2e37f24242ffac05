"""The page of three hours, and of a run without cues, in a real browser: no element for what nobody sees."""

from __future__ import annotations

import pytest

from orchestrator.report import data, document
from orchestrator.storage.store import Store
from tests.browser import opened, sideways
from tests.orchestrator.report.films import content, kept, long_film, row

MOST = 1500
"""Elements; a cue has about ten, and 5,000 cues would have 50,000."""


def written(folder, said):
    made = data.of_film(said, said["films"][0], Store(folder / "store"), folder)
    file = folder / "movie.report.html"
    file.write_text(document.render(made), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    return written(folder, long_film(Store(folder / "store"), folder / "movie.mkv"))


def elements(page):
    return page.evaluate("document.querySelectorAll('*').length")


def test_a_three_hour_film_has_elements_only_for_visible_rows(long):
    with opened(long) as page:
        assert page.locator("#tab-all b").inner_text() == "5,000"
        assert elements(page) < MOST
        page.evaluate("document.getElementById('list').scrollTop = 1e9")
        page.wait_for_selector("#row-5000")
        assert elements(page) < MOST
        page.click("#tab-look")
        assert page.locator("#list .cue").count() > 5
        assert elements(page) < MOST


def test_a_missing_film_is_reported_and_everything_else_works(long):
    with opened(long) as page:
        page.wait_for_selector("#unplayable:not([hidden])")
        assert "orchestrator review movie.mkv" in page.locator("#unplayable").inner_text()
        page.evaluate("page.select(2500)")
        assert page.locator("#row-2500").get_attribute("aria-selected") == "true"
        assert page.evaluate("page.time") == pytest.approx(2499 * 2.16 + 0.1, abs=0.01)


def test_row_heights_match_their_content(long):
    off = """all => all.map(row => {
      const box = row.getBoundingClientRect();
      const inner = row.querySelector('.said').getBoundingClientRect();
      return box.bottom - inner.bottom;
    })"""
    for width in (390, 820, 1440):
        with opened(long, width=width) as page:
            for tab in ("#tab-all", "#tab-look"):
                page.click(tab)
                room = page.locator("#list .cue").evaluate_all(off)
                assert room
                assert 0 <= min(room) <= max(room) < 12, (width, tab, room)


def cues_table(language, rows):
    names = ("index", "start", "end", "text", "speakers", "segments", "flags")
    return ("cues", {name: [one[k] for one in rows] for k, name in enumerate(names)}, {"language": language})


@pytest.fixture
def in_two_languages(tmp_path):
    """A film whose translation has one cue for two of the source, and none for the last."""
    store = Store(tmp_path / "store")
    long_text = "A good deal more than anybody\ncan read in the time that it is there."
    spoken = [(1, 1.0, 2.5, "One.", [], [0], []), (2, 3.0, 4.5, long_text, [], [0], []),
              (3, 6.0, 7.0, "Last.", [], [0], [])]  # fmt: skip
    other = [(1, 1.1, 4.4, "Eins, und noch viel mehr.", [], [0], []), (2, 5.0, 5.5, "Hm.", [], [0], [])]
    stages = [
        kept(store, "subtitles", {"cues": cues_table("en", spoken), "base_cues": cues_table("en", spoken)}),
        kept(store, "subtitles-de", {"cues": cues_table("de", other), "base_cues": cues_table("de", other)}),
    ]
    return written(tmp_path, content(tmp_path / "movie.mkv", stages, seconds=8.0))


def test_a_translation_stands_beside_its_source_cue_by_cue(in_two_languages):
    room = """all => all.map(row => row.getBoundingClientRect().bottom
      - row.querySelector('.said').getBoundingClientRect().bottom)"""
    pairs = """all => all.map(row => [row.querySelector('.text').innerText,
      row.querySelector('.beside')?.innerText ?? ''])"""
    for width in (390, 820, 1440):
        with opened(in_two_languages, width=width) as page:
            rows = page.locator("#list .cue")
            translation = "Eins, und noch viel mehr."
            assert [other for _, other in rows.evaluate_all(pairs)] == [translation, translation, ""]
            left = rows.evaluate_all(room)
            assert 0 <= min(left) <= max(left) < 12, (width, left)
            page.evaluate("page.select(1)")
            assert page.locator("#inspector .beside").inner_text() == translation
            page.evaluate("page.show('de')")
            source = "One.\nA good deal more than anybody\ncan read in the time that it is there."
            assert rows.evaluate_all(pairs) == [[translation, source], ["Hm.", ""]]
            assert page.locator("#list .beside").first.get_attribute("lang") == "en"


def test_cues_that_break_a_rule_are_listed_on_a_click(long):
    with opened(long) as page:
        wanted = page.evaluate("page.track.rules.find(rule => rule.name === 'reading speed').broken.length")
        page.get_by_role("row", name="reading speed").get_by_role("button").click()
        assert page.evaluate("document.querySelector('#list .cue').getAttribute('aria-setsize')") == str(
            wanted
        )
        page.get_by_role("button", name="show all").click()
        assert page.evaluate("document.querySelector('#list .cue').getAttribute('aria-setsize')") == "5000"


def test_the_page_counts_broken_rules_as_the_report_s_data_does(long):
    with opened(long) as page:
        expected = page.evaluate("page.track.rules.map(rule => [rule.name, rule.broken.length])")
        assert sum(count for _, count in expected) > 100
        for name, count in expected:
            shown = page.get_by_role("row", name=name).inner_text().strip()
            assert shown.endswith(f"show {count}" if count else "%"), (name, count)


@pytest.mark.parametrize(
    ("width", "height"), [(390, 844), (820, 1180), (1100, 700), (1440, 900), (1920, 1080)]
)
def test_the_film_the_list_and_the_selected_cue_are_in_the_window_together(long, width, height):
    with opened(long, width=width, height=height) as page:
        page.evaluate(
            "document.body.classList.remove('no-film'); document.getElementById('unplayable').hidden = true"
        )
        page.evaluate("page.select(2500); document.getElementById('desk').scrollIntoView()")
        page.wait_for_timeout(50)
        assert sideways(page) <= 0
        film, cues, detail = (page.locator(part).bounding_box() for part in ("#film", "#list", "#detail"))
        assert film["y"] >= 0
        assert detail["y"] + detail["height"] <= height + 1
        assert detail["height"] > 60
        assert page.locator("#row-2500").bounding_box()["y"] < height
        if width > 1000:  # side by side, with the timeline below
            page.evaluate("scrollTo(0, 0)")
            overview = page.locator("#overview").bounding_box()
            assert overview["y"] + overview["height"] <= max(height, 700)
            assert film["height"] > 0.25 * height
        else:
            assert film["y"] + film["height"] <= cues["y"]
            assert cues["y"] < detail["y"]


def test_a_failed_run_shows_that_first(tmp_path):
    store = Store(tmp_path / "store")
    error = {"category": "oom_host", "message": "no memory <b>", "hint": "take a smaller model", "log": ""}
    stages = [
        kept(store, "demux", {}),
        row("asr", "failed", error=error),
        row("subtitles", "skipped", reason="asr failed"),
    ]
    address = written(tmp_path, content(tmp_path / "movie.mkv", stages, seconds=60))
    with opened(address, width=390) as page:
        told = page.locator("#verdict").inner_text()
        assert "This run failed" in told
        assert "no memory <b>. take a smaller model" in told
        assert "There are no cues" in page.locator("#empty").inner_text()
        assert sideways(page) <= 0


@pytest.mark.parametrize("width", [390, 1440])
def test_the_marks_on_the_right_of_a_cue_overlap_nothing(long, width):
    with opened(long, width=width) as page:
        page.evaluate(
            "Object.assign(page.cues[0], {base: [], flags: ['edited', 'too_fast', 'overlap'], need: 0.5, "
            "text: 'One line.'}); page.redraw()"
        )
        row = page.locator("#row-1")
        assert row.locator(".edited").inner_text() == "edited"
        boxes = [row.locator(part).bounding_box() for part in (".edited", ".dot", ".text", ".when")]
        assert all(box["width"] > 0 for box in boxes)
        edited, dot, text, when = boxes
        assert edited["x"] + edited["width"] <= dot["x"]
        assert text["y"] >= edited["y"] + edited["height"] or text["x"] + text["width"] <= edited["x"]
        assert when["x"] + when["width"] <= edited["x"] or when["y"] >= edited["y"] + edited["height"]
