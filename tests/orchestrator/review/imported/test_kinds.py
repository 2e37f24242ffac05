"""Each kind of change in an edited file becomes the edit that was meant, in every format; no other does."""

from __future__ import annotations

import re

import pytest

from ipc.edits import Edit, Overlay, Shown
from ipc.override_codes import Code
from ipc.speaker_labels import label
from orchestrator.review.imported.bases import Base
from orchestrator.review.imported.choose import prepared
from orchestrator.review.imported.differences import differences
from orchestrator.review.imported.file_cues import FileContent, FileCue
from orchestrator.review.imported.onto import onto
from orchestrator.review.saving import overlay_of
from orchestrator.review.tracks import Track
from orchestrator.stages.catalog import STAGES
from stage_runners.edited_files import ass as read_ass
from stage_runners.edited_files import srt as read_srt
from stage_runners.edited_files import vtt as read_vtt
from stage_runners.subtitles.edits.cues import Labels, cue_of, labelled
from stage_runners.subtitles.formats import ass, srt, vtt
from stage_runners.subtitles.output_format import Document

A, B = "SPEAKER_00", "SPEAKER_01"
NAMES = {A: "Diane", B: "Sheila"}
LABELS = Labels(of={one: label(name) for one, name in NAMES.items()})
READERS = {"srt": read_srt.read, "ass": read_ass.read, "vtt": read_vtt.read}
WRITERS = {"srt": srt.write, "ass": ass.write, "vtt": vtt.write}
TURNS = ((0.0, 5.0, A), (5.0, 7.0, B), (7.0, 20.0, A))


def shown(start, end, text, *speakers):
    return Shown(start=start, end=end, text=text, speakers=speakers)


ROWS = (
    shown(1, 2.5, "Good evening.", A),
    shown(3, 5, "I have come\nto see the house.", A),
    shown(5.5, 6.5, "It is sold.", B),
    shown(7, 9, "- Sold?\n- Yes.", A, B),
    shown(10, 12, "I see. Good night then.", A),
    shown(13, 14, "Good night.", A),
)


def document(rows, names=NAMES):
    cues = []
    for row in rows:
        cues.append(labelled(cue_of(row, ()), cues[-1] if cues else None, LABELS))
    return Document(language="en", cues=cues, names=names)


def content(text, form):
    found = READERS[form](text)
    cues = [FileCue(**{**cue.__dict__, "codes": cue.codes}) for cue in found.cues]
    return FileContent(cues=cues, styles=found.styles, unkept=found.unkept)


def base(**more):
    return Base(
        track="", key="k", run="r", language="en", files={}, cues=ROWS, labels=LABELS.of, names=NAMES,
        params={**STAGES["subtitles"].defaults(), **more}, turns=TURNS,
    )  # fmt: skip


def imported(form, change, rows=ROWS, track=None, before=None):
    """The differences and the edits of a file that `change` turned into another."""
    text = WRITERS[form](document(ROWS))
    ours, theirs = content(text, form), content(change(text), form)
    nameless = form != "srt" and not any(cue.names for cue in theirs.cues)
    if nameless:
        ours = content(WRITERS["srt"](document(ROWS)), "srt")
    found = prepared(base(), ours, theirs, labelled=form == "srt" or nameless)
    said = differences(base(), found.ours, found.theirs, labelled=found.labelled)
    track = track or Track(base=rows, shown=rows, edited=frozenset())
    put = onto(track, ROWS, said.changes, {})
    names = {**said.speakers.renamed, **said.speakers.added}
    overlay = overlay_of("movie", before or Overlay(), {"": (track, put.wanted)}, names, TURNS, put.links)
    return said, overlay


def edits(form, change):
    return imported(form, change)[1].tracks.get("", ())


def kinds(form, change):
    return [one.kinds for one in imported(form, change)[0].changes]


def swap(old, new, times=-1):
    def change(text):
        assert old in text, text
        return text.replace(old, new, times)

    return change


def edit(before, *after):
    return Edit(before=tuple(shown(one.start, one.end, one.text) for one in before), after=after)


def clock(seconds, form):
    minutes, rest = divmod(seconds, 60)
    return {
        "srt": f"00:{minutes:02.0f}:{rest:06.3f}".replace(".", ","),
        "vtt": f"00:{minutes:02.0f}:{rest:06.3f}",
        "ass": f"0:{minutes:02.0f}:{rest:05.2f}",
    }[form]


ALL = pytest.mark.parametrize("form", READERS)


@ALL
def test_an_unchanged_file_gives_no_edit(form):
    said, overlay = imported(form, lambda text: text)
    assert not said.changes
    assert not overlay
    assert not said.unkept


@ALL
def test_a_text(form):
    (one,) = edits(form, swap("It is sold.", "It is let."))
    assert one == edit(ROWS[2:3], shown(5.5, 6.5, "It is let.", B))
    assert kinds(form, swap("It is sold.", "It is let.")) == [("text",)]


@ALL
def test_a_line_break(form):
    broken = "\\N" if form == "ass" else "\n"
    (one,) = edits(form, swap(f"I have come{broken}to see", f"I have{broken}come to see"))
    assert one == edit(ROWS[1:2], shown(3, 5, "I have\ncome to see the house.", A))


@ALL
def test_times(form):
    (one,) = edits(form, swap(clock(5.5, form), clock(5.62, form)))
    assert one == edit(ROWS[2:3], shown(5.62, 6.5, "It is sold.", B))
    assert kinds(form, swap(clock(5.5, form), clock(5.62, form))) == [("times",)]
    assert not edits(form, swap(clock(5.5, form), clock(5.51, form)))  # less than a frame


@ALL
def test_a_deletion(form):
    line = {
        "srt": "3\n00:00:05,500 --> 00:00:06,500\n[SHEILA] It is sold.\n\n",
        "vtt": "00:00:05.500 --> 00:00:06.500\n<v Sheila>It is sold.</v>\n\n",
        "ass": "Dialogue: 0,0:00:05.50,0:00:06.50,Sheila,Sheila,0,0,0,,It is sold.\n",
    }[form]
    assert edits(form, swap(line, "")) == (edit(ROWS[2:3]),)
    assert kinds(form, swap(line, "")) == [("deleted",)]


@ALL
def test_an_addition(form):
    line = {
        "srt": "99\n00:00:15,000 --> 00:00:16,500\n[SHEILA] Wait!\n",
        "vtt": "\n00:00:15.000 --> 00:00:16.500\n<v Sheila>Wait!</v>\n",
        "ass": "Dialogue: 0,0:00:15.00,0:00:16.50,Sheila,Sheila,0,0,0,,Wait!\n",
    }[form]
    assert edits(form, lambda text: text + line) == (edit((), shown(15, 16.5, "Wait!", B)),)
    assert kinds(form, lambda text: text + line) == [("added",)]


@ALL
def test_a_split(form):
    old, new = {
        "srt": (
            "00:00:12,000\n[DIANE] I see. Good night then.",
            "00:00:10,900\n[DIANE] I see.\n\n7\n00:00:11,000 --> 00:00:12,000\nGood night then.",
        ),
        "vtt": (
            "00:00:12.000\n<v Diane>I see. Good night then.",
            "00:00:10.900\n<v Diane>I see.</v>\n\n00:00:11.000 --> 00:00:12.000\n<v Diane>Good night then.",
        ),
        "ass": (
            "0:00:12.00,Diane,Diane,0,0,0,,I see. Good night then.",
            (
                "0:00:10.90,Diane,Diane,0,0,0,,I see.\n"
                "Dialogue: 0,0:00:11.00,0:00:12.00,Diane,Diane,0,0,0,,Good night then."
            ),
        ),
    }[form]
    (one,) = edits(form, swap(old, new))
    assert one == edit(ROWS[4:5], shown(10, 10.9, "I see.", A), shown(11, 12, "Good night then.", A))
    assert kinds(form, swap(old, new)) == [("split",)]


@ALL
def test_a_merge(form):
    old, new = {
        "srt": (
            "00:00:02,500\n[DIANE] Good evening.\n\n2\n00:00:03,000 --> 00:00:05,000\nI have come\nto",
            "00:00:05,000\n[DIANE] Good evening. I have come\nto",
        ),
        "vtt": (
            (
                "00:00:02.500\n<v Diane>Good evening.</v>\n\n"
                "00:00:03.000 --> 00:00:05.000\n<v Diane>I have come\nto"
            ),
            "00:00:05.000\n<v Diane>Good evening. I have come\nto",
        ),
        "ass": (
            (
                "0:00:02.50,Diane,Diane,0,0,0,,Good evening.\n"
                "Dialogue: 0,0:00:03.00,0:00:05.00,Diane,Diane,0,0,0,,I have come"
            ),
            "0:00:05.00,Diane,Diane,0,0,0,,Good evening. I have come",
        ),
    }[form]
    (one,) = edits(form, swap(old, new))
    assert one == edit(ROWS[:2], shown(1, 5, "Good evening. I have come\nto see the house.", A))
    assert kinds(form, swap(old, new)) == [("merged",)]


@ALL
def test_a_cue_that_was_put_elsewhere(form):
    span = f"{clock(13, form)} --> {clock(14, form)}"
    later = f"{clock(33, form)} --> {clock(34, form)}"
    if form == "ass":
        span, later = span.replace(" --> ", ","), later.replace(" --> ", ",")
    (one,) = edits(form, swap(span, later))
    assert one == edit(ROWS[5:], shown(33, 34, "Good night.", A))
    assert kinds(form, swap(span, later)) == [("times",)]


@ALL
def test_the_speaker_of_a_cue(form):
    old, new = {
        "srt": ("[SHEILA] It is sold.", "[DIANE] It is sold."),
        "vtt": ("<v Sheila>It is sold.", "<v Diane>It is sold."),
        "ass": ("Sheila,Sheila,0,0,0,,It is sold.", "Sheila,Diane,0,0,0,,It is sold."),
    }[form]
    said, overlay = imported(form, swap(old, new))
    assert overlay.tracks[""] == (edit(ROWS[2:3], shown(5.5, 6.5, "It is sold.", A)),)
    assert [one.kinds for one in said.changes] == [("speaker",)]
    assert not any(person.name for person in overlay.speakers)


@ALL
def test_a_name_in_the_whole_film(form):
    def renamed(text):
        return text.replace("Diane", "Zoe").replace("DIANE", "ZOE")

    said, overlay = imported(form, renamed)
    assert not said.changes
    assert {person.label: person.name for person in overlay.speakers if person.name} == {A: "Zoe"}


@ALL
def test_a_new_speaker(form):
    old, new = {
        "srt": ("[SHEILA] It is sold.", "[THE AGENT] It is sold."),
        "vtt": ("<v Sheila>It is sold.", "<v The Agent>It is sold."),
        "ass": ("Sheila,Sheila,0,0,0,,It is sold.", "Sheila,The Agent,0,0,0,,It is sold."),
    }[form]
    _, overlay = imported(form, swap(old, new))
    (one,) = overlay.tracks[""]
    assert one.after[0].speakers == ("The Agent",)
    assert ("The Agent", "The Agent") in {(person.label, person.name) for person in overlay.speakers}


@ALL
def test_italics_and_a_place(form):
    old = "It is sold."
    new = {
        "srt": "{\\an8}[SHEILA] <i>It is sold.</i>",
        "vtt": "<i>It is sold.</i>",
        "ass": "{\\an8\\i1}It is sold.",
    }[form]

    def change(text):
        if form == "vtt":
            text = text.replace("00:00:06.500\n", "00:00:06.500 line:0\n")
        return swap("[SHEILA] It is sold." if form == "srt" else old, new)(text)

    said, overlay = imported(form, change)
    (one,) = overlay.tracks[""]
    assert one.after[0].codes == (Code(0, r"\an8"), Code(0, r"\i1"))
    assert (one.after[0].text, one.after[0].speakers) == ("It is sold.", (B,))
    assert [each.kinds for each in said.changes] == [("formatting",)]


def test_a_style_of_the_users_own_becomes_codes():
    style = (
        "Style: Sign,Georgia,72,&H0000FFFF,&H000000FF,&H00000000,&H80000000,"
        "-1,0,0,0,100,100,0,0,1,3,1,8,120,120,60,1\n"
    )

    def change(text):
        head, events = text.split("\n[Events]\n")
        event = "0:00:06.50,Sheila,Sheila"
        return f"{head.rstrip()}\n{style}\n[Events]\n{events.replace(event, '0:00:06.50,Sign,Sheila')}"

    said, overlay = imported("ass", change)
    (one,) = overlay.tracks[""]
    codes = {each.code for each in one.after[0].codes}
    assert {r"\an8", r"\b1", r"\fnGeorgia", r"\fs72", r"\c&H00FFFF&"} <= codes
    assert one.after[0].speakers == (B,)
    assert not said.unkept


def test_another_speakers_style_is_that_speaker():
    said, overlay = imported("ass", swap("Sheila,Sheila,0,0,0,,It is", "Diane,Sheila,0,0,0,,It is"))
    assert [one.kinds for one in said.changes] == [("speaker",)]
    assert overlay.tracks[""][0].after[0].speakers == (A,)


def test_an_effect_is_named_as_not_kept():
    said, overlay = imported("ass", swap("0,0,0,,It is sold.", "0,0,0,Banner;5,It is sold."))
    assert not overlay
    assert said.unkept == {"effect": [5.5]}


def test_a_changed_look_of_a_style_is_named():
    said, _ = imported("ass", swap("Style: Sheila,Arial,60", "Style: Sheila,Arial,80"))
    assert said.unkept == {"other look of the style Sheila": []}


def test_labels_that_were_taken_out_change_no_speaker():
    said, overlay = imported("srt", lambda text: text.replace("[DIANE] ", "").replace("[SHEILA] ", ""))
    assert not said.changes
    assert not overlay


def test_a_label_holds_until_the_next_one():
    _, overlay = imported("srt", swap("[DIANE] Good evening.", "[SHEILA] Good evening."))
    assert [one.after[0].speakers for one in overlay.tracks[""]] == [(B,), (B,)]
    assert [one.before[0].text for one in overlay.tracks[""]] == [ROWS[0].text, ROWS[1].text]


def test_deleting_a_cue_with_a_label_leaves_the_next_ones_speaker():
    line = "1\n00:00:01,000 --> 00:00:02,500\n[DIANE] Good evening.\n\n"
    assert edits("srt", swap(line, "")) == (edit(ROWS[:1]),)


def test_a_shift_of_the_whole_file_is_one_edit_a_cue():
    def later(text):
        return re.sub(r"00:00:(\d\d),", lambda found: f"00:00:{int(found[1]) + 2:02},", text)

    found = edits("srt", later)
    assert [(len(one.before), len(one.after)) for one in found] == [(1, 1)] * 6
    assert [one.after[0].start for one in found] == [row.start + 2 for row in ROWS]
    assert {one for each in kinds("srt", later) for one in each} == {"times"}


def test_an_added_cue_over_another_takes_no_words_away():
    line = "Dialogue: 0,0:00:03.50,0:00:04.50,Default,,0,0,0,,{\\an8}FOR SALE\n"
    (one,) = edits("ass", lambda text: text + line)
    assert [cue.text for cue in one.before] == [ROWS[1].text]
    assert [(cue.text, cue.codes) for cue in one.after] == [
        (ROWS[1].text, None), ("FOR SALE", (Code(0, r"\an8"),))
    ]  # fmt: skip


def test_changes_that_the_film_has_already_are_none():
    change = swap("It is sold.", "It is let.")
    new = [*ROWS[:2], shown(5.5, 6.5, "It is let.", B), *ROWS[3:]]
    old = Overlay(tracks={"": (edit(ROWS[2:3], new[2]),)})
    track = Track(base=ROWS, shown=new, edited=frozenset({2}))
    said, overlay = imported("srt", change, track=track, before=old)
    put = onto(track, ROWS, said.changes, {})
    assert (put.made, put.again) == ([], said.changes)
    assert overlay.tracks == old.tracks


def test_a_change_wins_over_what_was_edited_since_the_file_was_written():
    new = [*ROWS[:2], shown(5.5, 6.5, "It was sold long ago.", B), *ROWS[3:]]
    old = Overlay(tracks={"": (edit(ROWS[2:3], new[2]),)})
    track = Track(base=ROWS, shown=new, edited=frozenset({2}))
    said, overlay = imported("srt", swap("It is sold.", "It is let."), track=track, before=old)
    assert onto(track, ROWS, said.changes, {}).against == [new[2]]
    assert overlay.tracks[""] == (edit(ROWS[2:3], shown(5.5, 6.5, "It is let.", B)),)


def test_an_edit_elsewhere_stays_with_its_formatting():
    coded = Shown(start=1, end=2.5, text="Good morning.", speakers=(A,), codes=(Code(0, r"\an8"),))
    old = Overlay(tracks={"": (edit(ROWS[:1], coded),)})
    rows = [coded, *ROWS[1:]]
    track = Track(base=ROWS, shown=rows, edited=frozenset({0}))
    _, overlay = imported("srt", swap("It is sold.", "It is let."), track=track, before=old)
    assert overlay.tracks[""] == (
        edit(ROWS[:1], coded), edit(ROWS[2:3], shown(5.5, 6.5, "It is let.", B))
    )  # fmt: skip
