"""The page with editing in a real browser: what mouse and keys do to a cue, and what the server gets."""

from __future__ import annotations

import pytest

from ipc.edits import parse
from orchestrator.library import edits
from tests import browser


@pytest.fixture
def page(server):
    with browser.page() as page:
        page.goto(server.guard.address)
        page.wait_for_selector("html[data-ready]", state="attached")
        yield page


def cues(page):
    return [
        tuple(one) for one in page.evaluate("page.cues.map(c => [c.start, c.end, c.text, c.speakers.join()])")
    ]


def keys(page, *names):
    for name in names:
        page.keyboard.press(name)


def listed(page, text):
    browser.until(page, f"document.getElementById('list').innerText.includes({text!r})")


BASE = [(1, 2.5, "One.", "SPEAKER_00"), (3, 4.5, "Two.", "SPEAKER_01")]


def test_typed_text_updates_its_measures_and_is_undone_in_one_step(page):
    keys(page, "j", "e", "End")
    page.keyboard.type(" And a good deal more than anybody can read.")
    assert "wrong" in page.get_attribute("#cue-lines span:nth-child(1)", "class")
    assert "of 17 a second" in page.inner_text("#cue-lines .wrong:last-child")
    assert cues(page)[0][2] == "One. And a good deal more than anybody can read."
    keys(page, "Escape", "Control+z")
    assert cues(page) == BASE
    assert page.is_disabled("#save")
    keys(page, "Control+Shift+Z")
    assert cues(page)[0][2].startswith("One. And")


def test_the_figures_at_the_top_follow_an_edit_at_once(page):
    def figures():
        return dict(
            page.evaluate(
                "[...document.querySelectorAll('#figures div')]"
                ".map(div => [div.firstChild.innerText, div.lastChild.innerText])"
            )
        )

    assert figures()["cues within all limits"] == "100%"
    assert figures()["cues to review"] == "0"
    keys(page, "j", "e", "End")
    page.keyboard.type(" And a good deal more than anybody can read.")
    browser.until(page, "document.getElementById('figures').innerText.includes('50%')")
    assert figures()["cues within all limits"] == "50%"
    assert figures()["cues to review"] == "1"
    assert page.get_by_role("row", name="reading speed").inner_text().split() == [
        "reading",
        "speed",
        "17",
        "characters",
        "per",
        "second",
        "50%",
        "show",
        "1",
    ]
    keys(page, "Escape", "Control+z")
    browser.until(page, "document.getElementById('figures').innerText.includes('100%')")


def test_an_edited_cue_is_checked_against_the_rules_without_blank_lines(page):
    keys(page, "j", "e", "End")
    page.keyboard.type(" And a good deal more than anybody can read.")
    edited = page.evaluate("page.cues[0]")
    assert edited["flags"] == ["edited", "too_fast", "wide"]
    assert edited["why"] == ["32.0 characters per second (limit 17)", "a line of 48 characters (limit 42)"]
    weights = [page.evaluate(f"page.data.flags.{flag}.weight") for flag in ("too_fast", "wide")]
    assert edited["need"] == pytest.approx(1 - (1 - weights[0]) * (1 - weights[1]), abs=1e-3)
    keys(page, "Control+a")
    page.keyboard.type("One.\nTwo.\n\n")
    assert page.evaluate("page.cues[0].flags") == ["edited"]
    assert page.locator("#cue-lines .wrong").count() == 0
    page.keyboard.type("Three.")
    assert page.evaluate("page.cues[0].flags") == ["edited", "lines"]
    assert page.locator("#cue-lines .wrong").count() == 1


def test_a_cue_is_split_merged_deleted_and_inserted_by_keyboard(page):
    keys(page, "j", "e", "End")
    page.keyboard.type(" More.")
    keys(page, "Home", *["ArrowRight"] * 4, "Escape", "s")
    assert [cue[2] for cue in cues(page)] == ["One.", "More.", "Two."]
    first, second = cues(page)[:2]
    assert first[0] == 1
    assert second[1] == 2.5
    assert first[1] < second[0]
    keys(page, "m")
    assert cues(page)[0] == (1, 2.5, "One. More.", "SPEAKER_00")
    keys(page, "m")
    assert cues(page) == [(1, 4.5, "- One. More.\n- Two.", "SPEAKER_00,SPEAKER_01")]
    assert page.locator("#cue-voices select").count() == 2
    keys(page, "Delete")
    assert cues(page) == []
    page.evaluate("page.seek(2)")
    keys(page, "a")
    page.keyboard.type("New")
    assert cues(page) == [(2, 4, "New", "")]


def test_times_are_set_by_steps_by_typing_and_to_the_playing_position(page):
    keys(page, "j", "x", "x")
    assert cues(page)[0][0] == 1.08
    keys(page, "Shift+C")
    assert cues(page)[0][1] == 2.4
    page.fill("#cue-start", "0:01.50")
    keys(page, "Enter")
    assert cues(page)[0][0] == 1.5
    page.evaluate("page.seek(2.2)")
    keys(page, "]")
    assert cues(page)[0][:2] == (1.5, 2.2)


def test_an_edge_is_dragged_in_the_timeline_and_an_overlap_is_reported(page):
    box = page.locator("#timeline").bounding_box()
    top = page.evaluate("100 + 18 + 12")  # below ruler, waveform and voices, in the lane of the cues
    x = lambda time: box["x"] + time / page.evaluate("page.duration") * box["width"]  # noqa: E731
    page.mouse.move(x(2.5), box["y"] + top)
    page.mouse.down()
    page.mouse.move(x(2.8), box["y"] + top, steps=3)
    page.mouse.move(x(3.2), box["y"] + top, steps=3)
    page.mouse.up()
    assert cues(page)[0][1] == pytest.approx(3.2, abs=0.03)
    browser.until(page, "document.getElementById('keep').innerText.includes('2 overlapping cues')")
    keys(page, "Control+z")
    assert cues(page) == BASE


def test_a_speaker_is_named_once_for_the_film_and_a_cue_is_reassigned(page, server):
    keys(page, "j", "r")
    page.keyboard.type("Zoe")
    keys(page, "Enter")
    listed(page, "Zoe")
    keys(page, "j", "1")
    assert cues(page)[1][3] == "SPEAKER_00"
    page.select_option("#cue-voices select", "+")
    page.keyboard.type("The Captain")
    keys(page, "Enter")
    assert cues(page)[1][3] == "PERSON_1"
    keys(page, "Control+s")
    page.wait_for_selector("#keep .note:has-text('Saved')")
    overlay = edits.load(server.desk.digest)
    assert {(person.label, person.name) for person in overlay.speakers} == {
        ("SPEAKER_00", "Zoe"),
        ("PERSON_1", "The Captain"),
    }
    assert [edit.after[0].speakers for edit in overlay.tracks[""]] == [("PERSON_1",)]
    page.reload()
    assert cues(page)[1][3] == "PERSON_1"
    listed(page, "The Captain")


def test_a_cue_can_be_reset_to_the_original(page):
    keys(page, "j", "e", "End")
    page.keyboard.type("!")
    keys(page, "Escape", "s", "m")
    page.click("#revert")
    assert cues(page) == BASE


def test_unsaved_changes_are_offered_again_and_a_save_over_a_newer_one_is_refused(page, server):
    keys(page, "j", "e", "End")
    page.keyboard.type("!")
    edits.save(server.desk.digest, parse('{"version": 1, "speakers": [{"label": "A", "name": "B"}]}'))
    keys(page, "Control+s")
    page.wait_for_selector("#keep .bad:has-text('saved elsewhere')")
    page.reload()
    assert cues(page) == BASE
    page.click("#take-up")
    assert cues(page)[0][2] == "One.!"


def test_a_restored_draft_is_merged_with_edits_saved_since(page):
    keys(page, "j", "e", "End")
    page.keyboard.type(" first")
    page.reload()
    keys(page, "j", "j", "e", "End")
    page.keyboard.type(" second")
    keys(page, "Control+s")
    page.wait_for_selector("#keep .note:has-text('Saved')")
    page.reload()
    assert [cue[2] for cue in cues(page)] == ["One.", "Two. second"]
    page.click("#take-up")
    assert [cue[2] for cue in cues(page)] == ["One. first", "Two. second"]


def test_a_tab_keeps_its_own_changes_whatever_another_saves(page, server):
    keys(page, "j", "e", "End")
    page.keyboard.type(" mine")
    other = page.context.new_page()
    other.goto(server.guard.address)
    other.keyboard.press("j")
    other.keyboard.press("j")
    other.keyboard.press("Delete")
    other.keyboard.press("Control+s")
    other.wait_for_selector("#keep .note:has-text('Saved')")
    assert other.is_hidden("#offer")
    keys(page, "Escape", "Control+s")
    page.wait_for_selector("#keep .bad:has-text('saved elsewhere')")
    page.reload()
    page.click("#take-up")
    assert [cue[2] for cue in cues(page)] == ["One. mine"]


def another(page, server):
    """The same page in another tab."""
    other = page.context.new_page()
    other.goto(server.guard.address)
    other.wait_for_selector("html[data-ready]", state="attached")
    return other


def saves(page):
    keys(page, "Escape", "Control+s")
    page.wait_for_selector("#keep .note:has-text('Saved')")


def conflicts(page):
    keys(page, "Escape", "Control+s")
    page.wait_for_selector("#keep .bad:has-text('saved elsewhere')")
    page.reload()
    page.click("#take-up")


def test_both_versions_of_a_conflicting_cue_are_kept_and_marked(page, server):
    other = another(page, server)
    keys(page, "j", "e", "End")
    page.keyboard.type(" mine")
    keys(other, "j", "e", "End")
    other.keyboard.type(" theirs")
    saves(other)
    conflicts(page)
    assert sorted(cue[2] for cue in cues(page)) == ["One. mine", "One. theirs", "Two."]
    assert "both versions are shown, keep one" in page.inner_text("#offer")
    assert page.evaluate("page.cues.map(c => c.flags.includes('rival'))") == [True, True, False]
    page.click("#offer .jump")
    while page.evaluate("page.selected.text") != "One. theirs":
        keys(page, "j" if page.evaluate("page.selected.text") == "One. mine" else "k")
    keys(page, "Delete")
    assert page.evaluate("page.cues.map(c => c.flags.includes('rival'))") == [False, False]
    saves(page)
    overlay = edits.load(server.desk.digest)
    assert [[cue.text for cue in edit.after] for edit in overlay.tracks[""]] == [["One. mine"]]


def test_a_cue_deleted_here_and_changed_elsewhere_stays_and_is_reported(page, server):
    other = another(page, server)
    keys(page, "j", "Delete")
    keys(other, "j", "e", "End")
    other.keyboard.type(" theirs")
    saves(other)
    conflicts(page)
    assert [cue[2] for cue in cues(page)] == ["One. theirs", "Two."]
    assert "a cue that you deleted: it stays" in page.inner_text("#offer")


def test_names_from_another_tab_are_kept_and_a_conflicting_name_is_reported(page, server):
    other = another(page, server)
    keys(page, "j", "r")
    page.keyboard.type("Zoe")
    keys(page, "Enter")
    keys(other, "j", "r")
    other.keyboard.type("Ada")
    keys(other, "Enter", "j", "r")
    other.keyboard.type("Ben")
    keys(other, "Enter")
    saves(other)
    conflicts(page)
    assert "to Ada: your name is kept, Zoe" in page.inner_text("#offer")
    saves(page)
    named = {person.label: person.name for person in edits.load(server.desk.digest).speakers}
    assert named == {"SPEAKER_00": "Zoe", "SPEAKER_01": "Ben"}


def test_text_typed_during_a_save_counts_as_unsaved(page, server):
    held = []

    def hold(route):
        held.append(route)

    page.route("**/save", hold)
    keys(page, "j", "e", "End")
    page.keyboard.type(" first")
    keys(page, "Control+s")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.type(" second")
    held[0].continue_()
    page.wait_for_selector("#keep .note:has-text('Saved')")
    assert page.is_enabled("#save")
    page.unroute("**/save")
    page.reload()
    assert cues(page)[0][2] == "One. first"
    page.click("#take-up")
    assert [cue[2] for cue in cues(page)] == ["One. first second", "Two."]


def test_a_cue_is_inserted_in_the_gap_or_the_lack_of_room_is_reported(page):
    keys(page, "j", "c")
    page.evaluate("page.track.limits.gap_ms = 80")
    page.evaluate("page.cues[1].start = 3.4")
    keys(page, "a")
    page.keyboard.type("Rings")
    start, end, text, who = cues(page)[1]
    assert (text, who) == ("Rings", "")
    assert 2.4 < start < end <= 3.32
    keys(page, "Escape")
    page.evaluate("page.seek(2.9)")
    keys(page, "a")
    assert "no room for a cue here" in page.inner_text("#keep .note")
    assert "overlapping cues" in page.inner_text("#keep")


def test_a_deleted_cue_is_listed_and_restored(page, server):
    keys(page, "j", "Delete")
    page.click("#keep .bin summary")
    assert "One." in page.inner_text("#keep .bin ul")
    page.click("#keep .bin button")
    assert cues(page) == BASE
    assert page.locator("#keep .bin").count() == 0
    listed(page, "One.")
    keys(page, "k", "Delete")
    assert cues(page)[0][2] == "Two."
    saves(page)
    page.reload()
    assert page.inner_text("#keep .bin summary") == "1 cue deleted"
    server.desk.load()  # as after a run
    assert [one["text"] for one in server.desk._deleted("")] == ["One."]


def test_an_invalid_time_is_reported(page):
    keys(page, "j")
    for wrong, why in (
        ("abc", "is not a time"),
        ("0:99", "is not a time"),
        ("0:04", "a cue must end at least 0.05 s after it starts"),
    ):
        page.fill("#cue-start", wrong)
        keys(page, "Enter")
        assert why in page.inner_text("#keep .note")
        assert page.input_value("#cue-start") == "0:01.00"


def test_the_list_of_keys_begins_with_its_title(page):
    page.set_viewport_size({"width": 1400, "height": 400})
    keys(page, "?")
    assert page.evaluate("document.getElementById('help').scrollTop") == 0
    assert page.is_visible("#help-title")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180)])
def test_on_a_phone_the_film_stays_visible_and_controls_are_large_enough(server, width, height):
    held = browser.running().new_context(
        viewport={"width": width, "height": height}, is_mobile=True, has_touch=True
    )
    try:
        page = held.new_page()
        page.goto(server.guard.address)
        page.wait_for_selector("html[data-ready]", state="attached")
        page.evaluate("document.body.classList.remove('no-film'); page.select(page.cues[0].id)")
        page.wait_for_selector("#cue-text")
        page.evaluate("document.body.classList.remove('sound-only')")
        assert page.locator("#film").bounding_box()["height"] > 150
        editor, below = page.locator("#editor").bounding_box(), page.locator("#screen").bounding_box()
        assert editor["y"] >= below["y"] + below["height"] - 1
        assert page.locator("#findings").bounding_box()["y"] >= (
            page.locator("#desk").bounding_box()["y"] + page.locator("#desk").bounding_box()["height"] - 1
        )
        assert page.evaluate(
            "document.getElementById('desk').scrollHeight <= document.getElementById('desk').clientHeight + 1"
        )
        assert browser.sideways(page) <= 0
        assert page.evaluate(
            "document.getElementById('list').scrollWidth <= document.getElementById('list').clientWidth"
        )
        small = page.evaluate(
            """[...document.querySelectorAll('#keep button, #editor button, #editor select, #editor input, '
                + '#tools button, .zoom button')]
              .filter(one => one.offsetParent).map(one => [one.textContent, one.getBoundingClientRect()])
              .filter(([, box]) => box.width < 32 || box.height < 32).map(([text]) => text)"""
        )
        assert small == []
    finally:
        held.close()


def test_the_audio_of_an_unplayable_film_is_played(page):
    page.wait_for_selector("#unplayable:has-text('you hear its audio track only')")
    browser.until(page, "document.getElementById('film').duration === 5")
    page.evaluate("page.seek(0.5)")
    browser.until(page, "Math.abs(document.getElementById('film').currentTime - 0.5) < 0.01")


def test_done_asks_once_if_there_are_unsaved_changes(page):
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type("Mine.")
    page.keyboard.press("Escape")
    page.click("#end")
    page.wait_for_selector("#keep .note:has-text('There are unsaved changes')")
    page.click("#end")
    page.wait_for_selector("#keep .note:has-text('Review ended')")


def test_the_page_ends_the_server(page):
    page.click("#end")
    page.wait_for_selector("#keep .note:has-text('Review ended')")
