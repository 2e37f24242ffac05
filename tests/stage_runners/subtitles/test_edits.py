"""Edits of the user stay in cues, labels and transcript, even after a new transcription or layout."""

from __future__ import annotations

import dataclasses
import io
import json
import re

import docx
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ipc.artifacts import read, write
from ipc.edits import Edit, Overlay, Person, Shown
from stage_runners.subtitles.edits.apply import apply_edits
from stage_runners.subtitles.edits.cues import flag_broken_limits, with_other_labels
from stage_runners.subtitles.edits.find_words import compact
from stage_runners.subtitles.edits.run_edits import RunEdits
from stage_runners.subtitles.edits.transcript import rewritten
from stage_runners.subtitles.edits.voices import EditedVoices
from stage_runners.subtitles.formats import FORMATS
from stage_runners.subtitles.limits import profile
from stage_runners.subtitles.runner import cues_of, labels_of
from stage_runners.subtitles.tokens import completed
from tests.stage_runners.rows import PARAMS, around, said, segment
from tests.stage_runners.spec import run_stage
from tests.stage_runners.subtitles.test_layout import talk

A, B = "SPEAKER_00", "SPEAKER_01"
FIRST = said("We went down to the reef before the sun was up.", 0.0, speaker=A)
SECOND = said("Nobody had seen it before.", 6.0, speaker=B)
THIRD = said("It was full of fish of every colour.", 10.0, speaker=A)
WORDS = FIRST + SECOND + THIRD


def shown(start, end, text, *speakers):
    return Shown(start=start, end=end, text=text, speakers=speakers)


def laid(params):
    names = {A: "Ana", B: "Ben", "SPEAKER_02": "Cem"}
    limits = labels_of(profile(params, "en"), params, names)
    return lambda segments, words: cues_of(segments, words, "en", params, names), limits


def mended(edits, words=None, clip=None, **params):
    words = words or WORDS
    lay, labels = laid({**PARAMS, **params})
    return apply_edits(edits, around(words), words, lay, labels, clip=clip)


def of(cue):
    return Shown(start=cue.start / 1000, end=cue.end / 1000, text=cue.text())


def edit(cue, text, **changes):
    speakers = tuple(dict.fromkeys(line.speaker for line in cue.lines if line.speaker))
    after = dataclasses.replace(of(cue), text=text, speakers=speakers)
    return Edit(before=(of(cue),), after=(dataclasses.replace(after, **changes),))


BASE = list(mended([]).base)


def texts(cues):
    return [cue.text() for cue in cues]


def test_without_edits_nothing_is_changed():
    found = mended([])
    assert found.cues is found.base
    assert texts(BASE)[-1].startswith("It was")


def test_only_the_edited_cue_changes():
    found = mended([edit(BASE[1], "Nobody ever\nhad seen it.")])
    assert found.fact() | {"where": 0} == {
        "applied": 1, "relaid": 0, "replaced": 0, "lost": 0, "where": 0, "outside": [],
    }  # fmt: skip
    assert found.cues[1].text() == "Nobody ever\nhad seen it."
    assert "edited" in found.cues[1].flags
    assert [*found.cues[:1], *found.cues[2:]] == [*BASE[:1], *BASE[2:]]


def test_slightly_rounded_times_still_match_their_cue():
    one = edit(BASE[1], "Other.")
    late = Edit(
        before=(dataclasses.replace(one.before[0], start=one.before[0].start + 0.04),), after=one.after
    )
    assert mended([late]).fact()["relaid"] == 0


def test_a_cue_is_split_merged_put_in_and_deleted():
    first = BASE[0]
    half = (first.start + first.end) / 2000
    split = Edit(
        before=(of(first),),
        after=(
            shown(first.start / 1000, half, "We went down", A),
            shown(half, first.end / 1000, "to the reef.", A),
        ),
    )
    assert texts(mended([split]).cues)[:2] == ["We went down", "to the reef."]
    merged = Edit(before=(of(BASE[1]), of(BASE[2])), after=(shown(6.0, 13.0, "- One.\n- Two.", B, A),))
    assert len(mended([merged]).cues) == len(BASE) - 1
    assert [line.speaker for line in mended([merged]).cues[1].lines] == [B, A]
    put = Edit(before=(), after=(shown(20.0, 21.0, "[door slams]"),))
    assert texts(mended([put]).cues)[-1] == "[door slams]"
    gone = Edit(before=(of(BASE[1]),), after=())
    assert texts(mended([gone]).cues) == [BASE[0].text(), BASE[2].text()]


def test_an_edit_that_breaks_a_limit_stays_unchanged_and_is_flagged():
    long = "This line is a good deal longer than any line that the profile would allow"
    found = mended([edit(BASE[1], f"{long}\nb\nc", end=BASE[1].start / 1000 + 0.4)])
    assert found.cues[1].text() == f"{long}\nb\nc"
    limits = profile(PARAMS, "en")
    assert set(flag_broken_limits(found.cues[1], limits).flags) == {
        "edited",
        "too_fast",
        "too_short",
        "wide",
        "lines",
    }
    label = mended([edit(BASE[1], "Nobody here had ever seen it before it\nwas there.")]).cues[1]
    assert (
        "wide" in flag_broken_limits(label, limits).flags
    )  # with its label the first line has 44 characters
    assert flag_broken_limits(found.cues[0], limits) is found.cues[0]
    over = mended([edit(BASE[1], "Over the next.", end=BASE[2].start / 1000 + 0.5)])
    assert "collides" in over.cues[1].flags
    assert "collides" in over.cues[2].flags
    assert "collides" not in over.cues[0].flags


def test_an_edit_survives_new_cue_boundaries_and_is_reported():
    first = edit(BASE[0], "We went to the reef.")
    found = mended([first], max_line_width=20)
    assert [cue.text() for cue in found.cues if "edited" in cue.flags] == ["We went to the reef."]
    assert (found.fact()["relaid"], found.fact()["replaced"]) == (1, 0)
    assert " ".join(" ".join(texts(found.cues)).split()) == (
        "We went to the reef. Nobody had seen it before. It was full of fish of every colour."
    )


def test_an_edit_wins_over_a_new_transcription_and_no_word_appears_twice():
    heard = FIRST + said("No body at seen hit be four.", 6.0, each=0.2, speaker=B) + THIRD
    found = mended([edit(BASE[1], "Nobody at all had seen it.")], heard)
    assert (found.fact()["relaid"], found.fact()["replaced"]) == (0, 1)
    assert found.fact()["where"] == [6.0]
    assert texts(found.cues) == [BASE[0].text(), "Nobody at all had seen it.", BASE[2].text()]


def test_a_cue_does_not_extend_into_an_edit_that_is_applied_again():
    heard = FIRST + said("Something else now.", 4.6, speaker=A) + THIRD
    found = mended([edit(BASE[1], "Early.", start=4.4)], heard)
    early = next(cue for cue in found.cues if cue.text() == "Early.")
    before = found.cues[found.cues.index(early) - 1]
    assert before.end <= early.start


def test_nothing_next_to_an_edit_is_lost_if_cues_have_new_boundaries():
    """A cue may stay for reading into the gap of a deleted one, which contains its middle."""
    first = "I did not know that you were there at all, my friend."
    spoken = said(first, 0.0, each=0.08, gap=0.02, speaker=A)
    spoken += said("Neither did I, okay, I thought, you know, I heard.", 1.3, speaker=B)
    lay, _ = laid(PARAMS)
    kept, *gone = lay(around(spoken), spoken)
    assert kept.text().replace("\n", " ") == first
    found = mended([Edit(before=(of(cue),), after=()) for cue in gone], spoken, max_line_width=20)
    assert " ".join(" ".join(texts(found.cues)).split()) == first
    assert all(cue.end <= gone[0].start for cue in found.cues)


def test_another_speaker_during_a_replaced_edit_keeps_their_words():
    ann = [
        {**w, "segment": 0} for w in said("one two three four five six seven eight nine.", 10.0, speaker=A)
    ]
    bob = [{**w, "segment": 1} for w in said("oh hello there!", 10.9, each=0.2, speaker=B)]
    rows = [segment(0, 10.0, 13.2, "", speaker=A), segment(1, 10.9, 11.7, "", speaker=B)]
    lay, labels = laid(PARAMS)
    cue = next(one for one in lay(rows, ann + bob) if "one" in one.text())
    heard = [{**w, "text": "sicks" if w["text"] == "six" else w["text"]} for w in ann] + bob
    written = Edit(before=(Shown(start=10.0, end=13.2,
    text="one two three four\nfive six seven eight nine."),),
                   after=(shown(10.0, 13.2, "Numbers.", A),))  # fmt: skip
    found = apply_edits([written], rows, heard, lay, labels)
    assert found.fact()["replaced"] == 1
    assert sorted(texts(found.cues)) == ["Numbers.", "oh hello there!"]
    assert cue.text()


def test_a_leftover_word_of_a_replaced_cue_is_not_shown_before_the_edit():
    scrap = said("I", 5.93, each=0.04, speaker=A)
    heard = FIRST + scrap + said("neither had seen it before.", 6.0, speaker=B) + THIRD
    found = mended([edit(BASE[1], "Nobody at all.")], heard)
    assert texts(found.cues) == [BASE[0].text(), "Nobody at all.", BASE[2].text()]


def test_a_cue_put_in_before_another_does_not_take_its_words():
    over = Edit(
        before=(of(BASE[1]),),
        after=(shown(5.0, 6.2, "[phone rings]"), edit(BASE[1], BASE[1].text()).after[0]),
    )
    segments, words = transcript([over])
    rings = next(one for one in segments if "phone" in one["text"])
    assert rings["text"] == "[phone rings]"
    assert [word["speaker"] for word in words if word["text"] == "Nobody"] == [B]


def test_an_edit_outside_the_clip_is_preserved_and_reported():
    inside, outside = edit(BASE[2], "Fish."), edit(BASE[0], "The reef.")
    later = [{**word, "start": word["start"] - 9, "end": word["end"] - 9} for word in THIRD]
    found = mended([outside, inside], later, clip=(9.0, 15.0))
    assert texts(found.cues) == ["Fish."]
    assert (found.fact()["applied"], found.fact()["lost"], found.fact()["outside"]) == (1, 1, [0])


def test_a_cue_after_an_edit_is_labelled_if_its_speaker_differs_now():
    labelled = lambda cue: cue.text(labels=True)  # noqa: E731
    assert labelled(BASE[1]).startswith("[BEN]")
    given = edit(BASE[1], BASE[1].text(), speakers=(A,))
    found = mended([given])
    assert not labelled(found.cues[1]).startswith("[")
    assert not labelled(found.cues[2]).startswith("[")
    assert found.cues[2].text() == BASE[2].text()


def transcript(edits, words=None):
    words = words or WORDS
    found = mended(edits, words)
    return rewritten([(one.edit, one.words) for one in found.applied], around(words), words)


def test_the_transcript_has_the_edited_text_and_keeps_the_times_of_unchanged_words():
    segments, words = transcript([edit(BASE[1], "Nobody else had\nseen this place before.")])
    own = [word for word in words if 5.9 < word["start"] < 8.0]
    assert [word["text"] for word in own] == ["Nobody", "else", "had", "seen", "this", "place", "before."]
    old = {word["text"]: word["start"] for word in SECOND}
    assert all(word["start"] == old[word["text"]] for word in own if word["text"] in old)
    assert [word["text"] for word in words if word["method"] == "edited"] == ["else", "this", "place"]
    assert all(
        word["score"] is None and word["probability"] is None for word in words if word["method"] == "edited"
    )
    assert [word["start"] for word in words] == sorted(word["start"] for word in words)
    assert "Nobody else had seen this place before. It was full" in segments[0]["text"]


def test_text_added_without_speech_is_a_separate_segment_and_deleted_text_is_gone():
    put = Edit(before=(), after=(shown(20.0, 21.0, "Goodbye, all."),))
    segments, words = transcript([put, Edit(before=(of(BASE[1]),), after=())])
    assert [(s["text"], s["start"], s["end"]) for s in segments][1:] == [("Goodbye, all.", 20.0, 21.0)]
    assert "Nobody" not in segments[0]["text"]
    assert [word["text"] for word in words][-2:] == ["Goodbye,", "all."]
    assert words[-1]["segment"] == segments[1]["id"]


def test_a_speaker_is_changed_in_the_transcript_too():
    _, words = transcript([edit(BASE[1], BASE[1].text(), speakers=(A,))])
    assert {word["speaker"] for word in words} == {A}


def test_edited_text_in_scripts_without_spaces_stays_without_spaces():
    chars = [{**w, "space": False} for w in said("これ は テスト です", 0.0, speaker=A)]
    lay, labels = laid(PARAMS)
    rows = [segment(0, 0.0, 5.0, "これはテストです", language="ja")]
    base = lay(rows, chars)
    found = apply_edits([edit(base[0], "これは\n字幕です")], rows, chars, lay, labels)
    segments, words = rewritten([(one.edit, one.words) for one in found.applied], rows, chars)
    assert segments[0]["text"] == "これは字幕です"
    assert [word["text"] for word in words if word["method"] == "edited"] == ["字", "幕"]


def test_a_speaker_is_matched_by_speech_times_even_with_another_label():
    person = Person(label=A, name="Zoe", at=((0.0, 4.0), (10.0, 12.0)))
    turns = [(0.0, 4.2, B), (6.0, 8.0, A)]
    voices = EditedVoices(Overlay(speakers=(person,)), turns)
    assert (voices.labels, voices.names) == ({A: B}, {B: "Zoe"})
    nowhere = EditedVoices(Overlay(speakers=(person,)), turns[1:])
    assert nowhere.labels == {A: f"{A}*"}
    fresh = Person(label="PERSON_1", name="Guest")
    assert EditedVoices(Overlay(speakers=(fresh,)), turns).names == {"PERSON_1": "Guest"}


def test_a_longer_speaker_name_moves_no_cue_and_its_label_fits():
    lay, labels = laid(PARAMS)
    longer = labels_of(labels.limits, PARAMS, {A: "Ana Maria Magdalena", B: "Bartholomew"})
    found = [with_other_labels(cue, longer) for cue in BASE]
    assert [(cue.start, cue.end, cue.text()) for cue in found] == [(c.start, c.end, c.text()) for c in BASE]
    assert found[1].text(labels=True).startswith("[BARTHOLOMEW]")
    assert all(len(line.shown()) <= 42 or len(cue.lines) > 1 for cue in found for line in cue.lines)
    assert lay(around(WORDS), WORDS) == BASE


def test_a_name_from_the_review_wins_over_every_other_name(tmp_path):
    overlay = Overlay(speakers=(Person(label=A, name="Zoe", at=((0.0, 4.0),)),))
    (tmp_path / "edits.json").write_text(overlay.dump())
    known = [{"speaker": A, "name": "Rachel", "confidence": 0.9, "source": "dialogue", "evidence": []}]
    segments = [segment(0, 0.0, 5.0, "Hello.", speaker=A), segment(1, 6.0, 7.0, "Yes.", speaker=B)]
    turns = [{"start": s["start"], "end": s["end"], "speaker": s["speaker"]} for s in segments]
    edits = RunEdits({"edits": str(tmp_path / "edits.json")}, turns, segments, known)
    assert edits.names == {A: "Zoe", B: "Speaker 2"}
    assert edits.speakers[0]["source"] == "edited"


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.data_too_large],  # a talk is long
)
@given(talk(), st.data())
def test_every_edit_is_applied_and_no_word_is_lost_or_shown_twice(spoken, data):
    segments, words = spoken
    words = [
        {**word, "text": word["text"][:15]} for word in words
    ]  # longer ones are cut, and a cue may begin inside
    lay, labels = laid(PARAMS)
    base = lay(segments, words)
    drawn = [(cue, data.draw(st.sampled_from(["", "text", "gone"]))) for cue in base]
    edits = [
        edit(cue, "Edited.") if how == "text" else Edit(before=(of(cue),), after=())
        for cue, how in drawn
        if how
    ]
    lay, labels = laid({**PARAMS, "max_line_width": data.draw(st.sampled_from([42, 20]))})
    found = apply_edits(edits, segments, words, lay, labels)
    assert [cue.text() for cue in found.cues if "edited" in cue.flags] == [
        cue.text for one in edits for cue in one.after
    ]
    words = completed(segments, words)
    under = [k for one in found.applied for k in one.words]
    rest = compact("".join(word["text"] for k, word in enumerate(words) if k not in under))
    seen = compact("".join(cue.text() for cue in found.cues if "edited" not in cue.flags))
    assert len(under) == len(set(under))
    if found.fact()["replaced"] == 0:  # else scraps beside an edit go with it
        assert sorted(seen) == sorted(rest)


@pytest.mark.env("media")
def test_every_file_of_the_stage_has_the_edit_and_the_original_layout_is_stored(tmp_path):
    inputs = {}
    for name, kind, rows in (("segments", "segments", around(WORDS)), ("words", "words", WORDS)):
        inputs[name] = tmp_path / f"{name}.parquet"
        write(inputs[name], kind, {key: [row[key] for row in rows] for key in rows[0]})
    overlay = Overlay(
        speakers=(Person(label=B, name="Zoe", at=((6.0, 7.0),)),),
        tracks={"": (edit(BASE[1], "Nobody else."),), "en": (edit(BASE[0], "In English."),)},
    )
    (tmp_path / "edits.json").write_text(overlay.dump())
    params = {"edits": str(tmp_path / "edits.json")}
    done, out = run_stage("subtitles", inputs, tmp_path, params, env="media")
    assert done.returncode == 0, done.stderr
    assert (
        "edits: 1 applied, 1 of them to cues with new boundaries, speakers named Zoe"
        in done.stdout + done.stderr
    )
    absent = {"forced", "srt-bilingual", "ass-bilingual", "rttm"}
    assert {one.stored_as for one in FORMATS if not (out / one.stored_as).stat().st_size} == {
        one.stored_as for one in FORMATS if one.name in absent
    }
    for one in FORMATS:
        if one.name not in absent | {"scc"}:
            text = _readable(one.name, (out / one.stored_as).read_bytes())
            assert ("Nobody else." if one.name != "json" else "Nobody") in text, one.name
            assert "In English" not in text
    assert "Nobody" in json.loads((out / "transcript.json").read_text())["segments"][0]["text"]
    base, cues = (read(out / f"{name}.parquet", "cues").rows() for name in ("base_cues", "cues"))
    assert [cue["text"] for cue in base] != [cue["text"] for cue in cues]
    assert [cue["text"] for cue in base if "edited" in cue["flags"]] == []
    assert [cue["text"] for cue in cues if "edited" in cue["flags"]] == ["Nobody else."]


def _readable(name, content):
    """The text of a file, also of those that are no text, without the times of karaoke."""
    if name == "docx":
        return " ".join(one.text for one in docx.Document(io.BytesIO(content)).paragraphs)
    if name == "words":
        return " ".join(pq.read_table(io.BytesIO(content)).column("word").to_pylist())
    text = content.decode("latin-1" if name == "stl" else "utf-8")
    return re.sub(r"<[\d:.]+>|\{\\k\d+\}", "", text)


@pytest.mark.env("media")
def test_a_damaged_edits_file_is_an_error_with_a_message(tmp_path):
    inputs = {}
    for name, kind, rows in (("segments", "segments", around(WORDS)), ("words", "words", WORDS)):
        inputs[name] = tmp_path / f"{name}.parquet"
        write(inputs[name], kind, {key: [row[key] for row in rows] for key in rows[0]})
    (tmp_path / "edits.json").write_text('{"version": 1, "tracks": {"": [{"before": 3}]}}')
    params = {"edits": str(tmp_path / "edits.json")}
    done, _ = run_stage("subtitles", inputs, tmp_path, params, env="media")
    assert done.returncode
    assert "tracks[''][0].before is not a list" in done.stdout + done.stderr


def test_the_stage_edits_passes_the_edited_transcript_on(tmp_path):
    first, second, third = BASE[0], BASE[-2], BASE[-1]
    changed = edit(first, of(first).text.replace("reef", "wreck"))
    overlay = Overlay(
        tracks={
            "": (changed, Edit(before=(of(second),), after=())),
            "de": (Edit(before=(of(third),), after=(shown(10, 12, "Fische.", A),)),),
        }
    )
    file = tmp_path / "film.json"
    file.write_text(overlay.dump())
    segments = around(WORDS)
    inputs = {}
    for name, rows in (("segments", segments), ("words", WORDS)):
        inputs[name] = tmp_path / f"{name}.parquet"
        write(inputs[name], name, {key: [row[key] for row in rows] for key in rows[0]})
    done, out = run_stage("edits", inputs, tmp_path, {"edits": str(file)})
    assert done.returncode == 0, done.stderr
    words = read(out / "words.parquet", "words").rows()
    text = " ".join(row["text"] for row in words)
    assert "down to the wreck before" in text
    assert "reef" not in text
    assert of(second).text.split()[0] not in text.split()
    assert of(third).text.split()[-1] in text.split()
    kept = {(row["text"], row["start"]) for row in words if row["method"] != "edited"}
    assert kept <= {(row["text"], row["start"]) for row in WORDS}
    assert "wreck" in read(out / "segments.parquet", "segments").rows()[0]["text"]
